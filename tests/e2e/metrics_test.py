"""Metrics of a topology while it runs, as people and Prometheus see them. TEMPEST_UPDATE_GOLDEN=1 writes the table of
docs/metrics.md anew."""
import json
import os
import re
import subprocess
import unittest

from measured_run import ENDS, MESSAGES, MeasuredTest
from prometheus_server import Prometheus
from support import OK, ROOT

PAGE = ROOT / "docs" / "metrics.md"
TABLE = re.compile(r"(<!-- tempest (metrics list --format markdown) -->\n)(.*?)(<!-- end -->)", re.S)


class Metrics(MeasuredTest):
    def families(self, name):
        return set(re.findall(r"# TYPE (\S+)", self.ask(name, "/metrics")[1]))

    def wait_for_families(self, but, *names):
        """Until these show all that is documented `but` those; some come once their value is known."""
        def shown():
            return set().union(*map(self.families, names))
        self.wait_for(lambda: len(shown()) >= len(self.documented() - but), "all metrics are shown")
        self.assertEqual(shown(), self.documented() - but)

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
        self.send(*MESSAGES)
        self.check_outcomes("run")
        self.check_work("run")
        self.wait_for_families({"tempest_topology_task_processes"}, "run")
        self.leave(process, "run")

    def test_a_source_that_is_away(self):
        self.launch("run")
        self.wait_for_settled("run", 0)
        self.redis.kill()
        up, backoff = 'tempest_source_up{source="redis_stream"}', 'tempest_source_backoff_seconds{source="redis_stream"}'
        self.wait_for(lambda: (now := self.scrape("run"))[up] == 0 and now[backoff] > 0, "it is away")
        self.redis.start()
        self.wait_for(lambda: (now := self.scrape("run"))[up] == 1 and now[backoff] == 0, "it is back")
        now = self.scrape("run")
        self.assertGreaterEqual(now['tempest_source_reconnects_total{source="redis_stream"}'], 1)
        self.assertGreaterEqual(now['tempest_source_polls_total{outcome="error",source="redis_stream"}'], 1)

    def test_what_waits_at_the_broker(self):
        self.send(*["hangs"] * 4)
        process = self.launch("run", "--set", "topology.max_pending=1")
        waiting = 'tempest_source_waiting_messages{source="redis_stream"}'
        self.wait_for(lambda: self.scrape("run").get(waiting, 0) > 0, "some wait")
        self.wait_for_values("run", {waiting: 0, 'tempest_source_messages_read_total{source="redis_stream"}': 4})
        self.leave(process, "run")

    def test_split(self):
        topology = self.launch("topology", mode="topology")
        task = self.launch("task", "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.send(*MESSAGES)
        self.check_outcomes("topology")
        self.wait_for_values("topology", {"tempest_topology_task_processes": 1, 'tempest_task_workers{task="plain"}': 2})
        self.check_work("task")
        self.wait_for_families(set(), "topology", "task")
        self.leave(task, "task")
        self.wait_for_values("topology", {"tempest_topology_task_processes": 0})
        self.leave(topology, "topology")

    def test_promtool_has_nothing_to_say(self):
        self.launch("run")
        self.send(*MESSAGES)
        self.wait_for_settled("run", len(MESSAGES))
        checked = subprocess.run(["promtool", "check", "metrics"], input=self.ask("run", "/metrics")[1], capture_output=True,
                                 text=True)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_prometheus_scrapes_it(self):
        self.launch("run")
        self.send(*MESSAGES)
        self.wait_for_settled("run", len(MESSAGES))
        server = Prometheus(self.folder, self.address("run"))
        self.addCleanup(server.stop)
        question = 'tempest_task_handled_total{task="plain",outcome="succeeded"}'
        self.wait_for(lambda: [one["value"][1] for one in server.query(question)] == ["3"], "Prometheus has it")

    def test_the_table_in_the_book(self):
        text = PAGE.read_text(encoding="utf-8")
        made = TABLE.sub(lambda at: at[1] + self.expect(OK, *at[2].split()).stdout + at[4], text)
        if os.environ.get("TEMPEST_UPDATE_GOLDEN"):
            PAGE.write_text(made, encoding="utf-8")
        self.assertIn(self.expect(OK, "metrics", "list", "--format", "markdown").stdout, made)
        self.assertEqual(made, PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
