"""A topology whose figures a test looks at: from a real Redis through a task that does as each message says."""
import time

from admin_client import AdminTest
from redis_server import RedisServer
from support import BUILD

TOPOLOGY = """name = "demo"
port = 0
[topology]
failure_policy = {{ type = "retry", attempts = 2, backoff = "50ms", jitter = 0 }}
[source]
type = "redis_stream"
[source.config]
uri = "{uri}"
key = "s"
group = "g"
[[task]]
name = "plain"
library = "{build}/tests/e2e/liboutcomes.so"
workers = 2
[[task]]
name = "store"
sink = "file"
[task.config]
path = "out.txt"
[[edge]]
from = "plain"
to = "store"
[dead_letter]
sink = "file"
[dead_letter.config]
path = "dead.jsonl"
[admin]
listen = "127.0.0.1:0"
[admin.task]
listen = "127.0.0.1:0"
"""
# 3 end well and leave an output each, one after a second and a half.
MESSAGES = ["a", "b", "hangs", "skips", "throws", "rejects"]
ENDS = {"succeeded": 3, "skipped": 1, "failed": 2, "rejected": 1, "timed_out": 0}


class MeasuredTest(AdminTest):
    def setUp(self):
        super().setUp()
        (self.folder / "redis").mkdir()
        self.redis = RedisServer(self.folder / "redis")
        self.addCleanup(self.redis.stop)
        self.write("Topology.toml", TOPOLOGY.format(uri=self.redis.uri, build=BUILD))
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")

    def send(self, *messages):
        for text in messages:
            self.redis.command("XADD", "s", "*", "payload", text)

    def scrape(self, name):
        """Every line of /metrics, by name and labels; topology is the same in all."""
        status, body, headers = self.ask(name, "/metrics")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        lines = (line.rpartition(" ") for line in body.splitlines() if not line.startswith("#"))
        return {name.replace('topology="demo",', "").replace('{topology="demo"}', ""): float(value) for name, _, value in lines}

    def wait_for_values(self, name, wanted):
        """Until it shows these, which it does some ten times a second."""
        def shown():
            now = self.scrape(name)
            return {one: now.get(one) for one in wanted}
        limit = time.monotonic() + 60
        while shown() != wanted and time.monotonic() < limit:
            time.sleep(0.05)
        self.assertEqual(shown(), wanted)

    def wait_for_settled(self, name, count):
        self.wait_for_values(name, {'tempest_source_messages_settled_total{outcome="acked",source="redis_stream"}': count})
