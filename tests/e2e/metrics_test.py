"""Metrics of a topology while it runs, as people and Prometheus see them. TEMPEST_UPDATE_GOLDEN=1 writes the table of
docs/metrics.md anew."""
import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

from admin_client import AdminTest
from redis_server import RedisServer, free_port
from support import BUILD, OK, ROOT

PAGE = ROOT / "docs" / "metrics.md"
TABLE = re.compile(r"(<!-- tempest (metrics list --format markdown) -->\n)(.*?)(<!-- end -->)", re.S)

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


class Metrics(AdminTest):
    def setUp(self):
        super().setUp()
        (self.folder / "redis").mkdir()
        self.redis = RedisServer(self.folder / "redis")
        self.addCleanup(self.redis.stop)
        self.write("Topology.toml", TOPOLOGY.format(uri=self.redis.uri, build=BUILD))
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")

    def send(self, messages=tuple(MESSAGES)):
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

    def families(self, name):
        return set(re.findall(r"# TYPE (\S+)", self.ask(name, "/metrics")[1]))

    def documented(self):
        return {one["name"] for one in json.loads(self.expect(OK, "metrics", "list", "--format", "json").stdout)["metrics"]}

    def check_outcomes(self, name):
        count = len(MESSAGES)
        self.wait_for_values(name, {
            **{f'tempest_task_handled_total{{outcome="{outcome}",task="plain"}}': times for outcome, times in ENDS.items()},
            'tempest_task_handled_total{outcome="succeeded",task="store"}': 3,
            'tempest_task_outputs_total{task="plain"}': 3,
            'tempest_task_retries_total{task="plain"}': 1,
            'tempest_source_messages_read_total{source="redis_stream"}': count,
            'tempest_source_messages_settled_total{outcome="acked",source="redis_stream"}': count,
            'tempest_source_up{source="redis_stream"}': 1,
            'tempest_topology_dead_letters_total': 2,
            'tempest_topology_messages_settled_total{outcome="ack"}': count,
            'tempest_topology_in_flight_messages': 0,
            'tempest_topology_oldest_message_age_seconds': 0,
            'tempest_topology_message_seconds_count': count,
            'tempest_topology_message_age_seconds_count': count})
        now = self.scrape(name)
        for of in ("message", "message_age"):
            self.assertGreater(now[f"tempest_topology_{of}_seconds_sum"], 1.5)

    def check_work(self, name):
        """What the process that handles measures."""
        self.wait_for_values(name, {'tempest_task_handle_seconds_count{task="plain"}': 7,  # attempts
                                    'tempest_task_workers{task="plain"}': 2})
        now = self.scrape(name)
        self.assertGreater(now['tempest_task_handle_seconds_sum{task="plain"}'], 1.5)
        for state, least in (("busy", 1.5), ("idle", 1.5), ("blocked", -1)):  # one worker slept, the other had nothing to do
            self.assertGreater(now[f'tempest_task_worker_seconds_total{{state="{state}",task="plain"}}'], least, state)

    def test_standalone(self):
        process = self.launch("run")
        self.send()
        self.check_outcomes("run")
        self.check_work("run")
        self.assertEqual(self.families("run"), self.documented() - {"tempest_topology_task_processes"})
        self.leave(process, "run")

    def test_a_source_that_is_away(self):
        self.launch("run")
        self.wait_for_settled("run", 0)
        self.redis.kill()
        up, backoff = 'tempest_source_up{source="redis_stream"}', 'tempest_source_backoff_seconds{source="redis_stream"}'
        self.wait_for(lambda: (now := self.scrape("run"))[up] == 0 and now[backoff] > 0, "it is away")
        self.redis.start()
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        self.wait_for(lambda: (now := self.scrape("run"))[up] == 1 and now[backoff] == 0, "it is back")
        now = self.scrape("run")
        self.assertGreaterEqual(now['tempest_source_reconnects_total{source="redis_stream"}'], 1)
        self.assertGreaterEqual(now['tempest_source_polls_total{outcome="error",source="redis_stream"}'], 1)

    def test_split(self):
        topology = self.launch("topology", mode="topology")
        task = self.launch("task", "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.send()
        self.check_outcomes("topology")
        self.wait_for_values("topology", {"tempest_topology_task_processes": 1, 'tempest_task_workers{task="plain"}': 2})
        self.check_work("task")
        self.assertEqual(self.families("topology") | self.families("task"), self.documented())
        self.leave(task, "task")
        self.wait_for_values("topology", {"tempest_topology_task_processes": 0})
        self.leave(topology, "topology")

    def test_promtool_has_nothing_to_say(self):
        self.launch("run")
        self.send()
        self.wait_for_settled("run", len(MESSAGES))
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.ask("run", "/metrics")[1], capture_output=True,
                                 text=True)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_prometheus_scrapes_it(self):
        self.launch("run")
        self.send()
        self.wait_for_settled("run", len(MESSAGES))
        port = free_port()
        self.write("prometheus.yml", f"""global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: tempest
    static_configs: [{{targets: ["{self.address('run')}"]}}]
""")
        with open(self.folder / "prometheus.log", "w") as log:
            server = subprocess.Popen(["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                                       f"--web.listen-address=127.0.0.1:{port}"], cwd=self.folder, stdout=log, stderr=log)
        self.addCleanup(self.end, server)
        question = urllib.parse.quote('tempest_task_handled_total{task="plain",outcome="succeeded"}')

        def answer():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query={question}", timeout=10) as said:
                    found = json.load(said)["data"]["result"]
            except OSError:
                return None  # not there yet
            return found[0]["value"][1] if found else None
        self.wait_for(lambda: answer() == "3", "Prometheus has it")

    def test_the_table_in_the_book(self):
        text = PAGE.read_text(encoding="utf-8")
        made = TABLE.sub(lambda at: at[1] + self.expect(OK, *at[2].split()).stdout + at[4], text)
        if os.environ.get("TEMPEST_UPDATE_GOLDEN"):
            PAGE.write_text(made, encoding="utf-8")
        self.assertIn(self.expect(OK, "metrics", "list", "--format", "markdown").stdout, made)
        self.assertEqual(made, PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
