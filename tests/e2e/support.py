"""What the end-to-end tests share: running the real command in a clean folder and environment, and golden files."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = os.environ.get("TEMPEST_BUILD", str(ROOT / "build/debug"))
TEMPEST = os.environ.get("TEMPEST", str(ROOT / "build/debug/bin/tempest"))

OK, FAILURE, USAGE, NO_INPUT, UNAVAILABLE = 0, 1, 2, 66, 69
WOULD_OVERWRITE, IO, ABANDONED, BAD_CONFIG = 73, 74, 75, 78

TOPOLOGY = """name = "demo"
graceful_shutdown = "{patience}"
[topology]
failure_policy = {{ {policy} }}
[source]
type = "{source}"
[source.config]
{config}
[[task]]
name = "out"
sink = "{sink}"
[task.config]
{sink_config}
"""


class CommandTest(unittest.TestCase):
    """Each test has a folder of its own as the current one, and a home of its own."""
    maxDiff = None
    program = TEMPEST

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tempest-e2e-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def environment(self, **changes):
        made = {name: value for name, value in os.environ.items()
                if not name.startswith("TEMPEST_") and name != "NO_COLOR"}
        made.update(HOME=str(self.folder / "home"), XDG_CACHE_HOME=str(self.folder / "cache"), TERM="xterm", LC_ALL="C.UTF-8")
        made.update(changes)
        return made

    def run_command(self, *words, cwd=None, timeout=120, stdin=None, **environment):
        return subprocess.run([self.program, *map(str, words)], cwd=cwd or self.folder, env=self.environment(**environment),
                              capture_output=True, text=True, timeout=timeout, input=stdin)

    def expect(self, code, *words, **how):
        """Runs the command and checks its exit code."""
        run = self.run_command(*words, **how)
        self.assertEqual(run.returncode, code, f"tempest {' '.join(map(str, words))}\n{run.stdout}\n{run.stderr}")
        return run

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def assert_golden(self, name, text):
        """`text` is what golden/NAME holds; TEMPEST_UPDATE_GOLDEN=1 writes it instead."""
        path = HERE / "golden" / name
        if os.environ.get("TEMPEST_UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.assertEqual(text, path.read_text(encoding="utf-8"), f"golden/{name}")


class RunTest(CommandTest):
    """Runs that go on while the test does something."""

    def topology(self, source="mock", config="", sink="file", sink_config='path = "out"', policy='type = "none"',
                 patience="30s", more="", path="Topology.toml"):
        """From a source into a sink; `more` is added to the file."""
        self.write(path, TOPOLOGY.format(source=source, config=config, sink=sink, sink_config=sink_config, policy=policy,
                                         patience=patience) + more)

    def start(self, *words, mode="standalone", output=subprocess.PIPE, prefix=()):
        """A run in the background, ended with the test at the latest."""
        process = subprocess.Popen([*prefix, self.program, "run", mode, *map(str, words)], cwd=self.folder,
                                   env=self.environment(), stdout=output, stderr=output, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()

    def wait_for(self, condition, what, limit_s=60):
        limit = time.monotonic() + limit_s
        while not condition():
            self.assertLess(time.monotonic(), limit, what)
            time.sleep(0.02)
