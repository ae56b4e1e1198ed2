"""Source and sink `redis_stream` against a real server, the source as docs/plugin-check.md says it."""
import re
import unittest

from broker import RedisKitTest
from kit import ROOT

EXAMPLE = re.search(r"```toml\n(.*?)```", (ROOT / "docs/plugin-check.md").read_text(encoding="utf-8"), re.S).group(1)
# Each entry has the payload in its first field, then, where there are some, key and header.
COMMAND = '''{name} = """redis-cli --raw EVAL "
local made = {{}}
for i, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do made[i] = entry[2][{place}] or '' end
return made" 1 {{case}}"""
'''
READ = "".join(COMMAND.format(name=name, place=place) for name, place in (("read", 2), ("keys", 4), ("headers", 6)))


class RedisStream(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        config = EXAMPLE.replace("docker restart my-redis", str(self.restart)).replace("6379", str(self.server.port))
        self.keeps_its_contract("redis_stream", config)

    def test_the_sink_keeps_its_contract(self):
        self.keeps_its_contract("redis_stream", self.config("sink", READ, 'key = "{case}"'))


if __name__ == "__main__":
    unittest.main()
