"""The kit finds what is wrong with sources that are wrong in one way each."""
import unittest

from toys import ToyTest

# What is wrong, the one case that fails, and a part of what is seen there.
SOURCES = [
    ("breaks on an empty option", "options", "ended during create"),
    ("connects at once", "options", "create opens sockets"),
    ("crashes", "settle", "ended during poll (Aborted)"),
    ("hangs", "settle", "poll has not come back"),
    ("keeps what is given back", "settle", "given back does not come again"),
    ("forgets acknowledgements", "redeliver", "acknowledged comes again"),
    ("acknowledges what it reads", "redeliver", "not all do"),
    ("acknowledges late", "withdraw", "that another holds were confirmed"),
    ("never renews", "lease", "were given to another"),
    ("loses what is open at a new connection", "cut", "not all are acknowledged"),
    ("never notices", "silence", "has not noticed"),
    ("never notices", "health", "has not noticed"),
    ("is unhealthy while idle", "health", "only idle"),
    ("does not say why", "health", "and not why"),
    ("takes no limit of messages", "limits", "pushed 8 messages"),
    ("takes no limit of bytes", "limits", "max_bytes = 1000 pushed"),
    ("is late", "deadline", "came back 2"),
    ("is deaf", "interrupt", "a poll ended"),
    ("is deaf while it connects", "interrupt", "a connect ended"),
    ("never rests", "idle", "while there was nothing"),
    ("leaks", "memory", "more after each 2000 messages"),
    ("leaks into a table", "memory", "more after each 2000 messages"),
    ("holds the backlog", "memory", "when ten messages of"),
    ("lingers", "stop", "with a deadline in 2000 ms"),
    ("leaves settlements unanswered", "stop", "not answered every settlement"),
    ("leaves a thread", "leftovers", "1 threads are left"),
    ("leaves a file", "leftovers", "open files are left"),
]


class ToySources(ToyTest):
    def test_sources_that_are_wrong_in_one_way(self):
        self.assert_all_found([("source", flaw, case, seen, case) for flaw, case, seen in SOURCES])


if __name__ == "__main__":
    unittest.main()
