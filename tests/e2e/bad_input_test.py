"""Bad input through a whole topology: each is named, nothing is lost, and nothing is tried in a hot loop."""
import base64
import json
import os
import pathlib
import re
import threading
import unittest

from redis_server import RedisServer
from support import BAD_CONFIG, BUILD, NO_INPUT, OK, UNAVAILABLE, RunTest

LIBRARIES = pathlib.Path(BUILD) / "tests/bad_plugins/libraries"

TASK = """[[task]]
name = "{name}"
library = "{library}"
[[edge]]
from = "{name}"
to = "out"
"""

LETTERS = """[dead_letter]
sink = "file"
[dead_letter.config]
path = "{path}"
"""

FEW_LINES = 20  # however long it takes: it is said once, not at each try


class BadInput(RunTest):
    def topology(self, task="", letters="", config="count = 3", **how):
        """Two attempts; `task` is a library of tests/bad_plugins, `letters` the file of the dead letters."""
        exhausted = "dead_letter" if letters else "leave"
        super().topology(config=config, **how,
                         policy=f'type = "retry", attempts = 2, backoff = "50ms", on_exhausted = "{exhausted}"',
                         more=(TASK.format(name=task, library=LIBRARIES / f"{task}.so") if task else "")
                         + (LETTERS.format(path=letters) if letters else ""))

    def run_once(self, code, *words):
        """The numbers of the source, and what was logged."""
        run = self.expect(code, "run", "standalone", "--report", "-", *words)
        self.assertLess(len(run.stderr.splitlines()), FEW_LINES, run.stderr)
        return json.loads(run.stdout)["source"], run.stderr

    def lines(self, name):
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def dead_letters(self):
        return [json.loads(line) for line in self.lines("letters")]


