"""The source `redis_stream` that reads several streams, against a real server."""
import unittest

from broker import RedisKitTest

# Lines in turn to one and the other.
FILL = """fill = '''awk '{print "XADD {case}-" NR % 2 " * payload " $$0}' | redis-cli --pipe''' """
OPTIONS = 'keys = ["{case}-0", "{case}-1"]\ngroup = "kit"\nstate_folder = "{folder}"\nlease = "1s"'


class RedisStreams(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        self.keeps_its_contract("redis_stream", self.config("source", FILL, OPTIONS))


if __name__ == "__main__":
    unittest.main()
