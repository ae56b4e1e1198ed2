"""The source `redis_stream` against a real server, as docs/plugin-check.md says it."""
import re
import unittest

from broker import RedisKitTest
from kit import PLUGINS, ROOT

CASES = ["options", "settle", "redeliver", "withdraw", "lease", "restart", "cut", "silence", "health", "limits", "deadline",
         "interrupt", "idle", "memory", "stop", "leftovers"]
LIBRARY = PLUGINS / "libtempest_redis.so"
EXAMPLE = re.search(r"```toml\n(.*?)```", (ROOT / "docs/plugin-check.md").read_text(encoding="utf-8"), re.S).group(1)


class RedisStream(RedisKitTest):
    def test_the_source_keeps_its_contract(self):
        config = EXAMPLE.replace("docker restart my-redis", str(self.restart)).replace("6379", str(self.server.port))
        cases = [f"--case={name}" for name in CASES if name != "withdraw"]  # acknowledges late what it lost
        self.assert_all_ok(self.check(LIBRARY, config, "--name", "redis_stream", *cases))


if __name__ == "__main__":
    unittest.main()
