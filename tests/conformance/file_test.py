"""The source `file`: at most once, and read from the beginning by each instance, or at least once with `state`. The sink `file`."""
import unittest

from kit import PLUGINS, KitTest

LIBRARY = PLUGINS / "libtempest_file.so"
BROKER = ["redeliver", "withdraw", "lease", "restart", "cut", "silence"]
FOLLOWING = """
begins_anew = true
wrong = [{ source = { path = "-" } }]
fill = "cat >> {folder}/in"
[source]
path = "{folder}/in"
follow = true
"""
KEEPING = """
wrong = [{ source = { state = "{folder}/in" } }, { source = { state = "/proc/none" } }]
fill = "cat >> {folder}/in"
[source]
path = "{folder}/in"
follow = true
state = "{folder}/state"
"""
SINK = """
wrong = [{ sink = { path = "" } }, { sink = { path = "/proc/none/out" } }]
read = "touch {folder}/out && cat {folder}/out"
[sink]
path = "{folder}/out"
"""


class File(KitTest):
    def test_the_source_keeps_its_contract(self):
        self.assert_all_ok(self.check(LIBRARY, FOLLOWING), but=BROKER)

    def test_the_source_keeps_it_over_restarts(self):
        self.assert_all_ok(self.check(LIBRARY, KEEPING), but=["withdraw", "lease", "restart", "cut", "silence"])

    def test_the_sink_keeps_its_contract(self):
        self.assert_all_ok(self.check(LIBRARY, SINK), but=["restart", "cut", "silence"])


if __name__ == "__main__":
    unittest.main()
