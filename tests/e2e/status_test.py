"""How a run stands, as commands and /api/v1 tell it, and what is said when nobody does."""
import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest

from measured_run import MESSAGES, MeasuredTest
from redis_server import free_port
from support import BAD_CONFIG, NO_INPUT, OK, UNAVAILABLE, USAGE


class StatusTest(MeasuredTest):
    """A topology that ends messages as they say."""

    def api(self, name, path, method="GET", status=200):
        answer = self.ask(name, f"/api/v1/{path}", method)
        self.assertEqual((answer[0], answer[2]["Content-Type"]), (status, "application/json"), answer[1])
        made = json.loads(answer[1])
        self.assertEqual(made["version"], 1)
        return made

    def status(self, name):
        return self.api(name, "status")

    def wait_for_status(self, name, condition, what):
        self.wait_for(lambda: condition(self.status(name)), what)
        return self.status(name)

    def tempest(self, name, code, *words, **how):
        """A command that asks that run."""
        return self.expect(code, *words, "--admin", f"http://{self.address(name)}", **how)


class Status(StatusTest):
    def test_a_standalone_run(self):
        process = self.launch("run")
        self.send(*MESSAGES)
        now = self.wait_for_status("run", lambda now: now["source"]["acked"] == len(MESSAGES), "all of them are acknowledged")
        self.assertEqual((now["topology"], now["mode"], now["state"]), ("demo", "standalone", "running"))
        self.assertEqual(now["dead_lettered"], 2)
        self.assertEqual((now["source"]["type"], now["source"]["up"], now["source"]["trouble"]), ("redis_stream", True, ""))
        self.assertEqual(now["in_flight"]["messages"], 0)
        plain, store = now["tasks"]
        ends = {key: plain[key] for key in ("name", "workers", "succeeded", "skipped", "failed", "rejected", "timed_out", "outputs",
                                            "retries", "queued", "in_hand")}
        self.assertEqual(ends, {"name": "plain", "workers": 2, "succeeded": 3, "skipped": 1, "failed": 2, "rejected": 1,
                                "timed_out": 0, "outputs": 3, "retries": 1, "queued": 0, "in_hand": 0})
        self.assertEqual(store["succeeded"], 3)
        busy = self.wait_for_status("run", lambda now: (now["tasks"][0]["p99_s"] or 0) > 1, "its handler took more than a second")
        self.assertGreater(busy["tasks"][0]["busy"], 0.05)
        self.assertGreater(busy["tasks"][0]["handled_per_s"], 0.5)
        self.leave(process, "run")

    def test_what_is_under_way(self):
        self.launch("run")
        self.send(*["hangs"] * 20)
        self.wait_for_status("run", lambda now: now["tasks"][0]["in_hand"] > 0 and now["in_flight"]["messages"] > 10
                             and now["in_flight"]["bytes"] > 0 and now["in_flight"]["oldest_age_s"] > 0, "it is told")

    def test_the_command(self):
        self.launch("run")
        self.send("a")
        self.wait_for_status("run", lambda now: now["source"]["acked"] == 1, "it is acknowledged")
        text = self.tempest("run", OK, "status").stdout
        self.assertRegex(text, r"^demo: running for \S+ (m?s|min) \(standalone, tempest \S+\)\nsource redis_stream: up\n")
        self.assertRegex(text, r"\nTASK +WORKERS .*\nplain +2 .*\nstore +1 ")
        told = json.loads(self.tempest("run", OK, "status", "--format", "json").stdout)
        self.assertEqual(told["tasks"][0]["succeeded"], 1)

    def test_a_source_that_is_away(self):
        self.launch("run")
        self.wait_for_status("run", lambda now: now["source"]["up"], "it is up")
        self.redis.kill()
        now = self.wait_for_status("run", lambda now: not now["source"]["up"], "it is away")
        self.assertIn("Redis at", now["source"]["trouble"])
        self.assertIn("source redis_stream: down, ", self.tempest("run", OK, "status").stdout)

    def test_the_graph(self):
        self.launch("run")
        self.assertEqual(self.api("run", "graph"), {
            "version": 1, "topology": "demo", "source": {"type": "redis_stream"}, "root": "plain",
            "tasks": [{"name": "plain", "type": "plain", "sink": False, "workers": 2},
                      {"name": "store", "type": "file", "sink": True, "workers": 1}],
            "edges": [{"from": "plain", "to": "store"}], "dead_letters": {"sink": "file"}})

    def test_a_topology_with_task_processes(self):
        topology = self.launch("topology", mode="topology")
        self.assertEqual(self.status("topology")["tasks"][0]["workers"], 0)
        task = self.launch("task", "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.send(*MESSAGES)
        now = self.wait_for_status("topology", lambda now: now["source"]["acked"] == len(MESSAGES), "all are acknowledged")
        self.assertEqual(now["mode"], "topology")
        self.assertEqual((now["tasks"][0]["workers"], now["tasks"][0]["succeeded"]), (2, 3))
        self.check_process(now["processes"])
        self.assertRegex(self.tempest("topology", OK, "status").stdout, r"\nplain +2 .* TASK PROCESS\n|TASK PROCESS\nplain +2 ")
        self.wait_for_status("topology", lambda now: (now["tasks"][0]["p99_s"] or 0) > 1, "its handler took more than a second")
        self.wait_for_status("topology", lambda now: (now["tasks"][0]["busy"] or 0) > 0, "it was busy")
        self.leave(task, "task")
        self.wait_for_status("topology", lambda now: now["processes"] == [], "it is gone")
        self.assertIn("\nno task process is connected\n", self.tempest("topology", OK, "status").stdout)
        self.leave(topology, "topology")

    def check_process(self, processes):
        self.assertEqual(len(processes), 1)
        self.assertRegex(processes[0]["name"], r"127\.0\.0\.1:\d+")
        self.assertGreater(processes[0]["connected_s"], 0)
        plain, store = processes[0]["tasks"]
        known = {key: plain[key] for key in ("name", "workers", "in_hand", "begun", "handled", "errors", "stuck")}
        self.assertEqual(known, {"name": "plain", "workers": 2, "in_hand": 0, "begun": 0, "handled": 4, "errors": 3, "stuck": False})
        self.assertGreater(plain["credit"], 0)
        self.assertEqual((store["name"], store["handled"]), ("store", 3))

    def test_two_task_processes_share_a_task(self):
        topology = self.launch("topology", mode="topology")
        for name in ("one", "other"):
            self.launch(name, "plain", "store", "--topology", self.address("topology", "listens on"), mode="task")
        self.wait_for_status("topology", lambda now: len(now["processes"]) == 2, "both are there")
        self.send(*["hangs"] * 200)  # a minute of work for both, since heartbeats tell what is begun
        now = self.wait_for_status("topology", lambda now: all(one["tasks"][0]["begun"] > 0 for one in now["processes"]), "both work")
        self.assertEqual(now["tasks"][0]["in_hand"], sum(one["tasks"][0]["in_hand"] for one in now["processes"]))
        self.wait_for_status("topology", lambda now: all((one["tasks"][0]["busy"] or 0) > 0 for one in now["processes"]), "both say so")
        topology.kill()

    def test_top(self):
        self.launch("run")
        self.send("a")
        self.wait_for_status("run", lambda now: now["source"]["acked"] == 1, "it is acknowledged")
        once = self.tempest("run", OK, "top", "--once").stdout
        self.assertRegex(once, r"^demo: running for .*/s read, .*/s acked, 0 in flight\nTASK +RATE/s .*\nplain +.*\nstore +.*\n$")
        told = json.loads(self.tempest("run", OK, "top", "--once", "--format", "json").stdout)
        self.assertEqual(told["tasks"][0]["name"], "plain")
        with open(self.folder / "top.txt", "w") as out:
            top = subprocess.Popen([self.program, "top", "--interval", "50ms", "--admin", self.address("run")], cwd=self.folder,
                                   stdout=out, stderr=out, env=self.environment())
        self.addCleanup(self.end, top)
        shown = self.folder / "top.txt"
        self.wait_for(lambda: shown.read_text().count("demo: running") > 3, "it shows it again and again")
        self.tempest("run", OK, "stop")
        self.assertEqual(top.wait(60), UNAVAILABLE)
        self.assertRegex(shown.read_text(), "error: .* (nobody answers at|hung up without an answer)|error: nobody answers at")

    def test_top_on_a_small_terminal(self):
        self.launch("run")
        self.wait_for_status("run", lambda now: not any(task["trouble"] for task in now["tasks"]), "all has started")
        master, terminal = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 4, 20, 0, 0))
        top = subprocess.Popen([self.program, "top", "--interval", "50ms", "--admin", self.address("run")], cwd=self.folder,
                               stdout=terminal, stderr=terminal, env={**self.environment(), "TERM": "xterm"})
        self.addCleanup(self.end, top)
        os.close(terminal)
        seen = b""
        while seen.count(b"\x1b[H\x1b[J") < 4:
            seen += os.read(master, 65536)
        for screen in seen.decode().split("\x1b[H\x1b[J")[1:-1]:
            lines = screen.split("\r\n")
            self.assertEqual(len(lines), 4, screen)
            self.assertTrue(all(len(line) <= 20 for line in lines), screen)
            self.assertRegex(lines[0], "^demo: running for")
            self.assertEqual(lines[2:], ["(2 more; --once show", ""])

    def test_the_log_level(self):
        process = self.launch("run")
        said = self.tempest("run", OK, "log-level", "error").stdout
        self.assertEqual(said, "demo logs error and worse from now on\n")
        self.send("throws")
        self.wait_for_status("run", lambda now: now["dead_lettered"] == 1, "it has failed")
        self.assertNotIn("attempt 1 failed", self.log("run"))
        said = self.tempest("run", OK, "log-level", "debug", "--for", "300ms").stdout
        self.assertEqual(said, "demo logs debug and worse for 300 ms\n")
        self.assertIn("logs debug and worse, as it was told, for 0.3 s", self.log("run"))
        time.sleep(0.4)
        self.send("throws")
        self.wait_for_status("run", lambda now: now["dead_lettered"] == 2, "it has failed")
        self.assertNotIn("attempt 1 failed", self.log("run"), "the level is what it was")
        self.tempest("run", OK, "log-level", "info", "--format", "json")
        self.send("throws")
        self.wait_for(lambda: "attempt 1 failed" in self.log("run"), "it is logged again")
        for query in ("level=loud", "for=5s", "level=info&for=soon", "level=info&for=0s", "level=info&fro=5s", "level=info&for=400d"):
            self.assertIn("error", self.api("run", f"log-level?{query}", "POST", 400))
        self.assertIn("is none of debug, info", self.expect(USAGE, "log-level", "loud").stderr)
        self.leave(process, "run")


