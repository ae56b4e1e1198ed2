"""Messages as they pass: `tempest tap` and /api/v1/tap."""
import http.client
import json
import os
import pty
import re
import shlex
import signal
import socket
import subprocess
import time
import unittest

from status_test import StatusTest
from support import BAD_CONFIG, FAILURE, OK, ROOT, UNAVAILABLE, USAGE

ADMIN = '[admin]\nlisten = "127.0.0.1:0"\n'
FAST = f'count = 0\nsize = 3000'


class TapTest(StatusTest):
    def tap(self, name, *words, out="seen", **how):
        """A tap in the background, open when this returns."""
        before = self.opened(name)
        with open(self.folder / out, "w") as seen, open(self.folder / f"{out}.err", "w") as said:
            process = subprocess.Popen([self.program, "tap", *map(str, words), "--admin", self.address(name)], cwd=self.folder,
                                       stdout=seen, stderr=said, env=self.environment(), **how)
        self.addCleanup(self.end, process)
        self.wait_for(lambda: self.opened(name) > before, "it is open")
        return process

    def opened(self, name):
        return self.log(name).count("somebody looks at messages of")

    def seen(self, out="seen"):
        return (self.folder / out).read_text()

    def said(self, out="seen"):
        return (self.folder / f"{out}.err").read_text()

    def events(self, out="seen"):
        return [json.loads(line) for line in self.seen(out).splitlines()]

    def add(self, payload, **headers):
        self.redis.command("XADD", "s", "*", "payload", payload, *(part for header in headers.items() for part in header))

    def launch_fast(self, **how):
        """A run that has more to show than anybody could see."""
        self.topology(config=FAST, sink_config='path = "/dev/null"', more=ADMIN)
        return self.launch("run", **how)


