"""G2 of a source that reads several streams, one of which is made while it runs."""
import unittest

import nothing_is_lost_test
from flowing_numbers import OnStreams


class NothingIsLostOfStreams(nothing_is_lost_test.NothingIsLost):
    way = OnStreams

    def is_settled(self):
        """The last stream has taken part, too."""
        return super().is_settled() and self.numbers.command("XINFO", "STREAM", "late")[1] > 0


if __name__ == "__main__":
    unittest.main()
