"""The libraries of tests/bad_plugins through the command: `list --all`, `check` and `run` say what expected.tsv says."""
import pathlib
import shutil
import signal
import unittest

from support import BAD_CONFIG, BUILD, OK, ROOT, CommandTest

LIBRARIES = pathlib.Path(BUILD) / "tests/bad_plugins/libraries"

TOPOLOGY = """name = "demo"
[topology]
failure_policy = {{ type = "retry", attempts = 1, on_exhausted = "ack" }}
[source]
type = "mock"
[source.config]
count = 3
[[task]]
name = "{name}"
library = "{library}"
"""


def expectations():
    """(library, stage, text) of each line."""
    lines = (ROOT / "tests/bad_plugins/expected.tsv").read_text().splitlines()
    return [tuple((line.split("\t") + [""])[:3]) for line in lines if line and not line.startswith("#")]


class BadPlugins(CommandTest):
    def topology(self, library):
        name = library.removesuffix(".so")
        self.write("Topology.toml", TOPOLOGY.format(name=name, library=LIBRARIES / library))

    def test_list_all_tells_why_each_is_not_used(self):
        for library, _, _ in expectations():
            self.assertTrue((LIBRARIES / library).is_file(), library)
            shutil.copy(LIBRARIES / library, self.folder)
        run = self.expect(OK, "tasks", "list", "--all", TEMPEST_PLUGIN_PATH=str(self.folder))
        for library, stage, text in expectations():
            with self.subTest(library=library):
                if stage == "load":
                    self.assertIn(f"rejected {self.folder / library}: {text}\n", run.stdout)
                else:
                    self.assertRegex(run.stdout, rf"(?m)^{library.removesuffix('.so')} ")

    def test_check_and_run_refuse_what_cannot_be_loaded(self):
        for library, stage, text in expectations():
            with self.subTest(library=library):
                self.topology(library)
                code = BAD_CONFIG if stage == "load" else OK
                self.assertIn(text if stage == "load" else "ok: ", self.expect(code, "check").stdout)
                if stage == "load":
                    self.assertIn(text, self.expect(BAD_CONFIG, "run", "standalone").stderr)

    def test_run_tells_what_goes_wrong_later(self):
        for library, stage, text in expectations():
            if stage != "run":
                continue
            with self.subTest(library=library):
                self.topology(library)
                run = self.run_command("run", "standalone", "--stop-when-idle", "1s")
                self.assertIn(text, run.stderr + run.stdout)
                self.assertIn(library.removesuffix(".so"), run.stderr)
                codes = {"throws_in_create.so": BAD_CONFIG, "crashes_in_create.so": -signal.SIGSEGV,
                         "crashes_in_handle.so": -signal.SIGSEGV}
                self.assertEqual(run.returncode, codes.get(library, OK), run.stderr)


if __name__ == "__main__":
    unittest.main()