class NobodyTells(StatusTest):
    def fails(self, code, words, *arguments, **how):
        said = self.expect(code, "status", *arguments, **how)
        self.assertEqual(said.stdout, "")
        self.assertTrue(said.stderr.startswith("error: "), said.stderr)
        self.assertIn(words, said.stderr)

    def change(self, before, after):
        text = (self.folder / "Topology.toml").read_text()
        self.assertIn(before, text)
        self.write("Topology.toml", text.replace(before, after))

    def test_without_a_place_to_ask(self):
        self.fails(BAD_CONFIG, "[admin] of Topology.toml takes a free port: pass --admin")
        self.change('listen = "127.0.0.1:0"', "")
        self.fails(BAD_CONFIG, "Topology.toml has no [admin] with listen")
        self.change('name = "demo"', 'name = demo"')
        self.fails(BAD_CONFIG, "Topology.toml:1:1: error: ")
        (self.folder / "Topology.toml").unlink()
        self.fails(NO_INPUT, "there is no Topology.toml in")
        self.fails(NO_INPUT, "cannot read nowhere.toml", "--config", "nowhere.toml")
        for url in ("elsewhere", "http://", "ftp://a:1", "http://a:1/api/v1/status"):
            self.fails(USAGE, f"'{url}' is no URL; write http://HOST:PORT", "--admin", url)

    def test_without_anybody_there(self):
        port = free_port()
        self.change("127.0.0.1:0", f"127.0.0.1:{port}")
        self.fails(UNAVAILABLE, f"nobody answers at http://127.0.0.1:{port}: ")
        self.fails(UNAVAILABLE, "nobody answers at unix:nowhere.sock: ", "--admin", "unix:nowhere.sock")
        self.fails(UNAVAILABLE, "nobody answers at http://no.such.host.invalid:1: ", "--admin", "http://no.such.host.invalid:1")

    def test_other_servers(self):
        port = int(self.redis.uri.rpartition(":")[2])
        self.fails(UNAVAILABLE, "hung up without an answer", "--admin", f"http://127.0.0.1:{port}")
        self.fails(UNAVAILABLE, "does not speak as an [admin] does", "--admin", self.serve_once("-ERR what?\r\n"))
        self.fails(BAD_CONFIG, "https needs a certificate", "--admin", f"https://127.0.0.1:{port}")
        for body, words in (("hello", "is no Tempest: hello"), ('{"version":2}', "speaks version 2 of its API"),
                            ('{"version":1}', "does not understand"), ('{"version":1,"topology":3}', "does not understand"),
                            ("[1]", "is no Tempest"), ("\x1b[31m\xff", "is no Tempest: \\x1b[31m")):
            self.fails(UNAVAILABLE, words, "--admin", self.serve_once(f"HTTP/1.1 200 OK\r\n\r\n{body}"))
        self.fails(UNAVAILABLE, "has no /api/v1/status", "--admin", self.serve_once("HTTP/1.1 404 Not Found\r\n\r\n"))
        self.fails(UNAVAILABLE, "answers 500: oh", "--admin", self.serve_once("HTTP/1.1 500 Oh\r\n\r\noh"))
        self.fails(UNAVAILABLE, "hung up without an answer", "--admin", self.serve_once(""))

    def serve_once(self, answer):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer.encode("latin-1"))
        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_the_token(self):
        self.change("[admin]", '[admin]\nauth_token = "hush"')
        self.launch("run")
        url = f"http://{self.address('run')}"
        self.expect(OK, "status", "--admin", url)
        self.change('"hush"', '"other"')
        self.fails(BAD_CONFIG, f"{url} wants another token: auth_token of [admin]", "--admin", url)
        self.change('auth_token = "other"', "")
        self.fails(BAD_CONFIG, f"{url} wants a token", "--admin", url)
        self.expect(OK, "status", "--admin", url, TEMPEST_ADMIN_TOKEN="hush")
        self.fails(BAD_CONFIG, "TEMPEST_ADMIN_TOKEN ends with a newline, which no request can carry", "--admin", url,
                   TEMPEST_ADMIN_TOKEN="hush\n")
        self.change("[admin]", '[admin]\nauth_token = "${NOT_SET}"')
        self.change("127.0.0.1:0", "127.0.0.1:1")
        self.fails(BAD_CONFIG, "environment variable NOT_SET is not set")
        self.expect(OK, "status", "--admin", url, TEMPEST_ADMIN_TOKEN="hush")  # who knows the URL needs no file

    def test_unset_variables_elsewhere_do_no_harm(self):
        port = free_port()
        self.change("127.0.0.1:0", f"127.0.0.1:{port}")
        self.launch("run")
        self.address("run")
        self.change('key = "s"', 'key = "${NOT_SET}"')
        self.expect(OK, "status")

    def test_a_unix_socket(self):
        self.change("127.0.0.1:0", "unix:admin.sock")
        self.launch("run")
        self.address("run")
        self.expect(OK, "status")
        (self.folder / "below").mkdir()
        self.expect(OK, "status", cwd=self.folder / "below")

    def test_a_task_process(self):
        self.launch("topology", mode="topology")
        with open(self.folder / "task.log", "w") as log:
            self.start("plain", "--topology", self.address("topology", "listens on"), mode="task", output=log)
        url = f"http://{self.address('task')}"
        self.fails(UNAVAILABLE, "a task process (ask its topology)", "--admin", url)
        self.expect(OK, "log-level", "debug", "--admin", url)