class FromRedis(BadInput):
    def setUp(self):
        super().setUp()
        self.redis = RedisServer(self.folder)
        self.addCleanup(self.redis.stop)
        self.stream = {"source": "redis_stream",
                       "config": f'uri = "{self.redis.uri}"\nkey = "s"\ngroup = "g"\nlease = "200ms"\n'}

    def assert_all_settled(self):
        self.assertEqual(self.redis.command("XPENDING", "s", "g")[0], 0)

    def connections(self):
        stats = dict(line.split(":") for line in self.redis.command("INFO", "stats").splitlines() if ":" in line)
        return int(stats["total_connections_received"])

    def test_a_task_that_emits_a_gigabyte(self):
        self.redis.add_numbers("s", range(4))
        self.topology(**self.stream, task="emits_a_gigabyte", letters="letters")
        source, log = self.run_once(OK, "--stop-when-idle", "500ms")
        self.assertEqual((source["acked"], source["dead_lettered"]), (4, 4))
        self.assertIn("max_outputs_bytes", log)
        self.assertEqual(self.lines("out"), [])
        self.assertEqual(sorted(base64.b64decode(letter["payload_base64"]) for letter in self.dead_letters()),
                         [b"0", b"1", b"2", b"3"])
        self.assert_all_settled()

    def test_a_message_that_a_typed_task_cannot_decode(self):
        for payload in (b'{"n":1}', b"{", b"\xff\0", b"[1]"):
            self.redis.command("XADD", "s", "*", "payload", payload)
        self.topology(**self.stream, task="wants_json", letters="letters")
        source, log = self.run_once(OK, "--stop-when-idle", "500ms")
        self.assertEqual((source["acked"], source["dead_lettered"]), (4, 3))
        self.assertEqual(log.count("cannot be decoded: "), 3)
        self.assertEqual(self.lines("out"), ['{"n":1}'])
        self.assertEqual({base64.b64decode(letter["payload_base64"]) for letter in self.dead_letters()},
                         {b"{", b"\xff\0", b"[1]"})
        self.assert_all_settled()

    def test_a_key_of_another_type(self):
        self.redis.command("SET", "s", "text")
        self.topology(**self.stream)
        _, log = self.run_once(UNAVAILABLE, "--duration", "2s")
        self.assertIn("something of another type", log)
        self.assertIn("'s'", log)
        self.assertLess(self.connections(), 50)

    def test_a_sink_whose_key_has_another_type(self):
        self.redis.command("SET", "out", "text")
        self.redis.add_numbers("s", range(10))
        self.topology(**self.stream, sink="redis_stream", sink_config=f'uri = "{self.redis.uri}"\nkey = "out"')
        source, log = self.run_once(OK, "--duration", "2s")
        self.assertIn("'out' holds a string", log)
        self.assertEqual((source["read"], source["acked"], source["returned"]), (10, 0, 10))
        self.assertLess(self.connections(), 50)
        self.redis.command("DEL", "out")
        source, _ = self.run_once(OK, "--stop-when-idle", "500ms")
        self.assertEqual((source["acked"], self.redis.command("XLEN", "out")), (10, 10))

    def test_a_flush_takes_the_group_away(self):
        self.redis.add_numbers("s", range(50))
        self.topology(**self.stream)
        with open(self.folder / "log", "w") as log:
            process = self.start("--log-level", "info", output=log)
        self.wait_for(lambda: len(self.lines("out")) >= 50, "all is handled")
        self.redis.command("FLUSHALL")
        self.redis.add_numbers("s", range(50, 100))
        self.wait_for(lambda: set(self.lines("out")) == {str(n) for n in range(100)}, "what came after it as well")
        process.terminate()
        self.assertEqual(process.wait(60), OK)
        self.assertEqual((self.folder / "log").read_text().count("made again"), 1)
        self.assert_all_settled()

    def test_a_full_disk_under_a_sink(self):
        self.redis.add_numbers("s", range(5))
        self.topology(**self.stream, sink_config='path = "/dev/full"')
        source, log = self.run_once(OK, "--duration", "1s", "--set", "topology.failure_policy.attempts=100")
        self.assertIn("cannot write to '/dev/full': No space left on device", log)
        self.assertEqual(log.count("sink out is away: "), 1, log)
        self.assertEqual(source["acked"], 0)
        self.topology(**self.stream)
        self.run_once(OK, "--stop-when-idle", "1s")
        self.assertEqual(sorted(self.lines("out")), [str(n) for n in range(5)])
        self.assert_all_settled()

    def test_a_file_that_may_not_grow_under_a_sink(self):
        """Half of a batch fits: what was written of it is taken back, and comes again whole."""
        for n in range(10):
            self.redis.command("XADD", "s", "*", "payload", f"{n}" * 1000)
        self.topology(**self.stream)
        run = self.start("--duration", "2s", "--report", "-", "--set", "topology.failure_policy.attempts=100",
                         prefix=("prlimit", "--fsize=4096"))
        report, log = run.communicate(timeout=60)
        self.assertEqual(run.returncode, OK, log)
        self.assertIn("cannot write to 'out': File too large", log)
        source = json.loads(report)["source"]
        self.assertEqual((source["dead_lettered"], source["acked"] + source["returned"]), (0, 10))
        self.assertEqual(len(self.lines("out")), source["acked"])
        self.run_once(OK, "--stop-when-idle", "1s")
        self.assertEqual(sorted(self.lines("out")), [f"{n}" * 1000 for n in range(10)])
        self.assert_all_settled()

    def test_a_full_disk_under_the_dead_letters(self):
        for _ in range(5):
            self.redis.command("XADD", "s", "*", "payload", "no JSON")
        self.topology(**self.stream, task="wants_json", letters="/dev/full")
        source, log = self.run_once(OK, "--duration", "1s")
        self.assertIn("No space left on device", log)
        self.assertEqual((source["acked"], source["dead_lettered"], source["returned"]), (0, 0, 5))
        self.topology(**self.stream, task="wants_json", letters="letters")
        self.run_once(OK, "--stop-when-idle", "1s")
        self.assertEqual(len(self.dead_letters()), 5)
        self.assert_all_settled()

    def test_a_wrong_password(self):
        self.redis.command("CONFIG", "SET", "requirepass", "hunter2")
        self.redis.password = "hunter2"
        self.topology(source="redis_stream", config=f'uri = "{self.redis.uri.replace("hunter2", "hunter3")}"\nkey = "s"\ngroup = "g"')
        _, log = self.run_once(UNAVAILABLE, "--duration", "2s")
        self.assertIn("the password in `uri` is refused", log)
        self.assertNotIn("hunter", log)
        self.assertLess(self.connections(), 50)