class Tap(TapTest):
    def test_a_task(self):
        self.launch("run")
        tap = self.tap("run", "plain", "-n", 4, "--format", "json")
        self.add("a", tenant="acme", trace="7")
        self.send("throws", "b")
        self.assertEqual(tap.wait(60), OK, self.said())
        events = self.events()
        self.assertEqual(sorted((one["payload"], one["attempt"]) for one in events), [("a", 1), ("b", 1), ("throws", 1), ("throws", 2)])
        first = next(one for one in events if one["payload"] == "a")
        self.assertRegex(first.pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertRegex(first.pop("id"), r"^\d+-0$")
        self.assertGreater(first.pop("timestamp_ms"), 1_600_000_000_000)
        self.assertEqual(first, {
            "version": 1, "topology": "demo", "task": "plain", "attempt": 1, "key": None,
            "headers": [{"name": "tenant", "value": "acme"}, {"name": "trace", "value": "7"}], "headers_omitted": 0,
            "payload": "a", "payload_bytes": 1, "passed": first["passed"]})
        self.assertEqual(sorted(one["passed"] for one in events), [1, 2, 3, 4])
        self.assertEqual(self.said(), "")

    def test_an_edge(self):
        self.launch("run")
        tap = self.tap("run", "plain:store", "--count", 2, "--format", "json")
        self.send("skips", "rejects", "a", "emits a large one")
        self.assertEqual(tap.wait(60), OK, self.said())
        events = self.events()
        self.assertEqual({json.dumps(one["edge"]) for one in events}, {'{"from": "plain", "to": "store"}'})
        self.assertTrue(all("task" not in one for one in events))
        self.assertTrue({one["payload"][:4] for one in events} <= {"a", "emit", "xxxx"}, "what went on, and that alone")

    def test_so_many_that_did_not_come(self):
        self.launch("run")
        said = self.tempest("run", FAILURE, "tap", "plain", "-n", 1, "--for", "300ms")
        self.assertEqual((said.stdout, said.stderr),
                         ("", "error: only 0 messages of the 1 that were wanted passed before the time was up\n"))
        said = self.tempest("run", OK, "tap", "plain", "--for", "300ms")
        self.assertEqual((said.stdout, said.stderr), ("", "nothing passed before the time was up\n"))
        tap = self.tap("run", "store", "-n", 3, "--for", "1s")
        self.send("a", "b")
        self.assertEqual(tap.wait(60), FAILURE)
        self.assertEqual(self.said(), "error: only 2 messages of the 3 that were wanted passed before the time was up\n")

    def test_the_run_ends_meanwhile(self):
        process = self.launch("run")
        counting = self.tap("run", "store", "-n", 3, out="counting")
        watching = self.tap("run", "store", out="watching")
        self.send("a")
        self.wait_for(lambda: self.seen("watching") and self.seen("counting"), "it is shown at once")
        self.leave(process, "run")
        self.assertEqual(counting.wait(60), FAILURE)
        self.assertEqual(self.said("counting"),
                         "error: only 1 message of the 3 that were wanted passed before the end: the run has ended\n")
        self.assertEqual(watching.wait(60), OK)
        self.assertEqual(self.said("watching"), "the run has ended\n")

    def test_the_process_is_killed_meanwhile(self):
        process = self.launch("run")
        tap = self.tap("run", "store", "-n", 3)
        self.send("a")
        self.wait_for(self.seen, "it has heard that it is open")
        process.kill()
        self.assertEqual(tap.wait(60), UNAVAILABLE)
        self.assertRegex(self.said(), "^error: http://.* hung up: its process was killed, or the connection was cut")

    def test_headers_are_looked_for_before_a_sample_is_taken(self):
        self.launch("run")
        tap = self.tap("run", "plain", "-n", 2, "--where", "tenant=acme", "--where", "kind=x y&z=", "--format", "json")
        for _ in range(30):
            self.add("others", tenant="acme", kind="x")
        self.add("one", tenant="acme", kind="x y&z=")
        self.add("two", kind="x y&z=", tenant="acme")
        self.assertEqual(tap.wait(60), OK)
        self.assertEqual([(one["payload"], one["passed"]) for one in self.events()], [("one", 1), ("two", 2)])

    def test_formats(self):
        self.launch("run")
        taps = {name: self.tap("run", "plain", "-n", 3, "--format", name, out=name) for name in ("pretty", "json", "hex")}
        self.add("one\ttwo\nthree", tenant="acme")
        self.add(b"\x00\xff\x1b[31m" * 100)
        self.add("ä" * 5000)
        for name, tap in taps.items():
            self.assertEqual(tap.wait(60), OK, self.said(name))
        pretty, hexed, told = self.seen("pretty"), self.seen("hex"), {one["payload_bytes"]: one for one in self.events("json")}
        self.assertRegex(pretty, r"(?m)^\d{4}-\S+Z  plain  \d+-0  attempt 1\n  tenant: acme\n  one\ttwo\n  three$")
        self.assertRegex(pretty, r"\n  00000000  00 ff 1b 5b 33 31 6d 00  ff .*\|\n(.*\n){7}  \(128 of 700 bytes\)\n")
        self.assertIn("ä" * 2048 + "\n  (4,096 of 10,000 bytes)", pretty)
        self.assertIn("  00000000  6f 6e 65 09 74 77 6f 0a  74 68 72 65 65           |one.two.three|\n", hexed)
        self.assertEqual(len(re.findall(r"(?m)^  [0-9a-f]{8}  ", hexed)), 1 + 44 + 256)
        self.assertNotIn("\x1b", pretty + hexed + self.seen("json"))
        self.assertEqual(told[13]["payload"], "one\ttwo\nthree")
        self.assertTrue(told[700]["payload_base64"].startswith("AP8bWzMxbQD/"))
        self.assertEqual(told[10_000]["payload"], "ä" * 2048)

    def test_colours_are_for_terminals(self):
        self.launch("run")
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        before = self.opened("run")
        tap = subprocess.Popen([self.program, "tap", "plain", "-n", "1", "--admin", self.address("run")], cwd=self.folder,
                               stdout=terminal, stderr=terminal, env=self.environment())
        os.close(terminal)
        self.addCleanup(self.end, tap)
        self.wait_for(lambda: self.opened("run") > before, "it is open")
        self.send("a")
        self.assertEqual(tap.wait(60), OK)
        self.assertIn(b"\x1b[1m", os.read(controller, 4096))

    def test_names_that_nobody_knows(self):
        self.launch("run")
        for name in ("plian", "store:plain", "plain->store", "plain:", "x y"):
            said = self.tempest("run", USAGE, "tap", name).stderr
            self.assertIn(f"error: there is no task and no edge '{name}'; ", said)
            self.assertIn("tasks are plain, store; edges are plain:store\n", said)
        self.assertIn("did you mean 'plain'?", self.tempest("run", USAGE, "tap", "plian").stderr)

    def test_wrong_words(self):
        for words, said in ((["plain", "-n", "0"], "-n: '0' is no number from 1 on"), (["plain", "-n", "many"], "'many' is no number"),
                            (["plain", "--where", "tenant"], "--where takes KEY=VALUE"), (["plain", "--where", "=x"], "--where takes"),
                            (["plain", "--format", "xml"], "'xml' is none of pretty, json, hex"), ([], "TASK is required"),
                            (["plain", "--for", "soon"], "'soon' is not a duration")):
            self.assertIn(said, self.expect(USAGE, "tap", *words, "--admin", "127.0.0.1:1").stderr)
        self.assertIn("nobody answers at", self.expect(UNAVAILABLE, "tap", "plain", "--admin", "127.0.0.1:1").stderr)

    def test_a_topology_process(self):
        topology = self.launch("topology", mode="topology")
        listens = self.address("topology", "listens on")
        task = self.launch("task", "plain", "store", "--topology", listens, mode="task")
        given = self.tap("topology", "plain", "-n", 4, "--format", "json", out="given")
        passed = self.tap("topology", "plain:store", "-n", 2, "--format", "json", out="passed")
        arrived = self.tap("topology", "store", "-n", 2, "--format", "json", out="arrived")
        self.add("a", tenant="acme")
        self.send("throws", "b")
        for process, out in ((given, "given"), (passed, "passed"), (arrived, "arrived")):
            self.assertEqual(process.wait(60), OK, self.said(out))
        self.assertEqual(sorted((one["payload"], one["attempt"]) for one in self.events("given")),
                         [("a", 1), ("b", 1), ("throws", 1), ("throws", 2)])
        for out in ("passed", "arrived"):
            self.assertEqual(sorted((one["payload"], one["headers"]) for one in self.events(out)),
                             [("a", [{"name": "tenant", "value": "acme"}]), ("b", [])])
        said = self.tempest("task", UNAVAILABLE, "tap", "plain").stderr
        self.assertIn("has no /api/v1/tap: it is another version of Tempest, a task process (ask its topology)", said)
        self.leave(task, "task")
        self.leave(topology, "topology")

    def test_the_token(self):
        text = (self.folder / "Topology.toml").read_text()
        self.write("Topology.toml", text.replace("[admin]", '[admin]\nauth_token = "hush"'))
        self.launch("run")
        self.assertEqual(self.ask("run", "/api/v1/tap?of=plain")[0], 401)
        self.write("Topology.toml", text)
        said = self.tempest("run", BAD_CONFIG, "tap", "plain").stderr
        self.assertIn("wants a token", said)
        self.tempest("run", OK, "tap", "plain", "--for", "200ms", TEMPEST_ADMIN_TOKEN="hush")


class Much(TapTest):
    """There is more than can be shown, and those who look are slow, rude or gone."""

    def test_a_sample_is_shown(self):
        process = self.launch_fast()
        self.wait_for_status("run", lambda now: now["source"]["acked"] > 1000, "it works")
        said = self.tempest("run", OK, "tap", "out", "--for", "1s", "--format", "json")
        events = [json.loads(line) for line in said.stdout.splitlines()]
        self.assertGreater(len(events), 100)
        found = re.fullmatch(r"showed ([\d,]+) of ([\d,]+) messages that passed: a sample, so that nothing waits for a tap\n", said.stderr)
        self.assertTrue(found, said.stderr)
        shown, passed = (int(number.replace(",", "")) for number in found.groups())
        self.assertEqual((shown, passed), (len(events), events[-1]["passed"]))
        self.assertGreater(passed, 2 * shown)
        self.assertEqual(self.tempest("run", OK, "tap", "out", "-n", 10).stdout.count("attempt 1"), 10)
        self.leave(process, "run")

    def test_ctrl_c(self):
        self.launch("run")
        tap = self.tap("run", "plain")
        self.send("a")
        self.wait_for(self.seen, "it is shown")
        tap.send_signal(signal.SIGINT)
        self.assertEqual(tap.wait(60), -signal.SIGINT, "a shell says 130")

    def test_a_reader_that_has_seen_enough(self):
        self.launch_fast()
        words = shlex.join([self.program, "tap", "out", "--admin", self.address("run")])
        run = subprocess.run(["bash", "-c", f"{words} | head -n 1; echo ${{PIPESTATUS[0]}}"], cwd=self.folder, capture_output=True,
                             text=True, timeout=60, env=self.environment())
        self.assertRegex(run.stdout, r"^.*  out  \d+  attempt 1\n0\n$")
        self.assertEqual(run.stderr, "")

    def test_a_client_that_is_killed_makes_room(self):
        process = self.launch_fast()
        taps = [self.tap("run", "out", out=f"seen{i}") for i in range(4)]
        said = self.tempest("run", UNAVAILABLE, "tap", "out").stderr
        self.assertIn("answers 429: 4 taps are open, and there cannot be more at once: end one of them", said)
        taps[0].kill()
        self.wait_for(lambda: self.run_command("tap", "out", "-n", "1", "--admin", self.address("run")).returncode == OK, "there is room")
        for one in taps:
            one.kill()
        acked = self.status("run")["source"]["acked"]
        self.wait_for_status("run", lambda now: now["source"]["acked"] > acked + 1000, "it works on")
        self.leave(process, "run")

    def test_clients_that_do_not_read(self):
        process = self.launch_fast()
        host, port = self.address("run").split(":")
        deaf = []
        for _ in range(4):
            deaf.append(socket.socket())
            deaf[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf[-1].connect((host, int(port)))
            deaf[-1].sendall(b"GET /api/v1/tap?of=out HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.wait_for(lambda: self.opened("run") == 4, "they are open")
        acked = self.status("run")["source"]["acked"]
        self.wait_for_status("run", lambda now: now["source"]["acked"] > acked + 10_000, "it works on")
        self.wait_for(lambda: self.ask_tap("run", "of=out") == 200, "they are let go")
        for one in deaf:
            one.close()
        self.leave(process, "run")

    def ask_tap(self, name, query, method="GET", **headers):
        connection = http.client.HTTPConnection(self.address(name), timeout=60)
        try:
            connection.request(method, f"/api/v1/tap?{query}", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def test_the_page(self):
        process = self.launch_fast()
        self.assertEqual(self.ask_tap("run", "of=out", "POST"), 405)
        self.assertEqual(self.ask_tap("run", "of=out", Origin="http://evil.example"), 403)
        for query in ("", "of=", "of=nowhere", "of=out&where=x", "of=out&limit=1"):
            self.assertEqual(self.ask_tap("run", query), 400, query)
        status, body, headers = self.ask("run", "/api/v1/tap?of=out", "HEAD")
        self.assertEqual((status, body, headers["Content-Type"]), (200, "", "text/event-stream"))
        self.assertNotIn("Content-Length", headers)
        self.leave(process, "run")


class Documentation(TapTest):
    def test_the_example(self):
        text = (ROOT / "docs/admin.md").read_text()
        command, documented = re.search(r"```sh\n(curl -sN .*?)\n```\n```\n(.*?)```", text, re.S).groups()
        self.topology(config="rate = 100\ncount = 1000000", more=ADMIN)
        self.launch("run")
        words = shlex.split(command.replace("127.0.0.1:9091", self.address("run")))
        curl = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end, curl)
        said = [curl.stdout.readline() for _ in range(2)]
        wanted = documented.splitlines()
        self.assertEqual(said[0].rstrip("\n"), wanted[0])
        fields = [json.loads(line.removeprefix("data: ")) for line in (said[1], wanted[1])]
        self.assertEqual(list(fields[0]), list(fields[1]))


if __name__ == "__main__":
    unittest.main()
