"""Each way in which a delivery can end, by what the message says (outcomes.cpp): where its reason is to be found, in a
topology of one process and in one that is split."""
import base64
import json
import re
import time
import unittest

from redis_server import RedisServer
from support import BUILD, OK, RunTest

TOPOLOGY = """name = "outcomes"
port = 0
[topology]
msg_timeout = "500ms"
max_message_bytes = 60000
max_outputs_bytes = 250000
failure_policy = {{ type = "retry", attempts = 2, backoff = "50ms", jitter = 0 }}
[source]
type = "redis_stream"
[source.config]
uri = "{uri}"
key = "s"
group = "g"
[[task]]
name = "plain"
library = "{library}"
workers = 2
{others}
[dead_letter]
sink = "file"
[dead_letter.config]
path = "letters"
"""

OTHER = """[[task]]
name = "{name}"
library = "{library}"
[[edge]]
from = "plain"
to = "{name}"
"""

TASKS = ("plain", "deferring", "batching", "typed")
LIBRARY = f"{BUILD}/tests/e2e/liboutcomes.so"
NO_END = "its handler returned without finishing or deferring the delivery"
TOO_LARGE = "it emitted a message of 70000 bytes in payload, key and headers; max_message_bytes allows 60000"
HEADERS = {"emits beside a large header": ("large", "x" * 49995)}  # and all its outputs inherit it

# What the message says: the task that ends it, the outcome, after how many attempts, and the reason.
BAD = {
    "throws": ("plain", "failed", 2, "no luck"),
    "throws a number": ("plain", "failed", 2, "it threw something that is no std::exception"),
    "rejects": ("plain", "rejected", 1, "will never work"),
    "control characters": ("plain", "failed", 2, "one\ntwo\t\x1b[31mred"),
    "no text": ("plain", "failed", 2, "bytes \ufffd\ufffd\ufffd here"),
    "a long reason": ("plain", "failed", 2, "x" * 4096),
    "emits a large one": ("plain", "rejected", 1, TOO_LARGE),
    "emits beside a large header": ("plain", "rejected", 1, TOO_LARGE),
    "emits too much": ("plain", "rejected", 1, "its outputs come to more than max_outputs_bytes = 250000"),
    "hangs": ("plain", "timed_out", 2, "timed out: begun, and no progress for 500 ms (msg_timeout)"),
    "defers and forgets": ("deferring", "failed", 2, "its deferred handle was destroyed without an outcome"),
    "defers and rejects": ("deferring", "rejected", 1, "not after all"),
    "defers and emits a large one": ("deferring", "rejected", 1, TOO_LARGE),
    "batch: fails": ("batching", "failed", 2, "not this one"),
    "batch: is left": ("batching", "failed", 2, NO_END),
    "number seven": ("typed", "rejected", 1, "its payload cannot be decoded: 'number seven' is no number"),
    "L" * 60001: ("plain", "rejected", 0, "it holds more than max_message_bytes = 60000 in payload, key and headers"),
}
IN_THE_LOG = {"no text": r"bytes \xff\xc0\x80 here"}  # where it differs
GOOD = ("skips", "batch: done", "number 7")
PAUSE_S = 0.3  # between two messages: the log says at most ten failures a second


def counts_of(task):
    """errors, rejected, timed_out and retries of the report."""
    mine = [(outcome, attempts) for name, outcome, attempts, _ in BAD.values() if name == task and attempts > 0]
    return {"errors": sum(attempts for _, attempts in mine),
            "rejected": sum(outcome == "rejected" for outcome, _ in mine),
            "timed_out": sum(attempts for outcome, attempts in mine if outcome == "timed_out"),
            "retries": sum(attempts - 1 for _, attempts in mine)}


