"""The kit finds what is wrong with sinks, and with what plugins call, and nothing with sound ones."""
import unittest

from kit import OK
from toys import ToyTest

# What is wrong, the one case that fails, and a part of what is seen there.
SINKS = [
    ("breaks on an empty option", "options", "ended during create"),
    ("takes any word", "options", "number 1 of `wrong` (word) is taken"),
    ("drops one", "write", "is not there: message-"),
    ("writes twice", "write", "is there 2 times"),
    ("writes of its own", "write", "holds what was never written: and one more"),
    ("fails for ever", "bytes", "bytes that are no text: neither written nor rejected"),
    ("rejects all but small ones", "bytes", "it rejects 1000 bytes: text of up to 65536 bytes must be taken"),
    ("drops what is empty", "bytes", "is not there: an empty message"),
    ("cuts what is large", "bytes", "(1000 bytes); what is there: message-5."),
    ("loses keys", "bytes", "of a message that was written the key-0 is not there"),
    ("loses headers", "bytes", "of a message that was written the header-0 is not there"),
    ("strips zero bytes", "bytes", r"is not there: message-3 \x00 end; what is there: message-3  end"),
    ("strips blanks", "bytes", "is not there: message-1 'a'"),
    ("ends at a line end", "bytes", r"is not there: message-2 one\x0d\x0a\x0atwo end; what is there: message-2 one"),
    ("flushes only at its end", "crash", "is not there"),
    ("connects once", "restart", "it does not connect: not again"),
    ("confirms what it lost", "cut", "what was confirmed is not there"),
    ("waits for ever", "silence", "has not come back"),
    ("never notices", "health", "without its broker a message was written"),
    ("shows them backwards", "browse", "in their order"),
    ("has always a next page", "browse", "browse names a next page for 2000 ms"),
    ("erases one too many", "browse", "other messages are left"),
    ("leaks", "memory", "more after each"),
    ("hangs after many", "memory", "flush has not come back within 2000 ms"),
    ("drops one of many", "memory", "is not there: message-97."),
    ("loses its buffer at the end", "stop", "is not there: message-1"),
    ("leaves a thread", "leftovers", "1 threads are left"),
]
# Wrong in what the plugin calls: found in whichever case.
OFFENDERS = [
    ("source", "pushes from a thread", "limits", "on a thread that is not the plugin's"),
    ("source", "answers twice", "limits", "or was answered"),
    ("source", "repeats tokens", "settle", "a token that it was given before"),
    ("sink", "explains outside of write", "write", "explain was called within flush"),
]


class Toys(ToyTest):
    def test_there_is_one_for_each_case_of_a_sink(self):
        self.assert_each_case_fails("sink", {case for _, case, _ in SINKS})

    def test_sinks_that_are_wrong_in_one_way(self):
        self.assert_all_found([("sink", flaw, case, seen, case) for flaw, case, seen in SINKS])

    def test_plugins_that_call_what_they_may_not(self):
        self.assert_all_found([(kind, flaw, case, seen, "contract") for kind, flaw, case, seen in OFFENDERS])

    def test_an_exception_that_comes_out(self):
        cases = self.table("source", "", "--case", "health", name="thrower")
        self.assertIn("healthy let an exception out: a stray one", cases["contract"]["seen"])

    def test_a_sound_source(self):
        self.assert_all_ok(self.table("source", "", code=OK))

    def test_a_source_may_take_its_time_to_confirm(self):
        cases = self.table("source", "confirms late, as it may", "--case", "limits", "--case", "settle", code=OK)
        self.assert_all_ok(cases)

    def test_a_sound_sink(self):
        cases = self.table("sink", "", code=OK)
        self.assert_all_ok(cases)
        self.assertEqual(cases["bytes"]["seen"], "9 written")

    def test_a_sink_may_reject_what_is_no_text(self):
        cases = self.table("sink", "rejects what is no text, as it may", "--case", "bytes", code=OK)
        self.assertEqual(cases["bytes"]["seen"], "8 written; rejected: bytes that are no text")

    def test_a_sink_may_reject_what_is_larger_than_it_is_told_to_take(self):
        flaw = "rejects what is large, as it is told"
        self.assertIn("it rejects 65536 bytes", self.table("sink", flaw, "--case", "bytes")["bytes"]["seen"])
        cases = self.table("sink", flaw, "--case", "bytes", code=OK, more_keys='max_bytes = "50KiB"')
        self.assertEqual(cases["bytes"]["seen"], "8 written; rejected: 1048576 bytes")

    def test_without_a_command_that_reads_nothing_is_looked_for(self):
        cases = self.table("sink", "drops one", "--case", "bytes", "--case", "memory", code=OK, without="read")
        for name in ("bytes", "memory"):
            self.assertTrue(cases[name]["seen"].endswith("; the command `read` is not given: not looked for"), cases)


if __name__ == "__main__":
    unittest.main()
