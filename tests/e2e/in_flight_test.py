"""What a run has in flight, one by one, and what went wrong lately."""
import json
import socket
import unittest

from status_test import StatusTest
from support import OK, USAGE


class InFlight(StatusTest):
    def set_backoff(self, backoff):
        text = (self.folder / "Topology.toml").read_text()
        self.write("Topology.toml", text.replace('backoff = "50ms"', f'backoff = "{backoff}"'))

    def states(self, name):
        return {(one["task"], one["state"]) for one in self.api(name, "inflight")["deliveries"]}

    def check_states(self, name):
        self.send("throws", *["hangs"] * 12)
        wanted = {("plain", "handling"), ("plain", "retrying")}
        self.wait_for(lambda: wanted <= self.states(name), "each is where it is")
        seen = self.api(name, "inflight")
        self.assertEqual(seen["matching"], len(seen["deliveries"]))
        ages = [one["age_s"] for one in seen["deliveries"]]
        self.assertEqual(ages, sorted(ages, reverse=True))
        retrying = next(one for one in seen["deliveries"] if one["state"] == "retrying")
        self.assertEqual(retrying["attempt"], 2)
        self.assertGreater(retrying["next_attempt_in_s"], 1)
        self.assertRegex(retrying["id"], r"^\d+-\d+$")

    def test_of_a_standalone_run(self):
        self.set_backoff("60s")
        self.launch("run")
        self.check_states("run")
        text = self.tempest("run", OK, "inflight").stdout
        self.assertRegex(text, r"^ +AGE  TASK   STATE +ATTEMPT  MESSAGE\n")
        self.assertRegex(text, r"plain  retrying, next in \d+ s +2  \d+-\d+\n")
        self.assertEqual(len(self.tempest("run", OK, "inflight", "--limit", 1).stdout.splitlines()), 2)
        self.assertIn("--limit N shows N", self.tempest("run", OK, "inflight", "--limit", 1).stderr)
        old = self.tempest("run", OK, "inflight", "--older-than", "1h")
        self.assertEqual((old.stdout, old.stderr), ("", "nothing of that kind is in flight\n"))
        told = json.loads(self.tempest("run", OK, "inflight", "--older-than", "1ms", "--format", "json").stdout)
        self.assertGreater(told["matching"], 0)

    def test_of_a_topology_process(self):
        self.set_backoff("60s")
        topology = self.launch("topology", mode="topology")
        self.launch("task", "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.check_states("topology")
        topology.kill()

    def test_wrong_words(self):
        for limit in ("0", "1001", "many"):
            said = self.expect(USAGE, "inflight", "--limit", limit, "--admin", "127.0.0.1:1")
            self.assertIn(f"--limit: '{limit}' is no number from 1 to 1000", said.stderr)
        self.launch("run")
        for query in ("limit=0", "limit=1001", "older_than=soon", "older_than=200000d", "oder_than=1s"):
            self.assertIn("error", self.api("run", f"inflight?{query}", status=400))

    def test_clients_who_do_not_read_a_large_answer(self):
        """The run goes on, and others are answered."""
        self.set_backoff("60s")
        process = self.launch("run")
        self.send(*["hangs"] * 500)
        self.wait_for_status("run", lambda now: now["in_flight"]["messages"] >= 490, "there is much to tell")
        host, port = self.address("run").split(":")
        deaf = []
        for _ in range(40):
            deaf.append(socket.create_connection((host, int(port)), timeout=10))
            deaf[-1].sendall(b"GET /api/v1/inflight?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        self.assertGreater(len(self.api("run", "inflight?limit=1000")["deliveries"]), 400)
        acked = self.status("run")["source"]["acked"]
        self.wait_for_status("run", lambda now: now["source"]["acked"] > acked, "it works on")
        for one in deaf:
            one.close()
        self.tempest("run", OK, "stop")
        self.assertEqual(process.wait(60), OK)


class Errors(StatusTest):
    def test_the_last_errors(self):
        self.launch("run")
        self.assertEqual(self.tempest("run", OK, "errors").stderr, "nothing has failed since it started\n")
        self.send("throws", "throws", "rejects", "a", "control characters")
        self.wait_for_status("run", lambda now: now["source"]["acked"] == 5, "all have ended")
        rows = {(one["task"], one["outcome"], one["reason"], one["count"], one["given_up"])
                for one in self.api("run", "errors")["errors"]}
        self.assertEqual(rows, {("plain", "failed", "no luck", 4, 2), ("plain", "rejected", "will never work", 1, 1),
                                ("plain", "failed", "one\ntwo\t\x1b[31mred", 2, 1)})
        text = self.tempest("run", OK, "errors").stdout
        self.assertRegex(text, r"^LAST +TASK   OUTCOME   COUNT  GIVEN UP  MESSAGE +REASON\n")
        self.assertRegex(text, r"\d+Z  plain  rejected      1         1  \d+-\d+ +will never work\n")
        self.assertIn(r"one\x0atwo\x09\x1b[31mred", text)
        self.assertNotIn("\x1b", text)
        told = json.loads(self.tempest("run", OK, "errors", "--format", "json").stdout)
        self.assertEqual(len(told["errors"]), 3)

    def test_a_long_reason(self):
        self.launch("run")
        self.send("a long reason")
        self.wait_for_status("run", lambda now: now["dead_lettered"] == 1, "it has failed")
        self.assertEqual(len(self.api("run", "errors")["errors"][0]["reason"]), 1000)
        self.assertIn("xxx...", self.tempest("run", OK, "errors").stdout)


if __name__ == "__main__":
    unittest.main()
