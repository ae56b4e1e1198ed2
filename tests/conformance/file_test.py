"""The source `file`: at most once, and a new instance reads from the beginning."""
import unittest

from kit import PLUGINS, KitTest

LIBRARY = PLUGINS / "libtempest_file.so"
BROKER = ["redeliver", "withdraw", "lease", "restart", "cut", "silence"]
FOLLOWING = """
begins_anew = true
fill = "cat >> {folder}/in"
[source]
path = "{folder}/in"
follow = true
"""


class File(KitTest):
    def test_the_source_keeps_its_contract(self):
        self.assert_all_ok(self.check(LIBRARY, FOLLOWING), but=BROKER)


if __name__ == "__main__":
    unittest.main()
