"""`run standalone`: numbers, streams, signals, exit codes."""
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time
import unittest

from redis_server import RedisServer
from support import BAD_CONFIG, IO, NO_INPUT, OK, TEMPEST, UNAVAILABLE, WOULD_OVERWRITE, RunTest


class DemoTest(RunTest):
    def demo(self, source="count = 100"):
        self.topology(config=source)

    def lines_out(self):
        path = self.folder / "out"
        return path.read_text().splitlines() if path.exists() else []


class Numbers(DemoTest):
    def test_a_finite_source_ends_the_run_and_the_report_adds_up(self):
        self.demo()
        run = self.expect(OK, "run", "standalone", "--report", "report.json")
        report = json.loads((self.folder / "report.json").read_text())
        self.assertEqual(report["version"], 1)
        self.assertEqual(report["topology"], "demo")
        self.assertGreaterEqual(report["duration_s"], 0)
        self.assertEqual(report["source"], {"read": 100, "acked": 100, "failed": 0, "dead_lettered": 0, "returned": 0,
                                            "abandoned": 0, "withdrawn": 0, "gone": 0})
        self.assertEqual(report["tasks"], {"out": {"inflow": 100, "handled": 100, "skipped": 0, "outflow": 0, "errors": 0,
                                                   "retries": 0, "rejected": 0, "timed_out": 0}})
        self.assertEqual(sorted(self.lines_out()), sorted(f"message {n}" for n in range(1, 101)))
        self.assertIn("source: 100 read, 100 acknowledged, 0 failed", run.stdout)

    def test_a_report_replaces_no_file_of_the_topology(self):
        self.topology(config="count = 1")
        self.write("out", "kept\n")
        for name, whose in {"out": "what path of [task.config] of 'out' names", "Topology.toml": "the topology's own file"}.items():
            run = self.expect(WOULD_OVERWRITE, "run", "standalone", "--report", name)
            self.assertIn(f"{name} is {whose}, and would be replaced; write to another file", run.stderr)
        self.assertEqual((self.folder / "out").read_text(), "kept\n")

    def test_paths_start_at_the_folder_of_the_file_and_the_report_where_one_stands(self):
        self.topology(config="count = 3", path="p/Topology.toml")
        self.expect(OK, "run", "standalone", "--config", "p", "--report", "r.json")
        self.assertTrue((self.folder / "r.json").is_file())
        self.assertEqual(len((self.folder / "p/out").read_text().splitlines()), 3)

    def test_the_command_line_wins_over_the_file(self):
        self.demo()
        self.expect(OK, "run", "standalone", "--set", "source.config.count=7", "--set", "task.out.config.path=set.txt")
        self.assertEqual(len((self.folder / "set.txt").read_text().splitlines()), 7)

    def test_an_old_longer_report_is_replaced_as_a_whole(self):
        self.demo()
        self.write("report.json", "x" * 5000)
        self.expect(OK, "run", "standalone", "--report", "report.json")
        json.loads((self.folder / "report.json").read_text())


class Streams(DemoTest):
    def test_a_report_on_standard_output_stands_there_alone(self):
        self.demo()
        run = self.expect(OK, "run", "standalone", "--report", "-")
        self.assertEqual(json.loads(run.stdout)["source"]["acked"], 100)
        self.assertIn("100 acknowledged", run.stderr)

    def test_messages_on_standard_output_stand_there_alone(self):
        self.topology(config="count = 5", sink="stdout", sink_config="")
        run = self.expect(OK, "run", "standalone")
        self.assertEqual(sorted(run.stdout.splitlines()), [f"message {n}" for n in range(1, 6)])
        self.assertIn("5 acknowledged", run.stderr)

    def test_nothing_is_coloured_or_redrawn_when_piped(self):
        self.demo("count = 300\nrate = 300")
        run = self.expect(OK, "run", "standalone", "--log-level", "debug")
        for text in (run.stdout, run.stderr):
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\r", text)
            self.assertNotIn("in flight", text)

    def test_log_lines_are_json_when_asked_and_silent_when_off(self):
        self.demo()
        for line in self.expect(OK, "run", "standalone", "--log-level", "debug", "--log-format", "json").stderr.splitlines():
            self.assertIn("level", json.loads(line))
        self.assertEqual(self.expect(OK, "run", "standalone", "--log-level", "off").stderr, "")

    def test_warnings_about_the_topology_are_json_too(self):
        self.demo()
        words = ("run", "standalone", "--set", "topology.failure_policy.type=retry")
        self.assertIn("warning: ", self.expect(OK, *words).stderr)
        first, *rest = self.expect(OK, *words, "--log-format", "json").stderr.splitlines()
        self.assertEqual(json.loads(first)["level"], "warning")
        self.assertIn("warning: ", json.loads(first)["text"])
        for line in rest:
            self.assertIn("level", json.loads(line))