class RefusedAtRunTime(RunTest):
    """`check` cannot know: files may come later, or be there on another host."""

    def place(self, text):
        lines = (self.folder / "Topology.toml").read_text().splitlines()
        number, line = next((number, line) for number, line in enumerate(lines, 1) if text in line)
        return f"(Topology.toml:{number}:{line.index(text) + 1})"

    def assert_refused(self, what, option):
        self.expect(OK, "check")
        run = self.expect(BAD_CONFIG, "run", "standalone")
        self.assertRegex(run.stderr, f"{what}.*could not be created: .*{re.escape(self.place(option))}")

    def test_the_state_of_a_source(self):
        self.topology(source="file", config='path = "in"\nstate = "/proc/none/state"')
        self.write("in", "")
        self.assert_refused("source file", "state =")

    def test_a_certificate_of_a_sink(self):
        sink = 'uri = "rediss://127.0.0.1:1"\nkey = "k"\ntls_ca = "gone.pem"'
        self.topology(sink="redis_stream", sink_config=sink)
        self.assert_refused("task 'out'", "tls_ca =")
        self.topology(more=f'[dead_letter]\nsink = "redis_stream"\n[dead_letter.config]\n{sink}\n')
        self.assert_refused("the sink of .dead_letter.", "tls_ca =")


class FromFiles(BadInput):
    def read_from(self, path):
        self.topology(source="file", config=f'path = "{path}"')

    def test_what_is_no_file_is_no_input_for_run_and_for_check(self):
        (self.folder / "folder").mkdir()
        for path in ("folder", "gone.txt"):
            with self.subTest(path=path):
                self.read_from(path)
                check = self.expect(NO_INPUT, "check", "--online")
                self.assert_golden(f"no_input_{pathlib.Path(path).stem}.txt", check.stdout + check.stderr)
                run = self.expect(NO_INPUT, "run", "standalone")
                reason = check.stdout.splitlines()[0].partition("source file: ")[2]
                self.assertIn(f"source file could not be created: {reason}", run.stderr)
                self.assertLess(len(run.stderr.splitlines()), FEW_LINES)

    def test_a_file_that_fails_while_it_is_read(self):
        self.read_from("/proc/self/mem")
        _, log = self.run_once(OK, "--duration", "1s")
        self.assertIn("cannot read '/proc/self/mem': Input/output error", log)

    def test_a_named_pipe_is_read_until_its_writer_leaves(self):
        os.mkfifo(self.folder / "pipe")
        self.read_from("pipe")
        writer = threading.Thread(target=lambda: (self.folder / "pipe").write_text("a\nb\nc"))
        writer.start()
        source, _ = self.run_once(OK)
        writer.join()
        self.assertEqual(source["acked"], 3)
        self.assertEqual(sorted(self.lines("out")), ["a", "b", "c"])

    def test_a_named_pipe_without_a_writer_is_waited_for(self):
        os.mkfifo(self.folder / "pipe")
        self.read_from("pipe")
        source, log = self.run_once(OK, "--duration", "500ms", "--log-level", "info")
        self.assertEqual((source["read"], log.count("cannot read")), (0, 0))


if __name__ == "__main__":
    unittest.main()