class Clients(StatusTest):
    """Those who ask much, slowly or wrongly do not hold the run up."""

    def harass(self, address, over):
        host, port = address.split(":")
        held, requests = [], (b"GET /api/v1/status HTTP/1.1\r\n\r\n" * 100, b"GET /api/v1/graph HTTP/1.1\r\n\r\n",
                              b"POST /api/v1/status HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100000,
                              b"PUT /api/v1/status HTTP/1.1\r\n\r\n", b"GET /api/v1/status?x=" + b"y" * 7000 + b" HTTP/1.1\r\n\r\n")
        while not over.is_set():
            try:
                held.append(socket.create_connection((host, int(port)), timeout=10))
                held[-1].sendall(requests[len(held) % len(requests)])
            except OSError:
                pass
            if len(held) >= 50:
                for one in held:
                    one.close()
                held.clear()
        for one in held:
            one.close()

    def test_hostile_clients_hold_nobody_up(self):
        process = self.launch("run", "--stop-when-idle", "1s")
        address, over = self.address("run"), threading.Event()
        hostile = [threading.Thread(target=self.harass, args=(address, over)) for _ in range(3)]
        for one in hostile:
            one.start()
        try:
            for _ in range(20):
                self.send(*["a"] * 100)
            self.assertEqual(process.wait(120), OK)
        finally:
            over.set()
            for one in hostile:
                one.join()
        self.assertEqual(self.report("run")["source"]["acked"], 2000)


if __name__ == "__main__":
    unittest.main()
