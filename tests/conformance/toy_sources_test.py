"""The kit finds what is wrong with sources that are wrong in one way each."""
import unittest

from toys import ToyTest

# What is wrong, the one case that fails, and a part of what is seen there.
SOURCES = [
    ("breaks on an empty option", "options", "ended during create"),
    ("does not say what is wrong", "options", "is refused without a reason"),
    ("takes any word", "options", "number 1 of `wrong` (word) is taken"),
    ("connects at once", "options", "create opens sockets"),
    ("crashes", "settle", "ended during poll (Aborted)"),
    ("hangs", "settle", "poll has not come back"),
    ("hangs after many", "memory", "poll has not come back within 2100 ms"),
    ("hangs in settle", "memory", "settle has not come back"),
    ("hangs in interrupt", "interrupt", "interrupt has not come back"),
    ("prints without end", "settle", "it prints more than 64 MiB on its standard error"),
    ("prints much", "settle", "it prints more than 64 MiB on its standard output"),
    ("keeps what is given back", "settle", "given back does not come again"),
    ("loses what failed", "settle", "of 20 messages that failed 20 are lost"),
    ("forgets failures", "settle", "comes again as failed 0 times, not 3"),
    ("counts no deliveries", "settle", "comes again with deliveries = 1"),
    ("counts from two", "settle", "comes with deliveries = 2"),
    ("forgets acknowledgements", "redeliver", "acknowledged comes again"),
    ("acknowledges what it reads", "redeliver", "not all do"),
    ("acknowledges late", "withdraw", "that another holds were confirmed"),
    ("never withdraws", "withdraw", "renewed in vain, and not withdrawn"),
    ("never renews", "lease", "were given to another"),
    ("reads from its first connection only", "restart", "not all are acknowledged"),
    ("loses what is open at a new connection", "cut", "not all are acknowledged"),
    ("never notices", "silence", "has not noticed"),
    ("never notices", "health", "has not noticed"),
    ("is unhealthy while idle", "health", "only idle"),
    ("does not say why", "health", "and not why"),
    ("takes no limit of messages", "limits", "pushed 8 messages"),
    ("takes no limit of bytes", "limits", "max_bytes = 1000 pushed"),
    ("ends early", "limits", "answered `end` when 7 of 300 messages had come"),
    ("cuts what is long", "limits", "`fill` never put there: message-1..."),
    ("changes the last byte", "limits", "(100 bytes)"),
    ("is late", "deadline", "2 of at most 40 polls came back"),
    ("is late now and then", "deadline", "2 of at most 40 polls came back"),
    ("is deaf", "interrupt", "4 of at most 24 polls ended"),
    ("is deaf now and then", "interrupt", "4 of at most 24 polls ended"),
    ("is deaf while it connects", "interrupt", "3 of at most 12 connects ended"),
    ("never rests", "idle", "while there was nothing"),
    ("leaks", "memory", "more after each 2000 messages"),
    ("leaks into a table", "memory", "more after each 2000 messages"),
    ("changes one of many", "memory", "`fill` never put there: message-2001..."),
    ("hands out one of many again", "memory", "what was acknowledged comes again: message-"),
    ("forgets one of many", "memory", "what was acknowledged comes again to the next instance: message-"),
    ("gives one in place of another", "memory", "only 1999 of 2000 messages came"),
    ("holds the backlog", "memory", "when ten messages of"),
    ("lingers", "stop", "with its broker close ended "),
    ("lingers in silence", "stop", "with a silent broker close ended "),
    ("leaves settlements unanswered", "stop", "not answered every settlement"),
    ("leaves a thread", "leftovers", "1 threads are left"),
    ("leaves a process", "leftovers", "1 processes are left"),
    ("leaves a process of its own group", "leftovers", "1 processes are left"),
    ("leaves a file", "leftovers", "open files are left"),
]


class ToySources(ToyTest):
    def test_there_is_one_for_each_case(self):
        self.assert_each_case_fails("source", {case for _, case, _ in SOURCES})

    def test_sources_that_are_wrong_in_one_way(self):
        self.assert_all_found([("source", flaw, case, seen, case) for flaw, case, seen in SOURCES])


if __name__ == "__main__":
    unittest.main()
