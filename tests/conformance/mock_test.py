"""The source `mock`: it makes its messages itself, so no broker remembers or loses them."""
import unittest

from kit import PLUGINS, KitTest

LIBRARY = PLUGINS / "libtempest_mock.so"
BROKER = ["redeliver", "withdraw", "lease", "restart", "cut", "silence"]
ENDLESS = """
generator = true
[source]
count = 0
payload = "message-{n}"
"""
SLOW = """
generator = true
[source]
rate = 0.001
"""


class Mock(KitTest):
    def test_it_keeps_its_contract(self):
        self.assert_all_ok(self.check(LIBRARY, ENDLESS), but=[*BROKER, "deadline", "interrupt", "idle"])

    def test_it_waits_as_it_should(self):
        waiting = ["--case", "deadline", "--case", "interrupt", "--case", "idle"]
        self.assert_all_ok(self.check(LIBRARY, SLOW, *waiting))


if __name__ == "__main__":
    unittest.main()
