"""Source and sink `redis_stream` against a real server, as docs/plugin-check.md says it."""
import re
import unittest

from broker import RedisKitTest
from kit import PLUGINS, ROOT

LIBRARY = PLUGINS / "libtempest_redis.so"
EXAMPLE = re.search(r"```toml\n(.*?)```", (ROOT / "docs/plugin-check.md").read_text(encoding="utf-8"), re.S).group(1)
SINK = """
broker = "127.0.0.1:{port}"
read = "redis-cli -p {port} --raw XRANGE {{case}} - + | awk '/^message-/'"
restart = "{restart}"
[sink]
uri = "redis://{{broker}}"
key = "{{case}}"
timeout = "2s"
"""


class RedisStream(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        config = EXAMPLE.replace("docker restart my-redis", str(self.restart)).replace("6379", str(self.server.port))
        self.assert_all_ok(self.check(LIBRARY, config, "--name", "redis_stream"))

    def test_the_sink_keeps_its_contract(self):
        config = SINK.format(port=self.server.port, restart=self.restart)
        self.assert_all_ok(self.check(LIBRARY, config, "--name", "redis_stream"))


if __name__ == "__main__":
    unittest.main()
