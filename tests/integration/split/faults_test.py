"""G1, G2, G6 and G7 all at once: numbers flow through three tasks, one of which fails, rejects, hangs and crashes; processes
are killed at random, and the store of the dead letters is away now and then. In the end each number was acknowledged, and
either handled by the last task or has a dead letter. TEMPEST_ROUNDS rounds of TEMPEST_LOAD_S seconds."""
import base64
import collections
import json
import os
import pathlib
import signal
import time
import unittest

from cluster import ROUNDS, Cluster
from flowing_numbers import LIBRARY, Record, Writer
from redis_server import free_port
from supervisor import Supervisor
from support import BUILD, OK

LOAD_S = float(os.environ.get("TEMPEST_LOAD_S", "40"))
BURST = 15  # every 10 ms at most
MAX_PENDING = 100
INTERNAL = 70  # a handler hangs, and its task had its replacements

# What makes the last task handle a number again is a kill of who has it written, or acknowledges it; handlers that crash,
# hang or fail pass nothing on. A process of the last task takes with it what it wrote and did not report: it holds no
# more than is in flight. A topology takes all that is in flight, and as much that is done and not acknowledged yet.
AGAIN_PER_KILL = {"topology": 2 * MAX_PENDING, "record": MAX_PENDING, "trouble": 0}

# trouble.cpp: with five attempts, no number below 10^10 fails so often by itself.
ATTEMPTS = 5
HANGS, CRASHES, CRASHES_ONCE, REJECTED = 4_999, 9_999, 7_499, 333

TOPOLOGY = """max_retrying = {max_pending}
handler_limit = "1s"
failure_policy = {{ type = "retry", attempts = {attempts}, backoff = "20ms", max_backoff = "50ms" }}
[dead_letter]
sink = "redis_stream"
[dead_letter.config]
uri = "{letters}"
key = "dead"
[source]
type = "redis_stream"
max_backoff = "200ms"
[source.config]
uri = "{numbers}"
key = "numbers"
group = "g"
read_msg_count = 200
block_read = "500ms"
[[task]]
name = "pass_on"
library = "{echo}"
type = "c_echo"
workers = 2
[[task]]
name = "trouble"
library = "{trouble}"
workers = 2
[[task]]
name = "record"
sink = "redis_stream"
[task.config]
uri = "{record}"
key = "seen"
[[edge]]
from = "pass_on"
to = "trouble"
[[edge]]
from = "trouble"
to = "record"
"""


def reason_of(number):
    """What the letter of this number says, as a pattern; None for those that shall have none."""
    if number % 10_000 == HANGS:
        return r"handler_limit|its process ended while it was handled alone"
    if number % 10_000 == CRASHES:
        return r"its process ended while it was handled alone"
    return r"^333$" if number % 1_000 == REJECTED else None


class Letters(Record):
    """Of each number that has one, the last."""

    def __init__(self, server):
        super().__init__(server, "dead")
        self.of = {}

    def number(self, fields):
        letter = json.loads(fields[fields.index("payload") + 1])
        number = int(base64.b64decode(letter["payload_base64"]))
        self.of[number] = letter
        return number


