"""The dashboard and the alert rules of docs/monitoring: what they ask for is there."""
import json
import re
import subprocess
import unittest

from measured_run import MESSAGES, MeasuredTest
from prometheus_server import Prometheus
from support import OK, ROOT

FOLDER = ROOT / "docs" / "monitoring"
PAGE = ROOT / "docs" / "monitoring.md"
# What Grafana fills in.
VALUES = {"$topology": "demo", "$task": ".*", "$__rate_interval": "1m", "$__range": "1h"}
# Of a process that has none of it.
NOT_HERE = ["tempest_topology_task_processes"]


def expressions(panels):
    for panel in panels:
        yield from (target["expr"] for target in panel.get("targets", []))
        yield from expressions(panel.get("panels", []))


def filled(expression):
    for name, value in VALUES.items():
        expression = expression.replace(name, value)
    return expression


class Monitoring(MeasuredTest):
    def setUp(self):
        super().setUp()
        self.dashboard = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
        self.rules = (FOLDER / "alerts.yml").read_text(encoding="utf-8")

    def promtool(self, *words):
        checked = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        return checked.stdout

    def test_rules(self):
        self.assertIn("SUCCESS: 11 rules found", self.promtool("check", "rules", "alerts.yml"))
        self.promtool("test", "rules", "alerts_test.yml")

    def test_the_page_lists_the_alerts(self):
        listed = re.findall(r"^\| `(Tempest\w+)` \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.M)
        made = re.findall(r"alert: (\w+)\n.*?severity: (\w+)", self.rules, re.S)
        self.assertEqual(sorted(listed), sorted(made))

    def test_every_metric_exists(self):
        kinds = {one["name"]: one["type"]
                 for one in json.loads(self.expect(OK, "metrics", "list", "--format", "json").stdout)["metrics"]}
        there = {name + tail for name, kind in kinds.items()
                 for tail in (["_bucket", "_sum", "_count"] if kind == "histogram" else [""])}
        for text in (self.rules, (FOLDER / "alerts_test.yml").read_text(encoding="utf-8"),
                     " ".join(expressions(self.dashboard["panels"]))):
            named = set(re.findall(r"\btempest_\w+", text))
            self.assertGreater(len(named), 5)
            self.assertEqual(named - there, set())

    def test_panels_are_told_apart(self):
        ids = [panel["id"] for panel in self.dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))

    def test_every_panel_shows_something(self):
        self.launch("run")
        server = Prometheus(self.folder, self.address("run"), rules=[FOLDER / "alerts.yml"])
        self.addCleanup(server.stop)
        self.wait_for(lambda: server.query('up{job="tempest"}'), "Prometheus has looked at it")
        self.send(*MESSAGES)  # a rate needs a value from before
        self.wait_for_settled("run", len(MESSAGES))
        asked = [one for one in expressions(self.dashboard["panels"]) if not any(name in one for name in NOT_HERE)]
        self.assertGreater(len(asked), 30)
        for one in asked:
            self.wait_for(lambda: server.query(filled(one)), f"{one} has a value")
        for one in set(expressions(self.dashboard["panels"])) - set(asked):
            server.query(filled(one))  # it is understood

        def health():
            return {rule["health"] for group in server.ask("rules")["groups"] for rule in group["rules"]}
        self.wait_for(lambda: "unknown" not in health(), "the rules are looked at")
        self.assertEqual(health(), {"ok"}, server.log())


if __name__ == "__main__":
    unittest.main()
