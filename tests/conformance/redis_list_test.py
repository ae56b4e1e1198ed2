"""Source and sink `redis_list` against a real server."""
import unittest

from broker import RedisKitTest

FILL = """fill = "sed 's/^/RPUSH {case} /' | redis-cli --pipe" """
READ = 'read = "redis-cli --raw LRANGE {case} 0 -1"'


class RedisList(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        options = 'key = "{case}"\nstate_folder = "{folder}"\nlease = "1s"'
        self.keeps_its_contract("redis_list", self.config("source", FILL, options))

    def test_the_sink_keeps_its_contract(self):
        self.keeps_its_contract("redis_list", self.config("sink", READ, 'key = "{case}"'))


if __name__ == "__main__":
    unittest.main()
