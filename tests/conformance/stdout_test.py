"""The sink `stdout`."""
import unittest

from kit import PLUGINS, KitTest

LIBRARY = PLUGINS / "libtempest_stdout.so"
SINK = """
read = "cat {folder}/stdout"
[sink]
"""


class Stdout(KitTest):
    def test_it_keeps_its_contract(self):
        self.assert_all_ok(self.check(LIBRARY, SINK), but=["restart", "cut", "silence", "browse"])


if __name__ == "__main__":
    unittest.main()
