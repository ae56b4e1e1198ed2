"""Sinks that take nothing for a while, or one message never: nobody else is charged, and nobody else waits for it."""
import base64
import json
import os
import pathlib
import threading
import time
import unittest

from cutting_relay import CuttingRelay
from redis_server import RedisServer
from support import BUILD, OK, UNAVAILABLE, RunTest

WANTS_JSON = pathlib.Path(BUILD) / "tests/bad_plugins/libraries/wants_json.so"
LIMIT = 1 << 20  # the least that Redis can be told
LARGE = b"x" * 1_500_000

LETTERS = """[dead_letter]
sink = "file"
[dead_letter.config]
path = "letters"
"""
LETTERS_ELSEWHERE = """[[task]]
name = "wants_json"
library = "{library}"
[[edge]]
from = "wants_json"
to = "out"
[dead_letter]
sink = "redis_stream"
unhealthy_shutdown = 3
[dead_letter.config]
uri = "{uri}"
key = "dead"
"""


class Sinks(RunTest):
    def setUp(self):
        super().setUp()
        self.source, self.other = self.server("from"), self.server("to")

    def server(self, name):
        (self.folder / name).mkdir()
        made = RedisServer(self.folder / name)
        self.addCleanup(made.stop)
        return made

    def topology(self, more=LETTERS, **sink):
        super().topology(source="redis_stream", config=f'uri = "{self.source.uri}"\nkey = "s"\ngroup = "g"', more=more,
                         policy='type = "retry", attempts = 2, backoff = "20ms", on_exhausted = "dead_letter"', **sink)

    def into_redis(self, sink="redis_stream", uri=None):
        return {"sink": sink, "sink_config": f'uri = "{uri or self.other.uri}"\nkey = "out"'}

    def relay(self, **how):
        made = CuttingRelay(self.other.port, **how)
        self.addCleanup(made.stop)
        return made

    def launch(self, *words, **how):
        with open(self.folder / "log", "w") as log:
            return self.start("--report", "report.json", *words, output=log, **how)

    def log(self):
        return (self.folder / "log").read_text()

    def leave(self, process):
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log())
        return json.loads((self.folder / "report.json").read_text())

    def changes(self, who="sink out"):
        return [self.log().count(f"{who} is {what}") for what in ("away", "back")]

    def add_among(self, count, payload):
        """None of them is JSON."""
        texts = [f"no {n}" for n in range(count)]
        self.source.add_numbers("s", texts[:count // 2])
        self.source.command("XADD", "s", "*", "payload", payload)
        self.source.add_numbers("s", texts[count // 2:])

    def test_one_message_is_too_large_for_redis(self):
        self.other.command("CONFIG", "SET", "proto-max-bulk-len", str(LIMIT))
        self.add_among(1000, LARGE)
        self.topology(**self.into_redis())
        run = self.launch("--stop-when-idle", "1s")
        self.assertEqual(run.wait(60), OK, self.log())
        report = json.loads((self.folder / "report.json").read_text())
        self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (1001, 1))
        self.assertEqual(self.other.command("XLEN", "out"), 1000, "none twice")
        letter, = [json.loads(line) for line in (self.folder / "letters").read_text().splitlines()]
        self.assertEqual((letter["outcome"], base64.b64decode(letter["payload_base64"])), ("rejected", LARGE))
        self.assertIn("proto-max-bulk-len", letter["reason"])
        self.assertEqual(self.changes(), [0, 0], self.log())

    def is_settled(self):
        """Whether the topology has begun, and left nothing."""
        return bool(self.source.command("XINFO", "GROUPS", "s")) and self.source.unsettled() == 0

    def test_redis_hangs_up_on_one_message_without_a_word(self):
        self.other.command("CONFIG", "SET", "client-query-buffer-limit", str(LIMIT))
        for others in (0, 200):
            with self.subTest(others=others):
                self.add_among(others, LARGE)
                self.topology(**self.into_redis())
                process = self.launch()
                self.wait_for(self.is_settled, "all is settled")
                report = self.leave(process)
                self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (others + 1, 1))
                self.assertEqual(report["tasks"]["out"]["errors"], 1, "nobody else is charged")
                letter = json.loads((self.folder / "letters").read_text().splitlines()[-1])
                self.assertEqual((letter["outcome"], base64.b64decode(letter["payload_base64"])), ("rejected", LARGE))
                self.assertIn(f"it has {len(LARGE)} bytes", letter["reason"])
                self.assertIn(f"client-query-buffer-limit is {LIMIT}", letter["reason"])

    def settle(self, process):
        """Waits until nothing is left."""
        def settled():
            self.assertIsNone(process.poll(), self.log())
            return self.is_settled()
        self.wait_for(settled, "all is settled", 300)

    def all_arrive(self, texts, arrived):
        """Settles all of them and finds no fault with any."""
        process = self.launch()
        self.settle(process)
        report = self.leave(process)
        self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (len(texts), 0))
        self.assertEqual(report["tasks"]["out"]["errors"], 0, "nobody is charged")
        self.assertEqual(set(arrived()), set(texts))

    def streamed(self):
        return [fields[1] for _, fields in self.other.command("XRANGE", "out", "-", "+")]

    def test_connections_are_cut_by_chance(self):
        """After so few bytes that many a write of one message breaks off, and some of them many times in a row."""
        def listed():
            return self.other.command("LRANGE", "out", "0", "-1")

        for sink, count, arrived in (("redis_stream", 2000, self.streamed), ("redis_list", 1000, listed)):
            with self.subTest(sink=sink):
                self.other.command("DEL", "out")
                self.source.command("DEL", "s")
                relay = self.relay(most_bytes=2000)
                texts = [f"{n} " + "x" * 200 for n in range(count)]
                self.source.add_numbers("s", texts)
                self.topology(**self.into_redis(sink, relay.uri))
                self.all_arrive(texts, arrived)
                self.assertGreater(relay.cuts, 100)

    def test_clients_are_killed_over_and_over(self):
        texts = [f"{n} " + "x" * 200 for n in range(2000)]
        self.topology(**self.into_redis())
        over = threading.Event()

        def kill():
            while not over.wait(0.002):
                self.other.command("CLIENT", "KILL", "TYPE", "normal")

        def add():
            for n in range(0, len(texts), 5):
                self.source.add_numbers("s", texts[n:n + 5])
                over.wait(0.005)

        threads = [threading.Thread(target=one) for one in (kill, add)]
        self.source.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        for one in threads:
            one.start()
        try:
            process = self.launch()
            threads[1].join()
            self.settle(process)
            report = self.leave(process)
        finally:
            over.set()
            for one in threads:
                one.join()
        self.assertEqual((report["source"]["acked"], report["tasks"]["out"]["errors"]), (len(texts), 0))
        self.assertEqual(set(self.streamed()), set(texts))

    def test_something_on_the_way_never_lets_one_message_through(self):
        """Nobody says so; the others go on meanwhile, though they too are cut off now and then."""
        relay = self.relay(most_bytes=200_000, forbidden=b"forbidden")
        self.topology(**self.into_redis(uri=relay.uri))
        self.source.command("XADD", "s", "*", "payload", "forbidden")
        process = self.launch()
        letters = self.folder / "letters"
        others = 0
        limit = time.monotonic() + 300
        while not (letters.exists() and letters.read_text()):
            self.assertLess(time.monotonic(), limit, "it is given up")
            self.source.add_numbers("s", range(others, others + 10))
            others += 10
            self.wait_for(lambda: set(map(str, range(others))) <= set(self.streamed()), "others go on")
        self.settle(process)
        report = self.leave(process)
        self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (others + 1, 1))
        self.assertEqual(report["tasks"]["out"]["errors"], 2, "its attempts, and nobody else's")
        letter, = [json.loads(line) for line in letters.read_text().splitlines()]
        self.assertEqual(base64.b64decode(letter["payload_base64"]), b"forbidden")
        self.assertRegex(letter["reason"], r"closed the connection.* \(each of the \d+ times that it was tried alone")

    def test_dead_letters_over_connections_that_are_cut(self):
        relay = self.relay(most_bytes=4000)
        self.add_among(500, b"no JSON either")
        elsewhere = LETTERS_ELSEWHERE.format(library=WANTS_JSON, uri=relay.uri)
        self.topology(more=elsewhere.replace("unhealthy_shutdown = 3\n", ""))
        process = self.launch()
        self.settle(process)
        report = self.leave(process)
        self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (501, 501))
        letters = [json.loads(fields[1]) for _, fields in self.other.command("XRANGE", "dead", "-", "+")]
        self.assertEqual(len({letter["id"] for letter in letters}), 501)
        self.assertGreater(relay.cuts, 50)

    def test_one_dead_letter_is_too_large_for_redis(self):
        self.other.command("CONFIG", "SET", "proto-max-bulk-len", str(LIMIT))
        self.add_among(80, LARGE)
        self.topology(more=LETTERS_ELSEWHERE.format(library=WANTS_JSON, uri=self.other.uri))
        process = self.launch()
        self.wait_for(lambda: "waits apart" in self.log(), "it is said that it waits")
        self.wait_for(lambda: self.source.unsettled() == 1, "all others are settled")
        self.other.command("CONFIG", "RESETSTAT")
        self.wait_for(lambda: "connections_received:4" in self.other.command("INFO", "stats"), "it is tried again")
        self.assertIsNone(process.poll(), "that is no bad health")
        report = self.leave(process)
        self.assertEqual(report["source"]["returned"], 1)
        self.assertEqual(self.log().count("waits apart"), 1, self.log())
        self.assertEqual(self.changes("sink of the dead letters"), [0, 0], self.log())
        self.assertEqual(self.other.command("XLEN", "dead"), 80)
        self.other.command("CONFIG", "SET", "proto-max-bulk-len", str(512 * LIMIT))
        process = self.launch()
        self.wait_for(lambda: self.source.unsettled() == 0, "it is taken at last")
        self.leave(process)
        self.assertEqual(self.other.command("XLEN", "dead"), 81)

    def go_wrong_for_a_while(self, count, wrong, right):
        """Ten messages go through, `wrong` is called, twenty more come, and `right` mends it. All of them arrive, and
        nobody is charged. `count` tells how many are in the sink. Returns what it tells at the end."""
        self.source.command("DEL", "s")
        process = self.launch()
        self.source.add_numbers("s", range(10))
        self.wait_for(lambda: count() == 10, "all is well")
        wrong()
        for n in range(10, 30):
            self.source.add_numbers("s", [n])
            threading.Event().wait(0.15)
        right()
        self.wait_for(lambda: self.source.unsettled() == 0, "all is settled")
        self.wait_for(lambda: "sink out is back" in self.log(), "it is back")
        report = self.leave(process)
        self.assertEqual((report["source"]["acked"], report["source"]["dead_lettered"]), (30, 0))
        self.assertEqual(report["tasks"]["out"]["errors"], 0, "nobody is charged")
        self.assertEqual(self.changes(), [1, 1], self.log())
        return count()

    def test_a_server_without_room(self):
        self.topology(**self.into_redis())
        found = self.go_wrong_for_a_while(lambda: self.other.command("XLEN", "out"),
                                          lambda: self.other.command("CONFIG", "SET", "maxmemory", "1"),
                                          lambda: self.other.command("CONFIG", "SET", "maxmemory", "0"))
        self.assertEqual(found, 30)

    def allow(self, right, *more):
        """A user of the other server, with all rights but to add, or with that one, too."""
        self.other.command("ACL", "SETUSER", "bob", "on", ">secret7", "~*", "+@all", *more, right + "xadd", right + "rpush")

    def as_bob(self):
        return self.other.uri.replace("redis://", "redis://bob:secret7@")

    def go_wrong_for_bob(self, sink, more, wrong, right):
        """Returns how many are in the sink at the end. `more` are rules of its user."""
        self.other.command("DEL", "out")
        self.other.command("ACL", "DELUSER", "bob")
        self.allow("+", *more)
        self.topology(**self.into_redis(sink, self.as_bob()))
        length = {"redis_stream": "XLEN", "redis_list": "LLEN"}[sink]
        return self.go_wrong_for_a_while(lambda: self.other.command(length, "out"), wrong, right)

    def test_a_user_who_may_not_write_for_a_while(self):
        """Connecting tells, or without a transaction of Redis only writing does: it is away all the time either way."""
        for sink, *more in ("redis_stream",), ("redis_list",), ("redis_list", "-multi"):
            with self.subTest(sink=sink, more=more):
                found = self.go_wrong_for_bob(sink, more, lambda: self.allow("-", *more), lambda: self.allow("+", *more))
                self.assertEqual(found, 30)
                self.assertIn("lacks a permission", self.log())

    def test_a_key_that_holds_something_else_for_a_while(self):
        """Whoever may not ask for its type finds out by writing alone."""
        for sink, *more in ("redis_stream",), ("redis_list",), ("redis_stream", "-type"):
            with self.subTest(sink=sink, more=more):
                found = self.go_wrong_for_bob(sink, more, lambda: self.other.command("SET", "out", "text"),
                                              lambda: self.other.command("DEL", "out"))
                self.assertEqual(found, 20)
                self.assertIn("something of another type", self.log())

    def test_dead_letters_of_a_user_who_may_not_write(self):
        self.allow("-")
        self.add_among(20, b"no JSON either")
        letters = LETTERS_ELSEWHERE.format(library=WANTS_JSON, uri=self.as_bob())
        for sink, read in (("redis_stream", ("XLEN", "dead")), ("redis_list", ("LLEN", "dead"))):
            with self.subTest(sink=sink):
                self.topology(more=letters.replace('"redis_stream"', f'"{sink}"'))
                found = self.run_command("check", "--online")
                self.assertEqual(found.returncode, UNAVAILABLE)
                self.assertIn(f"dead-letter sink {sink}: Redis at", found.stdout)
                process = self.launch()
                self.assertEqual(process.wait(60), UNAVAILABLE, self.log())
                self.assertIn("sink of the dead letters is away", self.log())
                self.assertIn("lacks a permission", self.log())
                self.assertEqual(self.other.command(*read), 0)
        self.allow("+")
        process = self.launch()
        self.settle(process)
        self.leave(process)
        self.assertEqual(self.other.command("LLEN", "dead"), 21)

    def test_a_disk_that_is_freed_a_little_now_and_then(self):
        """A file that may not grow beyond 20 lines, of which ten are cut off again and again."""
        for _ in range(300):
            self.source.command("XADD", "s", "*", "payload", "x" * 999)
        self.topology()
        process = self.launch(prefix=("prlimit", "--fsize=20000"))
        self.wait_for(lambda: "sink out is away" in self.log(), "it is full")
        for _ in range(60):
            os.truncate(self.folder / "out", 10_000)
            threading.Event().wait(0.05)
        report = self.leave(process)
        self.assertEqual((report["source"]["dead_lettered"], report["tasks"]["out"]["errors"]), (0, 0))
        self.assertGreater(report["source"]["acked"], 30, "what fits is written")
        self.assertEqual(self.changes(), [1, 0], self.log())


if __name__ == "__main__":
    unittest.main()
