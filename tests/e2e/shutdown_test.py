"""G9: how a run ends, and what it says then. A named pipe that nobody reads holds a sink up as long as it takes."""
import fcntl
import json
import os
import pty
import random
import signal
import socket
import struct
import subprocess
import termios
import time
import unittest

from redis_server import RedisServer, free_port
from support import ABANDONED, FAILURE, OK, RunTest

ENDS = ("acked", "failed", "returned", "abandoned", "withdrawn", "gone")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ShutdownTest(RunTest):
    def report(self):
        """What the run wrote; every message that was read came to one end."""
        source = json.loads((self.folder / "report.json").read_text())["source"]
        self.assertEqual(source["read"], sum(source[name] for name in ENDS), source)
        return source


class Stuck(ShutdownTest):
    def setUp(self):
        super().setUp()
        os.mkfifo(self.folder / "out")
        self.pipe = os.open(self.folder / "out", os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, self.pipe)

    @staticmethod
    def bytes_in(pipe):
        return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0"))[0]

    def start_and_get_stuck(self, patience="1h"):
        self.topology(config='count = 5000\nsize = "1KiB"', patience=patience)
        process = self.start("--report", "report.json")
        self.wait_for(lambda: self.bytes_in(self.pipe) >= 60_000, "the pipe is full")
        return process

    def read_all(self):
        try:
            while os.read(self.pipe, 65536):
                pass
        except BlockingIOError:
            pass

    def test_what_is_begun_may_finish_and_the_rest_goes_back(self):
        process = self.start_and_get_stuck()
        process.terminate()
        while process.poll() is None:
            self.read_all()
            time.sleep(0.01)
        out, error = process.communicate()
        self.assertEqual(process.returncode, OK, error)
        source = self.report()
        self.assertGreater(source["acked"], 0)
        self.assertGreater(source["returned"], 0)
        self.assertEqual(source["abandoned"], 0)
        self.assertIn(f"{source['returned']:,} returned to the source", out)

    def test_a_second_signal_reports_at_once(self):
        for first, second in zip(SIGNALS, reversed(SIGNALS)):
            with self.subTest(first=first):
                process = self.start_and_get_stuck()
                process.send_signal(first)
                with self.assertRaises(subprocess.TimeoutExpired, msg="one signal waits for what is begun"):
                    process.wait(timeout=0.5)
                process.send_signal(second)
                out, error = process.communicate(timeout=60)
                self.assertEqual(process.returncode, ABANDONED, error)
                self.assertGreater(self.report()["abandoned"], 0)
                self.assertIn("abandoned", out)
                self.read_all()

    def test_a_third_signal_ends_one_that_cannot_even_report(self):
        self.topology(config="count = 0\nrate = 100", more='[metric]\nflush_interval = "100ms"\ntarget = [ { type = "log" } ]\n')
        unread, errors = os.pipe()
        self.addCleanup(os.close, unread)
        process = self.start(output=errors)
        os.close(errors)

        def is_full():
            """Of each of its pages the rest may be too small for a line."""
            before = self.bytes_in(unread)
            time.sleep(1)
            return self.bytes_in(unread) == before > fcntl.fcntl(unread, fcntl.F_GETPIPE_SZ) * 3 // 4
        self.wait_for(is_full, "nobody can log any more")
        for _ in range(2):
            process.terminate()
            with self.assertRaises(subprocess.TimeoutExpired, msg="it cannot say that it ends"):
                process.wait(timeout=1)
        process.terminate()
        self.assertEqual(process.wait(timeout=60), ABANDONED)

    def test_what_hangs_beyond_graceful_shutdown_is_abandoned(self):
        process = self.start_and_get_stuck(patience="200ms")
        process.terminate()
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, ABANDONED, error)
        self.assertGreater(self.report()["abandoned"], 0)


    def test_a_write_that_hangs_is_named_beyond_its_time_out(self):
        self.topology(config='count = 5000\nsize = "1KiB"')
        with open(self.folder / "log", "w") as log:
            process = self.start("--report", "report.json", "--set", "topology.msg_timeout=100ms", "--set",
                                 "topology.handler_warn=500ms", output=log)
        lines = lambda what: [line for line in (self.folder / "log").read_text().splitlines() if what in line]
        self.wait_for(lambda: lines("at work for"), "the warning")
        self.assertTrue(lines("timed out"))
        self.assertRegex(lines("at work for")[0], r" message=\S")
        process.terminate()
        while process.poll() is None:
            self.read_all()
        self.assertGreater(self.report()["failed"], 0)
        self.assertEqual(process.returncode, FAILURE)


