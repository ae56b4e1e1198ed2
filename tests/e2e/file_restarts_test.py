"""Source file with `state`: kills, rotations, full disks and failures between runs lose no line, and what is read twice is
what the state had not written down. TEMPEST_ROUNDS says how many rounds of kills."""
import collections
import gzip
import json
import os
import pathlib
import random
import re
import subprocess
import threading
import unittest

from support import BAD_CONFIG, BUILD, FAILURE, OK, UNAVAILABLE, RunTest

ROUNDS = int(os.environ.get("TEMPEST_ROUNDS", "3"))
KILLS = 3  # a round
MAX_PENDING = 500
FILE = re.compile(r"file \d+ (\d+) print .* (\S+)")
STRETCH = re.compile(r"  (?:open (\d+) (\d+)|rest (\d+)) ")
NUMBER = re.compile(r"n(\d{8})(?=\n)")


class Numbers:
    """Writes numbers to a file until it is stopped, some of them in two parts."""

    def __init__(self, path, dice):
        self.path, self.dice = path, dice
        self.file = open(path, "ab", buffering=0)
        self.written = 0
        self.is_moved = False
        self.stopping = threading.Event()
        self.thread = None

    def start(self):
        self.stopping.clear()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.005):
            was_moved, self.is_moved = self.is_moved, False
            text = b"".join(b"n%08d\n" % number for number in range(self.written, self.written + 40))
            cut = self.dice.randrange(len(text))
            for part in (text[:cut], text[cut:]):
                self.file.write(part)
            self.written += 40
            if was_moved:  # one burst later, as a writer that is told to reopen its log
                self.file.close()
                self.file = open(self.path, "ab", buffering=0)

    def move(self, to):
        os.rename(self.path, to)
        self.is_moved = True

    def stop(self):
        self.stopping.set()
        if self.thread:
            self.thread.join()

    def close(self):
        self.stop()
        self.file.close()


