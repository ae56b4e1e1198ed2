"""What a running topology is told: pause, resume, drain and stop; by commands and over /api/v1."""
import json
import re
import shlex
import subprocess
import time
import unittest

from status_test import StatusTest
from support import FAILURE, OK, ROOT, UNAVAILABLE

ADMIN = """[admin]
listen = "127.0.0.1:0"
"""
PAUSED = "demo is paused: its source is not read, what is in flight goes on\n"


class Control(StatusTest):
    def lines(self):
        path = self.folder / "out.txt"
        return path.read_text().split() if path.exists() else []

    def order(self, name, verb):
        return self.tempest(name, OK, verb).stdout

    def wait_for_begun(self, name, least=1):
        self.wait_for_status(name, lambda now: now["tasks"][0]["in_hand"] >= least, "some are begun")

    def set_policy(self, policy):
        text = (self.folder / "Topology.toml").read_text()
        self.write("Topology.toml", text.replace('attempts = 2, backoff = "50ms"', policy))

    def check_pause(self, name):
        self.send("a")
        self.wait_for(lambda: self.lines() == ["a"], "it is read")
        self.send("hangs")
        self.wait_for_begun(name)
        self.assertEqual(self.order(name, "pause"), PAUSED)
        self.assertEqual(self.order(name, "pause"), PAUSED)
        self.assertEqual(self.status(name)["state"], "paused")
        self.assertIn('tempest_topology_state{topology="demo",state="paused"} 1\n', self.scraped(name))
        self.assertEqual(self.ask(name, "/readyz")[:2], (200, "ok\n"))
        self.assertIn("[+]process ok: paused\n", self.ask(name, "/readyz?verbose")[1])
        self.send("b", "c")
        self.wait_for(lambda: self.lines() == ["a", "hangs"], "what is in flight goes on")
        time.sleep(1.5)  # longer than a poll
        self.assertEqual(self.status(name)["source"]["read"], 2)
        self.assertIn("source redis_stream: up", self.tempest(name, OK, "status").stdout)
        self.assertEqual(self.order(name, "resume"), "demo is running: its source is read\n")
        self.assertEqual(self.order(name, "resume"), "demo is running: its source is read\n")
        self.wait_for_status(name, lambda now: now["source"]["acked"] == 4, "the others are read")
        self.assertNotIn("paused", self.ask(name, "/readyz?verbose")[1])

    def scraped(self, name):
        self.wait_for(lambda: 'state="running"} 0\n' in self.ask(name, "/metrics")[1], "it is measured")
        return self.ask(name, "/metrics")[1]

    def test_pause_and_resume(self):
        process = self.launch("run")
        self.check_pause("run")
        self.leave(process, "run")

    def test_pause_and_resume_of_a_topology_process(self):
        topology = self.launch("topology", mode="topology")
        task = self.launch("task", "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.check_pause("topology")
        self.leave(topology, "topology")
        self.leave(task, "task")

    def test_a_paused_run_is_not_idle(self):
        process = self.launch("run", "--stop-when-idle", "3s")
        self.order("run", "pause")
        time.sleep(4)
        self.assertIsNone(process.poll())
        self.order("run", "resume")
        self.assertEqual(process.wait(60), OK)

    def check_drain(self, name):
        """All that was read ends, though some of it fails at first; nothing more is read."""
        self.set_policy('attempts = 4, backoff = "500ms"')
        self.send("hangs", "hangs", "hangs", "hangs", "throws", "a")
        process = self.launch(name, mode="topology" if name == "topology" else "standalone")
        if name == "topology":
            self.task = self.launch("task", "plain", "store", "--topology", self.address(name, "listens on"), mode="task")
        self.wait_for_status(name, lambda now: now["source"]["read"] == 6 and now["in_flight"]["retrying"] > 0, "one waits")
        draining = "demo is draining: its source is not read, and it ends once nothing is in flight\n"
        self.assertEqual(self.order(name, "drain"), draining)
        self.assertEqual(self.order(name, "drain"), draining)
        self.assertIn("it drains: it reads nothing more", self.tempest(name, FAILURE, "resume").stderr)
        self.assertIn("it drains: it reads nothing more", self.tempest(name, FAILURE, "pause").stderr)
        self.send("too late")
        status, body, _ = self.ask(name, "/readyz")
        self.assertEqual(status, 503)
        self.assertRegex(body, r"^process: it drains, and ends once nothing is in flight for \d+ s\n$")
        self.assertEqual(process.wait(60), OK, self.log(name))
        source = self.report(name)["source"]
        self.assertEqual((source["read"], source["acked"], source["returned"], source["dead_lettered"]), (6, 6, 0, 1))
        self.assertEqual(sorted(self.lines()), ["a"] + ["hangs"] * 4)

    def test_drain(self):
        self.check_drain("run")

    def test_drain_of_a_topology_process(self):
        self.check_drain("topology")
        self.leave(self.task, "task")

    def test_drain_of_a_paused_run(self):
        process = self.launch("run")
        self.order("run", "pause")
        self.order("run", "drain")
        self.assertEqual(process.wait(60), OK)

    def test_drain_while_the_source_is_away(self):
        process = self.launch("run")
        self.send("hangs")
        self.wait_for_begun("run")
        self.redis.kill()
        self.wait_for_status("run", lambda now: not now["source"]["up"], "it is away")
        self.order("run", "drain")
        self.wait_for(lambda: self.lines() == ["hangs"], "it is handled")
        self.assertIsNone(process.poll(), "it has to be acknowledged")
        self.order("run", "stop")
        process.wait(60)

    def test_stop(self):
        process = self.launch("run")
        self.send(*["hangs"] * 10)
        self.wait_for_begun("run", 3)
        said = self.order("run", "stop")
        self.assertEqual(said, "demo is stopping: it ends, and what is not begun goes back to its source\n")
        # The handlers that are begun leave a second for these.
        self.assertEqual(self.api("run", "stop", "POST")["state"], "stopping", "it is no second signal")
        for verb in ("pause", "resume", "drain"):
            self.assertIn("it is about to end", self.api("run", verb, "POST", 409)["error"])
        self.assertEqual(process.wait(60), OK, self.log("run"))
        source = self.report("run")["source"]
        self.assertEqual(source["read"], source["acked"] + source["returned"])
        self.assertGreater(source["returned"], 0)
        self.assertIn("nobody answers at", self.tempest("run", UNAVAILABLE, "stop").stderr)

    def test_who_may_give_orders_and_how(self):
        process = self.launch("run")
        for verb in ("pause", "resume", "drain", "stop"):
            for method in ("GET", "HEAD", "PUT", "DELETE"):
                self.assertEqual(self.ask("run", f"/api/v1/{verb}", method)[0], 405)
            self.assertEqual(self.ask("run", f"/api/v1/{verb}", "POST", Origin="http://evil.example")[0], 403)
            self.api("run", f"{verb}?force=1", "POST", 400)
        self.assertEqual(self.status("run")["state"], "running")
        self.assertEqual(self.api("run", "pause", "POST"), {"version": 1, "topology": "demo", "state": "paused"})
        self.assertEqual(json.loads(self.tempest("run", OK, "pause", "--format", "json").stdout)["state"], "paused")
        self.leave(process, "run")


def shape(value):
    """Which fields there are, and of what kind; numbers are alike, and what may be null is whatever else."""
    if isinstance(value, dict):
        return {key: shape(of) for key, of in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number or null" if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) else type(value)


class Documentation(StatusTest):
    """docs/admin.md: what pages are said to answer they do answer."""

    def test_examples(self):
        text = (ROOT / "docs/admin.md").read_text()
        self.topology(config="rate = 100\ncount = 1000000", sink_config='path = "out.txt"', more=ADMIN)
        self.launch("run")
        self.wait_for_status("run", lambda now: now["source"]["acked"] > 100, "it works")
        examples = re.findall(r"```sh\n(curl [^\n]*)\n```\n```json\n(.*?)```", text, re.S)
        self.assertEqual(len(examples), 6)
        for command, documented in examples:
            words = shlex.split(command.replace("127.0.0.1:9091", self.address("run")))
            said = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
            wanted = json.loads(documented)
            for rows in ("deliveries", "errors"):  # there may be none
                if not said.get(rows):
                    said.pop(rows, None)
                    wanted.pop(rows, None)
            self.assertEqual(shape(said), shape(wanted), command)


if __name__ == "__main__":
    unittest.main()
