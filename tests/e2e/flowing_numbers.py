"""What the tests of G2 share: numbers that a writer adds to a Redis stream or list, through every crash of that server, and a
second server, which nobody touches, that records what was seen of them."""
import os
import pathlib
import random
import threading

from redis_server import RedisServer
from support import BUILD, RunTest

# The pipeline that each test puts behind its own source settings.
PIPELINE = """[source]
type = "{type}"
max_backoff = "200ms"
[source.config]
uri = "{numbers}"
lease = "1s"
read_msg_count = 200
block_read = "500ms"
{config}
[[task]]
name = "pass_on"
library = "{library}"
type = "c_echo"
workers = 2
[[task]]
name = "record"
sink = "redis_stream"
[task.config]
uri = "{record}"
key = "seen"
[[edge]]
from = "pass_on"
to = "record"
"""

LIBRARY = pathlib.Path(BUILD) / "tests/abi/libraries/echo_plugin_tempests_compiler.so"


class OnStreams:
    """Where the numbers are: in streams, each read by a group; of the last one nothing is there before number `late`."""
    type = "redis_stream"
    keys = ["numbers", "more", "late"]
    config = 'keys = ["numbers", "more", "late"]\ngroup = "g"'
    late = 500
    connections = 6

    @classmethod
    def key_of(cls, number):
        return cls.keys[number % (len(cls.keys) if number >= cls.late else len(cls.keys) - 1)]

    @classmethod
    def add(cls, server, numbers):
        server.run_all(["XADD", cls.key_of(number), "*", "payload", number] for number in numbers)

    @classmethod
    def is_settled(cls, server):
        return all(server.command("XPENDING", key, "g")[0] == 0 for key in cls.keys)

    @classmethod
    def consumers(cls, server):
        return [one for key in cls.keys for one in server.command("XINFO", "CONSUMERS", key, "g")]

    @classmethod
    def forget(cls, server):
        """All of it is done with."""
        for key in cls.keys:
            server.command("XTRIM", key, "MAXLEN", "0")


class OnStream(OnStreams):
    """Where the numbers are: in one stream."""
    keys = ["numbers"]
    config = 'key = "numbers"\ngroup = "g"'
    late = 0
    connections = 2


class OnList:
    """Where the numbers are: in a list."""
    type = "redis_list"
    config = 'key = "numbers"'
    late = 0
    connections = 2

    @staticmethod
    def add(server, numbers):
        server.run_all(["RPUSH", "numbers", number] for number in numbers)

    @staticmethod
    def is_settled(server, key="numbers"):
        lists = [key, *(f"{key}:processing:{name}" for name in OnList.consumers(server, key))]
        return all(server.command("LLEN", one) == 0 for one in lists)

    @staticmethod
    def consumers(server, key="numbers"):
        return server.command("HKEYS", f"{key}:consumers")

    @staticmethod
    def forget(server):
        pass  # what is acknowledged is gone


class Writer:
    """Adds numbers until it is stopped. `confirmed` are the first ones: a number whose confirmation was cut off is added
    once more, and counts only then."""

    def __init__(self, server, confirmed=0, burst=20, way=OnStream):
        self.server = server
        self.way = way
        self.confirmed = confirmed
        self.burst = burst
        self.again = 0  # numbers that may be in the stream twice
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.01):
            try:
                self.way.add(self.server, range(self.confirmed, self.confirmed + self.burst))
                self.confirmed += self.burst
            except (OSError, RuntimeError):
                self.again += self.burst

    def stop(self):
        self.stopping.set()
        self.thread.join()


class Record:
    """What was seen, read bit by bit and then deleted there, so that a long test costs no more than a short one."""

    def __init__(self, server, key="seen"):
        self.server = server
        self.key = key
        self.last = "0-0"
        self.total = 0
        self.distinct = 0
        self.flags = bytearray()  # one a number
        self.first_missing = 0

    def read_on(self):
        while entries := self.server.command("XRANGE", self.key, f"({self.last}", "+", "COUNT", "5000"):
            for _, fields in entries:
                self.note(self.number(fields))
            self.last = entries[-1][0]
            self.server.command("XTRIM", self.key, "MINID", self.last)
        while self.first_missing < len(self.flags) and self.flags[self.first_missing]:
            self.first_missing += 1

    def number(self, fields):
        """What an entry is about."""
        return int(fields[1])

    def has(self, number):
        return number < len(self.flags) and bool(self.flags[number])

    def note(self, number):
        self.total += 1
        if number >= len(self.flags):
            self.flags.extend(bytes(number + 1 - len(self.flags)))
        self.distinct += 1 - self.flags[number]
        self.flags[number] = 1


class NumbersTest(RunTest):
    """The faults come by the throw of dice: TEMPEST_SEED=<what was printed> throws them again."""
    way = OnStream

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("TEMPEST_SEED", random.randrange(2**32)))
        print(f"TEMPEST_SEED={seed}", flush=True)
        self.dice = random.Random(seed)
        self.numbers = self.server("numbers", durable=True)
        self.record = self.server("record")
        self.so_far = Record(self.record)

    def server(self, name, **how):
        (self.folder / name).mkdir()
        server = RedisServer(self.folder / name, **how)
        self.addCleanup(server.stop)
        return server

    def write_topology(self, head):
        self.write("Topology.toml",
                   head + PIPELINE.format(type=self.way.type, config=self.way.config, numbers=self.numbers.uri,
                                          record=self.record.uri, library=LIBRARY))

    def seen(self):
        """How many numbers, those that came twice counted twice."""
        self.so_far.read_on()
        return self.so_far.total

    def distinct_seen(self):
        self.so_far.read_on()
        return self.so_far.distinct

    def is_all_seen(self, confirmed):
        self.so_far.read_on()
        return self.so_far.first_missing >= confirmed

    def is_settled(self):
        return self.way.is_settled(self.numbers)

    def wait_for_flow(self, before_what):
        """Until some more messages went through, by the dice."""
        before, enough = self.seen(), self.dice.randrange(1, 400)
        self.wait_for(lambda: self.seen() >= before + enough, f"messages flow before {before_what}")