class Terminal(DemoTest):
    def on_a_terminal(self, **environment):
        """Runs the demo on a pseudo-terminal and yields all that it drew."""
        self.demo("count = 600\nrate = 400")
        master, slave = pty.openpty()
        process = subprocess.Popen([TEMPEST, "run", "standalone"], cwd=self.folder, env=self.environment(**environment),
                                   stdout=slave, stderr=slave, stdin=slave)
        self.addCleanup(self.end, process)
        os.close(slave)
        drawn = b""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            if not select.select([master], [], [], 0.5)[0]:
                continue
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            drawn += piece
        os.close(master)
        self.assertEqual(process.wait(timeout=60), OK)
        return drawn.decode()

    def test_a_status_line_lives_on_a_terminal_and_goes_at_the_end(self):
        drawn = self.on_a_terminal()
        lines = re.findall(r"\r\x1b\[K(read [^\r]*)", drawn)
        self.assertGreaterEqual(len(lines), 2, drawn)
        self.assertRegex(lines[-1], r"read [\d,]+  in flight \d+  acked [\d,]+  failed 0 \| out [\d,.]+/s")
        self.assertLess(drawn.rindex("in flight"), drawn.rindex("\x1b[K"))
        self.assertIn("600 read, 600 acknowledged", drawn)

    def test_a_dumb_terminal_gets_none(self):
        self.assertNotIn("in flight", self.on_a_terminal(TERM="dumb"))


class Ends(DemoTest):
    def test_after_a_duration(self):
        self.demo("count = 0\nrate = 200")
        run = self.expect(OK, "run", "standalone", "--duration", "500ms", "--report", "-")
        source = json.loads(run.stdout)["source"]
        self.assertGreater(source["read"], 0)
        self.assertEqual(source["read"], source["acked"] + source["returned"])
        self.assertEqual(len(set(self.lines_out())), source["acked"])

    def test_when_idle(self):
        self.demo("count = 50")
        run = self.expect(OK, "run", "standalone", "--stop-when-idle", "300ms", "--report", "-")
        self.assertEqual(json.loads(run.stdout)["source"]["acked"], 50)

    def test_a_signal_drains(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                (self.folder / "out").unlink(missing_ok=True)
                self.demo("count = 0\nrate = 500")
                process = self.start("--report", "report.json")
                self.wait_for(lambda: len(self.lines_out()) > 10, "messages arrive")
                process.send_signal(number)
                out, error = process.communicate(timeout=60)
                self.assertEqual(process.returncode, OK, error)
                source = json.loads((self.folder / "report.json").read_text())["source"]
                self.assertEqual(source["abandoned"], 0)
                self.assertEqual(source["acked"], len(set(self.lines_out())))
                self.assertIn("acknowledged", out)


class Refusals(DemoTest):
    def test_a_missing_file(self):
        self.assertIn("tempest new", self.expect(NO_INPUT, "run", "standalone").stderr)
        self.assertIn("gone.toml", self.expect(NO_INPUT, "run", "standalone", "--config", "gone.toml").stderr)

    def test_a_report_that_cannot_be_written_is_known_before_the_run(self):
        self.demo()
        self.assertIn("no/such/report", self.expect(IO, "run", "standalone", "--report", "no/such/report").stderr)
        self.assertEqual(self.lines_out(), [])

    def test_a_key_that_does_not_exist(self):
        self.demo()
        self.expect(BAD_CONFIG, "run", "standalone", "--set", "nonsense=1")
        self.assertEqual(self.lines_out(), [])

    def test_a_full_disk_under_standard_output(self):
        self.demo()
        if not pathlib.Path("/dev/full").exists():
            self.fail("this test needs /dev/full")
        with open("/dev/full", "w") as full:
            run = subprocess.run([TEMPEST, "sources", "list"], env=self.environment(), stdout=full, stderr=subprocess.PIPE,
                                 text=True, cwd=self.folder, timeout=60)
        self.assertEqual(run.returncode, IO)
        self.assertIn("standard output", run.stderr)

    def test_a_broker_that_is_never_reached(self):
        self.topology(source="redis_stream", config='uri = "redis://127.0.0.1:1"\nkey = "k"\ngroup = "g"')
        run = self.expect(UNAVAILABLE, "run", "standalone", "--duration", "1s")
        self.assertIn("127.0.0.1:1", run.stderr)

    def test_a_broker_that_does_not_let_it_read(self):
        """Both sources say so, and tell it from a stream or list without messages."""
        server = RedisServer(self.folder)
        self.addCleanup(server.stop)
        server.command("ACL", "SETUSER", "bob", "on", ">secret7", "~*", "+@all", "-eval")
        uri = server.uri.replace("redis://", "redis://bob:secret7@")
        for source, more in (("redis_stream", '\ngroup = "g"'), ("redis_list", "")):
            with self.subTest(source=source):
                self.topology(source=source, config=f'uri = "{uri}"\nkey = "{source}"{more}')
                run = self.expect(UNAVAILABLE, "run", "standalone", "--duration", "1s")
                self.assertIn("was never reached", run.stderr)
                self.assertIn("'bob' lacks a permission", run.stderr)


if __name__ == "__main__":
    unittest.main()