class SinkIsAway(ShutdownTest):
    """Nothing is begun: all of it goes back, and it depends on the source what that is worth."""

    def run_until_all_waits(self, **how):
        self.topology(sink="redis_stream", sink_config=f'uri = "redis://127.0.0.1:{free_port()}"\nkey = "k"', **how)
        master, terminal = pty.openpty()
        self.addCleanup(os.close, master)
        os.set_blocking(master, False)
        process = self.start("--report", "report.json", output=terminal)
        os.close(terminal)
        seen = b""

        def all_wait():
            nonlocal seen
            try:
                seen += os.read(master, 65536)
            except BlockingIOError:
                pass
            return b"in flight 10 " in seen and b"is away" in seen

        self.wait_for(all_wait, "all are read, and the sink was asked for")
        process.terminate()
        process.wait(60)
        return process.returncode

    def test_a_source_that_redelivers_has_them_back(self):
        self.assertEqual(self.run_until_all_waits(config="count = 10"), OK)
        self.assertEqual(self.report()["returned"], 10)

    def test_a_source_that_cannot_redeliver_has_lost_them(self):
        self.write("in.txt", "line\n" * 10)
        self.assertEqual(self.run_until_all_waits(source="file", config='path = "in.txt"'), ABANDONED)
        self.assertEqual(self.report()["abandoned"], 10)

    def test_what_went_back_to_redis_is_there_for_the_next_run_at_once(self):
        with RedisServer(self.folder) as redis:
            redis.add_numbers("s", range(10))
            stream = {"source": "redis_stream", "config": f'uri = "{redis.uri}"\nkey = "s"\ngroup = "g"\nlease = "24h"'}
            self.assertEqual(self.run_until_all_waits(**stream), OK)
            self.assertEqual(self.report()["returned"], 10)
            self.topology(**stream)
            self.expect(OK, "run", "standalone", "--stop-when-idle", "1s")
            self.assertEqual(sorted((self.folder / "out").read_text().split()), [str(n) for n in range(10)])
            self.assertEqual(redis.command("XPENDING", "s", "g")[0], 0)


class BrokerIsSilent(ShutdownTest):
    """Stopped, or behind a cut cable: its source takes all the time that it is given to close."""

    def run_with(self, kind, patience):
        with RedisServer(self.folder) as redis:
            self.topology(source=f"redis_{kind}", config=f'uri = "{redis.uri}"\nkey = "{kind}"\n' +
                          ('group = "g"' if kind == "stream" else ""), patience=patience)
            with open(self.folder / "log", "w") as log:
                process = self.start("--report", "report.json", output=log)
            push = ("XADD", kind, "*", "payload", "1") if kind == "stream" else ("RPUSH", kind, "1")
            redis.command(*push)
            is_done = lambda: (redis.command("XPENDING", kind, "g")[0] == 0 if kind == "stream"
                               else not [key for key in redis.command("KEYS", "*:processing*") if redis.command("TYPE", key) == "list"])
            self.wait_for(lambda: (self.folder / "out").exists() and (self.folder / "out").read_text() == "1\n" and is_done(),
                          "all is done")
            redis.process.send_signal(signal.SIGSTOP)
            self.addCleanup(redis.process.send_signal, signal.SIGCONT)
            process.terminate()
            code = process.wait(60)
            redis.process.send_signal(signal.SIGCONT)
        log = (self.folder / "log").read_text()
        self.assertEqual(code, OK, log)
        self.assertEqual(self.report()["acked"], 1)
        self.assertNotIn("left behind", log)
        os.unlink(self.folder / "out")

    def test_nothing_in_hand(self):
        for kind in "stream", "list":
            with self.subTest(kind=kind):
                self.run_with(kind, patience="3s")


class Signals(ShutdownTest):
    def test_any_moment_of_the_start_is_a_moment_to_leave(self):
        self.topology(config="count = 0\nrate = 100")
        dice = random.Random(9)
        for number in SIGNALS * 4:
            process = self.start("--report", "report.json")
            time.sleep(dice.uniform(0, 0.15))
            process.send_signal(number)
            _, error = process.communicate(timeout=60)
            # Before the run has begun the signal kills, as a shell tells by 130 or 143.
            self.assertIn(process.returncode, (OK, -number), error)
            if process.returncode == OK:
                self.assertEqual(self.report()["abandoned"], 0)

    def test_other_commands_are_killed_by_a_signal(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            uri = f"redis://127.0.0.1:{silent.getsockname()[1]}"
            self.topology(source="redis_stream", config=f'uri = "{uri}"\nkey = "s"\ngroup = "g"')
            for number in SIGNALS:
                process = subprocess.Popen([self.program, "check", "--online"], cwd=self.folder, env=self.environment(),
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.addCleanup(self.end, process)
                with silent.accept()[0], silent.accept()[0]:  # it waits for an answer
                    process.send_signal(number)
                    self.assertEqual(process.wait(60), -number)


if __name__ == "__main__":
    unittest.main()