class Faults(Cluster):
    max_pending = MAX_PENDING

    def setUp(self):
        super().setUp()
        self.loops = []
        self.due, self.checked = set(), 0  # letters that there must be of the numbers below `checked`

    def tearDown(self):
        for loop in self.loops:  # before cleanups end what they would start again
            loop.stop(patience_s=1)

    def write_topology(self, head):
        self.letter_store = self.server("letters", durable=True)
        self.letters = Letters(self.letter_store)
        self.write("Topology.toml", head + TOPOLOGY.format(
            max_pending=MAX_PENDING, attempts=ATTEMPTS, numbers=self.numbers.uri, record=self.record.uri,
            letters=self.letter_store.uri, echo=LIBRARY,
            trouble=pathlib.Path(BUILD) / "tests/integration/split/libraries/trouble.so"))

    # --- processes

    def supervise(self, kind, *words, mode):
        loop = Supervisor(lambda: self.spawn(mode, *words))
        loop.kind, loop.checked = kind, 0
        self.loops.append(loop)

    def supervise_all(self):
        port = free_port()
        self.supervise("topology", "--port", port, mode="topology")
        there = ("--topology", f"127.0.0.1:{port}", "--max-backoff", "200ms")
        for _ in range(2):
            self.supervise("trouble", "pass_on", "trouble", *there, mode="task")
            # A write may take its time on a busy machine.
            self.supervise("record", "record", *there, "--set", "topology.handler_limit=0", mode="task")

    def ends(self):
        """How often which kind of process ended with which code."""
        return collections.Counter((loop.kind, one.returncode) for loop in self.loops for one in loop.ended)

    # --- faults

    def kill(self, loop):
        if loop.kill():
            self.allowed_again += AGAIN_PER_KILL[loop.kind]

    def kill_any(self):
        self.kill(self.dice.choice(self.loops))

    def kill_the_topology_without_letters(self):
        """Whatever it believes to have written is not there."""
        self.letter_store.kill()
        time.sleep(self.dice.uniform(0.5, 2))
        self.kill(self.loops[0])
        time.sleep(self.dice.uniform(0, 1))
        self.letter_store.start()

    def put_under_faults(self):
        limit = time.monotonic() + LOAD_S
        while time.monotonic() < limit:
            time.sleep(self.dice.uniform(0.5, 3))
            self.dice.choice([self.kill_any] * 3 + [self.kill_the_topology_without_letters])()

    # --- what must hold

    def is_accounted_for(self):
        """All is read and acknowledged, and what was seen and what died is as much as was produced."""
        (group,) = self.numbers.command("XINFO", "GROUPS", "numbers")
        facts = dict(zip(group[::2], group[1::2]))
        self.letters.read_on()
        return ((facts["pending"], facts["lag"]) == (0, 0)
                and self.distinct_seen() + self.letters.distinct >= self.confirmed)

    def where_it_stands(self):
        letters = self.letters.distinct
        return (f"{self.confirmed} numbers, {self.distinct_seen()} handled, {letters} letters, {self.ends()}, "
                f"{self.numbers.command('XINFO', 'GROUPS', 'numbers')}")

    def check_letters(self):
        """Those have one that must, and no others; what it says."""
        self.due |= {number for number in range(self.checked, self.confirmed) if reason_of(number)}
        self.checked = self.confirmed
        self.assertEqual(set(self.letters.of), self.due)
        for number, letter in self.letters.of.items():
            self.assertEqual(letter["task"], "trouble")
            self.assertRegex(letter["reason"], reason_of(number))
            rejected = number % 1_000 == REJECTED
            hung = "handler_limit" in letter["reason"]
            self.assertEqual(letter["outcome"], "rejected" if rejected else "timed_out" if hung else "failed")
            self.assertTrue(rejected or letter["attempts"] == ATTEMPTS, letter)

    def check_handled(self):
        """All that have no letter, each of which was produced."""
        self.assertLessEqual(len(self.so_far.flags), self.confirmed)
        self.assertEqual([number for number in self.letters.of if self.so_far.has(number)], [])
        self.assertEqual(self.distinct_seen() + self.letters.distinct, self.confirmed)

    def check_ends(self):
        for loop in self.loops:
            expected = {-signal.SIGKILL} | ({-signal.SIGSEGV, INTERNAL} if loop.kind == "trouble" else set())
            for one in loop.ended[loop.checked:]:
                self.assertIn(one.returncode, expected, f"{one.name}\n{self.log(one)}")
                loop.checked += 1

    def wait_for(self, condition, what, limit_s=60):
        super().wait_for(lambda: self.check_ends() or condition(), what, limit_s)

    def check_round(self, number):
        try:
            self.wait_for(self.is_accounted_for, f"round {number}: all is accounted for", limit_s=180)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; {self.where_it_stands()}") from None
        again = self.seen() + self.letters.total - self.confirmed
        ends = ", ".join(f"{kind} {code}: {count}" for (kind, code), count in sorted(self.ends().items()))
        print(f"round {number}: {self.confirmed} produced, {self.distinct_seen()} handled, {self.letters.distinct} letters, "
              f"{again} more than once (at most {self.allowed_again}); ended: {ends}", flush=True)
        self.check_handled()
        self.check_letters()
        self.assertLessEqual(again, self.allowed_again)
        self.numbers.command("XTRIM", "numbers", "MAXLEN", "0")  # all of it is done with

    def test_faults_of_every_kind_at_once(self):
        self.supervise_all()
        for number in range(1, ROUNDS + 1):
            writer = Writer(self.numbers, self.confirmed, burst=BURST)
            self.addCleanup(writer.stop)
            self.wait_for_flow("the faults")
            self.put_under_faults()
            writer.stop()
            self.assertEqual(writer.again, 0, "each number was produced once")
            self.confirmed = writer.confirmed
            self.check_round(number)
        self.assertGreater(self.confirmed, 10_000, "some of each kind")
        for loop in reversed(self.loops):
            self.assertEqual(loop.stop(), OK, self.log(loop.process))


if __name__ == "__main__":
    unittest.main()