class FileRestarts(RunTest):
    """The faults come by the throw of dice: TEMPEST_SEED=<what was printed> throws them again."""

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("TEMPEST_SEED", random.randrange(2**32)))
        print(f"TEMPEST_SEED={seed}", flush=True)
        self.dice = random.Random(seed)
        self.launched = 0

    def topology(self, config="", **how):
        super().topology(source="file", config=f'path = "log"\nstate = "state"\n{config}', **how)

    def launch(self, **how):
        self.launched += 1
        with open(self.folder / f"{self.launched}.log", "w") as log:
            return self.start("--set", f"topology.max_pending={MAX_PENDING}", output=log, **how)

    def log(self):
        return (self.folder / f"{self.launched}.log").read_text()

    def kill(self, process):
        process.kill()
        process.wait()

    def out(self):
        path = self.folder / "out"
        return path.read_text() if path.exists() else ""

    def state(self):
        path = self.folder / "state"
        return path.read_text() if path.exists() else ""

    def open_text(self):
        """All that the state says is to be read, or nothing when there is no state yet."""
        by_inode = {path.stat().st_ino: path for path in self.folder.glob("log*")}
        data, text = b"", ""
        for line in self.state().splitlines():
            if at := FILE.match(line):
                path = by_inode.get(int(at[1]))
                data = path.read_bytes() if path else b""
            elif at := STRETCH.match(line):
                text += (data[int(at[3]):] if at[3] else data[int(at[1]):int(at[2])]).decode()
        return text

    def run_once(self, *words, code=OK):
        """What it reports of the source, if anything, and what was logged."""
        run = self.expect(code, "run", "standalone", "--report", "-", *words)
        return json.loads(run.stdout)["source"] if run.stdout else None, run.stderr

    # --- kills

    def seen(self):
        return collections.Counter(int(number) for number in NUMBER.findall(self.out()))

    def wait_for_flow(self):
        before, enough = self.out().count("\n"), self.dice.randrange(1, 8000)
        self.wait_for(lambda: self.out().count("\n") >= before + enough, "numbers flow")

    def is_all_done(self):
        return "  rest " in self.state() and "  open " not in self.state() and not self.open_text()

    def kill_it(self, numbers):
        """Counts what may come again: what is to be read as the state has it."""
        self.kill(self.process)
        known = {path.stat().st_ino for path in self.folder.glob("log*") if f" {path.stat().st_ino} print" in self.state()}
        fresh = "".join(path.read_text() for path in self.folder.glob("log*") if path.stat().st_ino not in known)
        self.may_come_again.update(int(number) for number in NUMBER.findall(self.open_text() + fresh))
        # One that nobody has seen would not be found again.
        if (self.folder / "log").stat().st_ino in known and self.dice.random() < 0.5:
            self.moves += 1
            numbers.move(self.folder / f"log.{self.moves}")
        self.process = self.launch()

    def test_killed_under_load(self):
        self.topology(config="follow = true", sink_config='path = "out"\nsync = false')
        numbers = Numbers(self.folder / "log", self.dice)
        self.addCleanup(numbers.close)
        self.may_come_again = collections.Counter()
        self.moves = 0
        self.process = self.launch()
        for number in range(1, ROUNDS + 1):
            numbers.start()
            for _ in range(KILLS):
                self.wait_for_flow()
                self.kill_it(numbers)
            numbers.stop()
            self.check_round(number, numbers.written)
        self.process.terminate()
        self.assertEqual(self.process.wait(60), OK, self.log())
        self.assertTrue(self.is_all_done(), self.state())

    def check_round(self, number, written):
        self.wait_for(lambda: len(self.seen()) == written and self.is_all_done(),
                      f"round {number}: all {written} numbers are seen and done with", limit_s=120)
        seen = self.seen()
        again = sum(seen.values()) - written
        allowed = sum(self.may_come_again.values())
        print(f"round {number}: {written} numbers, {again} more than once (at most {allowed})", flush=True)
        too_often = {one: count for one, count in seen.items() if count > 1 + self.may_come_again[one]}
        self.assertEqual(too_often, {}, "what was written down as done came again")

    # --- one thing each

    def test_a_rotation_while_nobody_reads(self):
        self.write("log", "a\nb\n")
        self.topology(config="follow = true")
        process = self.launch()
        self.wait_for(lambda: self.out() == "a\nb\n" and self.is_all_done(), "both are done with")
        self.kill(process)
        with open(self.folder / "log", "a") as log:
            log.write("c\n")
        os.rename(self.folder / "log", self.folder / "log.1")
        self.write("log", "d\n")
        process = self.launch()
        self.wait_for(lambda: self.out().count("\n") == 4, "the rest is read")
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log())
        self.assertEqual(sorted(self.out().split()), ["a", "b", "c", "d"])

    def test_lines_that_fail_come_again_in_the_next_run(self):
        self.write("log", "first\nthrows\nlast\n")
        task = ('[[task]]\nname = "plain"\nlibrary = "{}"\n[[edge]]\nfrom = "plain"\nto = "out"\n'
                .format(pathlib.Path(BUILD) / "tests/e2e/liboutcomes.so"))
        policy = 'type = "retry", attempts = 2, backoff = "10ms", on_exhausted = "leave"'
        self.topology(policy=policy, more=task)
        source, _ = self.run_once(code=FAILURE)
        self.assertEqual((source["read"], source["acked"], source["failed"]), (3, 2, 1))
        self.assertIn("  open 6 13 line 2 lines 1 failures 2\n", self.state())
        source, _ = self.run_once("--set", "topology.max_deliveries=3", code=FAILURE)
        self.assertEqual((source["read"], source["acked"], source["failed"]), (1, 0, 1))
        source, log = self.run_once("--set", "topology.max_deliveries=3", code=FAILURE)
        self.assertEqual((source["read"], source["failed"]), (1, 1))
        self.assertIn("more than max_deliveries = 3", log)
        self.topology(policy='type = "retry", attempts = 2, backoff = "10ms"',
                      more=task + '[dead_letter]\nsink = "file"\n[dead_letter.config]\npath = "letters"\n')
        source, _ = self.run_once()
        self.assertEqual((source["read"], source["acked"], source["dead_lettered"]), (1, 1, 1))
        source, _ = self.run_once()
        self.assertEqual(source["read"], 0)
        self.assertEqual(sorted(self.out().split()), ["first", "last"])

    def test_what_is_in_hand_at_the_end_is_there_for_the_next_run(self):
        self.write("log", "".join(f"{number}\n" for number in range(1000)))
        self.topology(sink_config='path = "/dev/full"')
        source, _ = self.run_once("--duration", "1s")
        self.assertEqual((source["acked"], source["returned"]), (0, 1000))
        self.topology()
        source, _ = self.run_once()
        self.assertEqual((source["read"], source["acked"]), (1000, 1000))
        self.assertEqual(sorted(self.out().split(), key=int), [str(number) for number in range(1000)])

    def test_a_disk_that_takes_no_state(self):
        """Nothing is confirmed that could not be written, and it goes on when there is room."""
        self.write("log", "a\nb\n")
        self.topology(config="follow = true", sink="stdout", sink_config="")
        process = self.start(prefix=("prlimit", "--fsize=20:unlimited"))
        said = next(line for line in process.stderr if "cannot note what is begun" not in line)
        self.assertIn("is away: cannot write the state 'state.new': File too large; it is tried again", said)
        subprocess.run(["prlimit", "--pid", str(process.pid), "--fsize=unlimited:unlimited"], check=True)
        self.wait_for(self.is_all_done, "it goes on")
        process.terminate()
        out, log = process.communicate(timeout=60)
        self.assertEqual((process.returncode, sorted(out.split())), (OK, ["a", "b"]), log)
        self.assertNotIn("cannot write the state", log)  # it was said once

    def write_many(self, count):
        for number in range(count):
            self.write(f"logs/{number}.log", f"n{number:08}\n")

    def follow_many(self, limit):
        super().topology(source="file", config='path = "logs/*.log"\nfollow = true\nstate = "state"',
                         sink_config='path = "out"\nsync = false')
        self.launched += 1
        with open(self.folder / f"{self.launched}.log", "w") as log:
            return self.start(output=log, prefix=("prlimit", f"--nofile={limit}"))

    def held(self, process):
        """The files that it has open."""
        held = []
        for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                held.append(os.readlink(link))
            except FileNotFoundError:  # closed meanwhile
                continue
        return [path for path in held if path.endswith(".log") and "/logs/" in path]

    def test_more_files_than_may_be_open(self):
        """Those that are followed are read on and remembered, the others once there is room."""
        self.write_many(300)
        process = self.follow_many("128:128")
        self.wait_for(lambda: "files are not read for now: this process may have 128 files open" in self.log(), "it says so")
        self.wait_for(lambda: 60 < len(self.seen()) == len(self.held(process)), "what can be is read")
        self.wait_for(self.is_all_of_many_done, "that is remembered")
        held = self.held(process)
        for path in held[:50]:
            with open(path, "a") as log:
                log.write("more\n")
        self.wait_for(lambda: self.out().count("more\n") == 50, "they are read on")
        for path in held:
            os.unlink(path)
        self.wait_for(lambda: len(self.seen()) > len(held), "others are read in their place", limit_s=120)
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log())
        self.assertEqual(set(self.seen().values()), {1})
        self.assertNotIn("is away", self.log())
        process = self.follow_many("1024:1024")
        self.wait_for(lambda: len(self.seen()) == 300, "the rest is read with room for it")
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log())
        self.assertEqual(set(self.seen().values()), {1})

    def is_all_of_many_done(self):
        return self.state().count("  rest 10 ") == len(self.seen()) and "  open " not in self.state()

    def test_the_soft_limit_of_open_files_is_raised(self):
        self.write_many(300)
        process = self.follow_many("64:1024")
        self.wait_for(lambda: len(self.seen()) == 300, "all are read")
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log())
        self.assertNotIn("files are not read", self.log())

    def test_compressed_input_that_is_cut_short(self):
        """That nothing more comes is no success when the source has not read all."""
        lines = "".join(f"{self.dice.random()}\n" for _ in range(10_000))
        whole = gzip.compress(lines.encode())
        (self.folder / "log.gz").write_bytes(whole[:len(whole) // 2])
        super().topology(source="file", config='path = "log.gz"\nstate = "state"')
        before, log = self.run_once("--stop-when-idle", "500ms", code=UNAVAILABLE)
        self.assertRegex(log, "source file is away: .*log.gz.* cut short")
        self.assertGreater(before["acked"], 0)
        (self.folder / "log.gz").write_bytes(whole)
        after, _ = self.run_once("--stop-when-idle", "500ms")
        self.assertEqual(before["acked"] + after["acked"], 10_000)
        self.assertEqual(sorted(self.out().split()), sorted(lines.split()))

    def test_two_processes(self):
        self.write("log", "a\n")
        self.topology(config="follow = true")
        process = self.launch()
        self.wait_for(self.is_all_done, "the first is at work")
        _, log = self.run_once(code=BAD_CONFIG)
        self.assertRegex(log, f"the state '.*state' is in use by process {process.pid}: end that one first, or give this "
                              "source a state of its own")
        self.kill(process)
        self.topology()
        self.run_once()  # its lock went with it
        self.assertEqual(self.out(), "a\n")

    def test_a_damaged_state(self):
        """Also where what it says could be: a line would be read again, or never."""
        self.write("log", "a\n")
        self.topology()
        self.run_once()
        good = self.state()
        for damage, line in (("rest 2", "rust 2"), 4), (("rest 2", "rest 1"), 5), (("line 2", "line 1"), 5), (("rest 2", "rest 9"), 5):
            damaged = good.replace(*damage)
            self.write("state", damaged)
            _, log = self.run_once(code=BAD_CONFIG)
            self.assertIn(f"damaged or none of this source: line {line}: ", log)
            self.assertIn("move it away to read all files from their beginning", log)
            self.assertEqual(self.state(), damaged)
            self.assertEqual(self.out(), "a\n")

    def test_a_state_without_a_name(self):
        super().topology(source="file", config='path = "log"\nstate = ""')
        run = self.expect(BAD_CONFIG, "check")
        self.assertIn("state is an empty path: leave it out to remember nothing", run.stdout + run.stderr)

    def test_what_it_promises_is_told(self):
        self.write("log", "")
        self.topology()
        self.assertNotIn("at most once", self.expect(OK, "check").stdout)
        super().topology(source="file", config='path = "log"')
        self.assertIn("at most once", self.expect(OK, "check").stdout)


if __name__ == "__main__":
    unittest.main()
