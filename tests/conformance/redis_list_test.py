"""Source and sink `redis_list` against a real server."""
import unittest

from broker import RedisKitTest
from kit import PLUGINS

LIBRARY = PLUGINS / "libtempest_redis.so"
SOURCE = """
broker = "127.0.0.1:{port}"
fill = "sed 's/^/RPUSH {{case}} /' | redis-cli -p {port} --pipe"
restart = "{restart}"
[source]
uri = "redis://{{broker}}"
key = "{{case}}"
state_folder = "{{folder}}"
lease = "1s"
timeout = "2s"
"""
SINK = """
broker = "127.0.0.1:{port}"
read = "redis-cli -p {port} --raw LRANGE {{case}} 0 -1"
restart = "{restart}"
[sink]
uri = "redis://{{broker}}"
key = "{{case}}"
timeout = "2s"
"""


class RedisList(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        config = SOURCE.format(port=self.server.port, restart=self.restart)
        self.assert_all_ok(self.check(LIBRARY, config, "--name", "redis_list"))

    def test_the_sink_keeps_its_contract(self):
        config = SINK.format(port=self.server.port, restart=self.restart)
        self.assert_all_ok(self.check(LIBRARY, config, "--name", "redis_list"))


if __name__ == "__main__":
    unittest.main()