class Outcomes(RunTest):
    def setUp(self):
        super().setUp()
        self.redis = RedisServer(self.folder)
        self.addCleanup(self.redis.stop)
        self.write("Topology.toml", TOPOLOGY.format(
            uri=self.redis.uri, library=LIBRARY,
            others="".join(OTHER.format(name=name, library=LIBRARY) for name in TASKS[1:])))

    def launch(self, mode, *words):
        """Its log is one JSON object a line."""
        with open(self.folder / f"{mode}.log", "w") as log:
            return self.start(*words, "--report", f"{mode}.json", "--log-format", "json", mode=mode, output=log)

    def log(self, mode):
        lines = (self.folder / f"{mode}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def address(self):
        def found():
            return [where for line in self.log("topology") for where in re.findall(r"listens on (\S+);", line["text"])]
        self.wait_for(found, "the topology listens")
        return found()[0]

    def letters(self):
        path = self.folder / "letters"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def send_all(self):
        """What each message says, by its id."""
        sent = {}
        for text in (*BAD, *GOOD):
            sent[self.redis.command("XADD", "s", "*", "payload", text, *HEADERS.get(text, ()))] = text
            time.sleep(PAUSE_S)
        self.wait_for(lambda: len(self.letters()) >= len(BAD), "the letters are written")
        self.wait_for(lambda: self.redis.unsettled() == 0, "all is settled")
        return sent

    def leave(self, mode, process):
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log(mode))
        return json.loads((self.folder / f"{mode}.json").read_text())

    def check_letters(self, sent):
        letters = {letter["id"]: letter for letter in self.letters()}
        self.assertEqual(len(letters), len(self.letters()))
        self.assertEqual({sent[one] for one in letters}, set(BAD))
        for one, letter in letters.items():
            task, outcome, attempts, reason = BAD[sent[one]]
            with self.subTest(letter=sent[one][:40]):
                self.assertEqual((letter["topology"], letter["task"], letter["outcome"], letter["attempts"]),
                                 ("outcomes", task, outcome, attempts))
                self.assertEqual(letter["reason"], reason)
                self.assertEqual(base64.b64decode(letter["payload_base64"]).decode(), sent[one])

    def check_log(self, mode, sent):
        """A line for each attempt, with topology, task and message, and the reason in it as far as it can be printed."""
        lines = [line for line in self.log(mode) if "message" in line]
        for one, text in sent.items():
            if text not in BAD:
                self.assertFalse([line for line in lines if line["message"] == one], text)
                continue
            task, outcome, attempts, reason = BAD[text]
            with self.subTest(log=text[:40]):
                mine = [line for line in lines if line["message"] == one]
                self.assertEqual(len(mine), max(1, attempts), mine)
                end = "was rejected" if outcome == "rejected" else f"failed after {attempts} attempts"
                self.assertIn(f"the message {end} and goes to the dead letters: ", mine[-1]["text"])
                for line in mine:
                    self.assertEqual((line["topology"], line["task"]), ("outcomes", task))
                    self.assertTrue(line["text"].endswith(": " + IN_THE_LOG.get(text, reason)), line["text"])

    def check_report(self, report):
        source = report["source"]
        self.assertEqual((source["acked"], source["dead_lettered"], source["failed"]), (len(BAD) + len(GOOD), len(BAD), 0))
        for task in TASKS:
            with self.subTest(report=task):
                wanted = counts_of(task)
                self.assertEqual({name: report["tasks"][task].get(name) for name in wanted}, wanted)
        self.assertEqual(report["tasks"]["plain"]["skipped"], 1)

    def test_in_one_process(self):
        process = self.launch("standalone")
        sent = self.send_all()
        self.check_report(self.leave("standalone", process))
        self.check_letters(sent)
        self.check_log("standalone", sent)

    def test_split(self):
        topology = self.launch("topology")
        task = self.launch("task", *TASKS, "--topology", self.address())
        sent = self.send_all()
        self.check_report(self.leave("topology", topology))
        self.check_letters(sent)
        self.check_log("topology", sent)
        mine = self.leave("task", task)["tasks"]
        for name in TASKS:
            self.assertEqual({count: mine[name].get(count) for count in counts_of(name)}, counts_of(name))


if __name__ == "__main__":
    unittest.main()
