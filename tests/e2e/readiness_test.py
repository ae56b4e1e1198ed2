"""[admin]: what a process tells supervisors of its health over HTTP, while things go wrong and come back, whoever asks."""
import http.client
import json
import re
import shlex
import socket
import subprocess
import threading
import unittest

from admin_client import AdminTest
from redis_server import RedisServer
from support import BAD_CONFIG, BUILD, OK, ROOT

TOPOLOGY = """name = "demo"
port = 0
graceful_shutdown = "20s"
[topology]
failure_policy = {{ type = "retry", attempts = 2, backoff = "50ms", jitter = 0 }}
no_worker_timeout = "4s"
{limits}
[source]
type = "redis_stream"
max_backoff = "200ms"
[source.config]
uri = "{uri}"
key = "s"
group = "g"
timeout = "500ms"
block_read = "200ms"
[admin]
listen = "{listen}"
{admin}
[admin.task]
listen = "{listen}"
"""

HANGING = f"""[[task]]
name = "hanging"
library = "{BUILD}/tests/e2e/libhanging.so"
"""

STORE = """[[task]]
name = "store"
sink = "redis_stream"
[task.config]
uri = "{other}"
key = "out"
timeout = "500ms"
"""

DEAD_LETTERS = """[dead_letter]
sink = "redis_stream"
[dead_letter.config]
uri = "{other}"
key = "dead"
timeout = "500ms"
"""

FINITE = """name = "demo"
[topology]
failure_policy = {{ type = "none" }}
[source]
type = "mock"
[source.config]
{config}
[[task]]
name = "out"
sink = "file"
[task.config]
path = "out.txt"
[admin]
listen = "{listen}"
{admin}
"""


STUCK = "task hanging: every worker is stuck in its handler"


class Readiness(AdminTest):
    def is_ready(self, name):
        return self.ask(name, "/readyz")[:2] == (200, "ok\n")

    def wait_until_ready(self, name):
        self.wait_for(lambda: self.is_ready(name), f"{name} is ready")

    def wait_until_unfit(self, name, line):
        """It is not ready, for this one reason; and lives all the same."""
        def says_so():
            status, body, _ = self.ask(name, "/readyz")
            return status == 503 and re.fullmatch(line + r" for \d+ s\n", body)
        self.wait_for(says_so, f"{name} says: {line}")
        self.assertEqual(self.ask(name, "/livez")[:2], (200, "ok\n"))


class WithRedis(Readiness):
    def setUp(self):
        super().setUp()
        self.redis, self.other = self.server("redis"), self.server("other")

    def server(self, name):
        (self.folder / name).mkdir()
        made = RedisServer(self.folder / name, durable=True)
        self.addCleanup(made.stop)
        return made

    def configure(self, pipeline=HANGING, limits="", listen="127.0.0.1:0", admin=""):
        self.write("Topology.toml", TOPOLOGY.format(uri=self.redis.uri, limits=limits, listen=listen, admin=admin)
                   + pipeline.replace("{other}", self.other.uri))
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")

    def send(self, text):
        self.redis.command("XADD", "s", "*", "payload", text)

    def launch_task(self, name):
        return self.launch(name, "hanging", "--topology", self.address("topology", "listens on"), mode="task")

    def test_a_source_that_goes_away_and_comes_back(self):
        self.configure()
        process = self.launch("run")
        self.wait_until_ready("run")
        self.redis.kill()
        self.wait_until_unfit("run", r"source redis_stream: Redis at \S+: .*")
        self.redis.start()
        self.wait_until_ready("run")
        self.leave(process, "run")

    def test_a_source_that_is_not_there_yet(self):
        self.configure()
        self.redis.kill()
        self.launch("run")
        self.wait_until_unfit("run", r"source redis_stream: Redis at \S+: .*")
        self.redis.start()
        self.wait_until_ready("run")

    def test_sinks_that_go_away_and_come_back(self):
        self.configure(STORE + DEAD_LETTERS)
        process = self.launch("run")
        self.wait_until_ready("run")
        self.assertEqual(self.ask("run", "/healthz")[:2], (200, "[+]main loop ok\n[+]process ok\n[+]source redis_stream ok\n"
                                                           "[+]task store ok\n[+]sink store ok\n"
                                                           "[+]dead letters' sink redis_stream ok\nhealthz check passed\n"))
        self.other.kill()
        self.wait_until_unfit("run", r"sink store: .* for \d+ s\ndead letters' sink redis_stream: .*")
        self.other.start()
        self.wait_until_ready("run")
        self.leave(process, "run")

    def launch_store(self, mode):
        """Whose [admin] has the topology, and whose the sink."""
        self.launch(mode, mode=mode)
        return (mode, mode if mode == "standalone" else self.launch_writer("writer"))

    def launch_writer(self, name, *words):
        self.launch(name, "store", "--topology", self.address("topology", "listens on"), *words, mode="task")
        return name

    def trouble(self, name):
        return json.loads(self.ask(name, "/api/v1/status")[1])["tasks"][0]["trouble"]

    def sink_up(self, name):
        return re.search(r'^tempest_sink_up{topology="demo",task="store"} (\d)$', self.ask(name, "/metrics")[1], re.M)[1]

    def shown(self, name, *words):
        return self.expect(OK, *words, "--admin", f"http://{self.address(name)}").stdout

    def wait_until_the_sink_is_well(self, topology, writer):
        for name in (topology, writer):
            self.wait_until_ready(name)
            self.assertIn("[+]sink store ok\n", self.ask(name, "/healthz")[1])
        self.assertEqual((self.trouble(topology), self.sink_up(writer)), ("", "1"))
        self.assertNotIn("in trouble", self.shown(topology, "status") + self.shown(topology, "top", "--once"))

    def test_a_sink_that_goes_away_is_told_of_wherever_people_look(self):
        self.configure(STORE)
        for mode, who in (("standalone", ""), ("topology", r"task process \S+ \(127\.0\.0\.1:\d+\): ")):
            with self.subTest(mode=mode):
                reason = who + r"the connection to Redis at \S+ is gone"
                topology, writer = self.launch_store(mode)
                self.wait_until_the_sink_is_well(topology, writer)
                self.other.kill()
                self.wait_until_unfit(writer, r"sink store: the connection to Redis at \S+ is gone")
                self.wait_until_unfit(topology, f"sink store: {reason}")
                self.assertRegex(self.trouble(topology), f"^{reason}$")
                self.assertEqual(self.sink_up(writer), "0")
                self.assertRegex(self.shown(topology, "status"), rf"\ntask store: in trouble, {reason}\nTASK ")
                self.assertRegex(self.shown(topology, "top", "--once"), rf"in flight\ntask store: in trouble, {reason}\nTASK ")
                self.send("waits")
                self.other.start()
                self.wait_until_the_sink_is_well(topology, writer)
                self.wait_for(lambda: self.other.command("XLEN", "out") > 0, "it is written")
                self.other.command("DEL", "out")

    def test_a_sink_that_one_of_two_task_processes_cannot_reach(self):
        self.configure(STORE)
        topology, writer = self.launch_store("topology")
        self.wait_until_the_sink_is_well(topology, writer)
        with open(self.folder / "cut_off.log", "w") as log:
            cut_off = self.start("store", "--topology", self.address("topology", "listens on"), "--set",
                                 "task.store.config.uri=redis://127.0.0.1:1", mode="task", output=log)
        self.wait_until_unfit("cut_off", r"sink store: Redis at 127\.0\.0\.1:1: .*")
        reason = r"1 of 2 task processes, \S+ \(127\.0\.0\.1:\d+\): Redis at 127\.0\.0\.1:1: .*"
        self.wait_for(lambda: re.search(rf"^\[\+\]sink store ok: {reason}$", self.ask(topology, "/healthz")[1], re.M), "it is told")
        self.assertTrue(self.is_ready(topology), "the other one goes on")
        self.assertRegex(self.trouble(topology), f"^{reason}$")
        self.assertIn("store (in trouble)  ", self.shown(topology, "status"))
        cut_off.kill()
        self.wait_for(lambda: self.trouble(topology) == "", "it is forgotten with its process")
        self.wait_until_the_sink_is_well(topology, writer)

    def test_a_task_whose_workers_are_all_stuck(self):
        self.configure(limits='handler_warn = "300ms"\nhandler_limit = "3s"')
        process = self.launch("run")
        self.wait_until_ready("run")
        self.send("hangs once")
        self.wait_until_unfit("run", STUCK)
        self.wait_until_ready("run")  # it was replaced
        process.kill()

    def test_a_topology_that_waits_for_workers(self):
        self.configure()
        topology = self.launch("topology", mode="topology")
        self.wait_until_unfit("topology", "task hanging: no worker")
        task = self.launch_task("task")
        self.wait_until_ready("topology")
        self.assertEqual(self.ask("topology", "/readyz?verbose")[1],
                         "[+]main loop ok\n[+]process ok\n[+]source redis_stream ok\n[+]task hanging ok\nreadyz check passed\n")
        task.kill()
        self.wait_for(lambda: "nobody works for task 'hanging' any more" in self.log("topology"), "it is missed")
        self.assertTrue(self.is_ready("topology"), "one that is started anew has its time")
        self.wait_until_unfit("topology", "task hanging: no worker")
        self.launch_task("successor")
        self.wait_until_ready("topology")
        self.leave(topology, "topology")

    def test_a_task_process(self):
        self.configure(limits='handler_warn = "300ms"\nhandler_limit = "3s"')
        with open(self.folder / "task.log", "w") as log:
            task = self.start("hanging", "--topology", "unix:topology.sock", "--max-backoff", "200ms", mode="task", output=log)
        self.wait_until_unfit("task", "topology demo: no session with it")
        topology = self.launch("topology", "--host", "unix:topology.sock", mode="topology")
        self.wait_until_ready("task")
        self.assertEqual(self.ask("task", "/readyz?verbose")[1],
                         "[+]main loop ok\n[+]process ok\n[+]topology demo ok\n[+]task hanging ok\nreadyz check passed\n")
        self.wait_until_ready("topology")
        self.send("hangs once")
        self.wait_until_unfit("task", STUCK)
        self.wait_until_unfit("topology", STUCK)
        self.wait_until_ready("task")
        self.wait_until_ready("topology")
        self.assertEqual(self.log("topology").count("every worker of this task is with a handler that runs beyond"), 1)
        self.assertEqual(self.log("topology").count("the task works again"), 1)
        topology.kill()
        self.wait_until_unfit("task", "topology demo: no session with it")
        task.kill()

    def begin_a_long_one(self, name):
        """A handler is at work on it: otherwise it would go back at once."""
        self.send("15 seconds")
        self.wait_until_unfit(name, STUCK)

    def drains(self, process, name, line):
        process.terminate()
        self.wait_until_unfit(name, line)
        self.assertIsNone(process.poll(), "it waits for what is begun")

    def test_a_process_that_shuts_down(self):
        self.configure(limits='handler_warn = "300ms"')
        process = self.launch("run")
        self.wait_until_ready("run")
        self.begin_a_long_one("run")
        self.drains(process, "run", rf"process: shutting down for \d+ s\n{STUCK}")

    def test_a_task_process_that_shuts_down(self):
        self.configure(limits='handler_warn = "300ms"')
        self.launch("topology", mode="topology")
        task = self.launch_task("task")
        self.wait_until_ready("task")
        self.begin_a_long_one("task")
        self.drains(task, "task", rf"process: shutting down for \d+ s\n{STUCK}")

    def test_a_topology_that_shuts_down(self):
        self.configure(limits='handler_warn = "300ms"')
        topology = self.launch("topology", mode="topology")
        self.launch_task("task")
        self.wait_until_ready("topology")
        self.begin_a_long_one("topology")
        self.drains(topology, "topology", rf"process: shutting down for \d+ s\n{STUCK}")


class Clients(Readiness):
    def run_finite(self, config="", listen="127.0.0.1:0", admin="", words=()):
        self.write("Topology.toml", FINITE.format(config=config, listen=listen, admin=admin))
        return self.launch("run", *words)

    def run_for_long(self, **how):
        made = self.run_finite(config='rate = 100\ncount = 1000000', **how)
        self.wait_until_ready("run")
        return made

    def test_what_is_answered(self):
        process = self.run_for_long()
        for path in ("/livez", "/readyz"):
            status, body, headers = self.ask("run", path)
            self.assertEqual((status, body), (200, "ok\n"))
            self.assertEqual((headers["Content-Type"], headers["Cache-Control"]), ("text/plain; charset=utf-8", "no-store"))
            status, body, headers = self.ask("run", path, method="HEAD")
            self.assertEqual((status, body, headers["Content-Length"]), (200, "", "3"))
        self.assertEqual(self.ask("run", "/livez?verbose")[1], "[+]main loop ok\nlivez check passed\n")
        status, body, _ = self.ask("run", "/nothing")
        self.assertEqual(status, 404)
        self.assertTrue(body.startswith("there are /livez, /readyz, /healthz, /metrics, /api/v1/"), body)
        status, _, headers = self.ask("run", "/readyz", method="POST")
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        self.leave(process, "run")

    def test_a_token(self):
        process = self.run_finite(config="rate = 100\ncount = 1000000", admin='auth_token = "hunter2"')
        for headers in ({}, {"Authorization": "Bearer hunter"}, {"Authorization": "Basic hunter2"}):
            for path in ("/readyz", "/nowhere"):
                status, body, said = self.ask("run", path, **headers)
                self.assertEqual((status, body, said["WWW-Authenticate"]), (401, "", "Bearer"))
        self.assertEqual(self.ask("run", "/livez", Authorization="Bearer hunter2")[0], 200)
        self.leave(process, "run")
        self.assertNotIn("hunter2", self.log("run"))

    def test_names_that_a_web_page_may_have_made(self):
        for admin, status in (("", 403), ('auth_token = "hunter2"', 200)):
            with self.subTest(admin=admin):
                process = self.run_finite(config="rate = 100\ncount = 1000000", admin=admin)
                known = {"Authorization": "Bearer hunter2"}
                for path in ("/livez", "/metrics", "/api/v1/status", "/nowhere"):
                    said, body, _ = self.ask("run", path, Host="evil.example.com", **known)
                    self.assertEqual(said, 404 if status == 200 and path == "/nowhere" else status)
                    self.assertEqual("'evil.example.com' may be anybody's name" in body, status == 403, body)
                self.assertEqual(self.ask("run", "/livez", Host="localhost", **known)[0], 200)
                self.leave(process, "run")

    def test_where_it_listens(self):
        for listen in ("[::1]:0", "localhost:0", "unix:admin.sock"):
            with self.subTest(listen=listen):
                process = self.run_for_long(listen=listen)
                self.leave(process, "run")
        self.assertFalse((self.folder / "admin.sock").exists())

    def test_nothing_for_everybody(self):
        self.write("Topology.toml", FINITE.format(config="count = 1", listen="0.0.0.0:0", admin=""))
        refused = self.expect(BAD_CONFIG, "run", "standalone")
        self.assertIn("[admin] that listens on 0.0.0.0:0 can be reached from other hosts, by anybody", refused.stderr)
        for trusted in ('auth_token = "hunter2"', "insecure = true"):
            self.write("Topology.toml", FINITE.format(config="count = 1", listen="0.0.0.0:0", admin=trusted))
            run = self.expect(OK, "run", "standalone")
            self.assertIn("answers on 0.0.0.0:", run.stderr)
            self.assertEqual("whoever reaches that address may ask" in run.stderr, "insecure" in trusted)

    def test_a_port_that_is_taken_is_no_reason_not_to_run(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            process = self.run_finite(config="count = 100", listen=address)
            self.assertEqual(process.wait(60), OK)
        self.assertRegex(self.log("run"), rf"(?i)warn.*\[admin\] answers nobody, the run goes on without: cannot listen on "
                                          rf"{address}: Address already in use; another process listens there")
        self.assertEqual(self.report("run")["source"]["acked"], 100)

    def test_listeners_of_others_are_left_alone(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            mine, other = "127.0.0.1:0", f"127.0.0.1:{taken.getsockname()[1]}"
            self.write("Topology.toml", FINITE.format(config="count = 1", listen=mine, admin=f'[admin.task]\nlisten = "{other}"\n'))
            self.assertNotIn("warn", self.expect(OK, "run", "standalone").stderr.lower())
            self.write("Topology.toml", FINITE.format(config="count = 1", listen=other, admin=f'[admin.task]\nlisten = "{mine}"\n'))
            run = self.run_command("run", "task", "out", "--topology", "127.0.0.1:1", "--duration", "1s")
            self.assertIn("answers on", run.stderr)
            self.assertNotIn("answers nobody", run.stderr)

    def harass(self, address, over):
        """Clients of every bad kind at once, again and again."""
        host, port = address.rsplit(":", 1)
        held = []
        while not over.is_set():
            try:
                held.append(socket.create_connection((host, int(port)), timeout=10))
                held[-1].sendall((b"", b"GET /livez HT", b"\x16\x03\x01" * 50, b"GET /" + b"x" * 20000, b"GET / HTTP/1.1\r\nA: b\r\n")
                                 [len(held) % 5])
            except OSError:
                pass
            if len(held) >= 200:
                for one in held:
                    one.close()
                held.clear()
        for one in held:
            one.close()

    def is_answered(self):
        try:
            return self.is_ready("run")
        except (OSError, http.client.HTTPException):  # 64 others came before it had said a word
            return False

    def test_hostile_clients_hold_nobody_up(self):
        process = self.run_finite(config="rate = 2000\ncount = 10000")
        address, over = self.address("run"), threading.Event()
        hostile = [threading.Thread(target=self.harass, args=(address, over)) for _ in range(4)]
        for one in hostile:
            one.start()
        try:
            self.wait_for(self.is_answered, "one who asks at once is answered")
            self.assertEqual(process.wait(120), OK)
        finally:
            over.set()
            for one in hostile:
                one.join()
        report = self.report("run")
        self.assertEqual(report["source"]["acked"], 10000)
        self.assertLess(report["duration_s"], 60)


class Documentation(Readiness):
    """docs/health.md: its configuration is sound, and its commands say what they are said to say."""

    def test_examples(self):
        text = (ROOT / "docs/health.md").read_text()
        config = "".join(re.findall(r"```toml\n(.*?)```", text, re.S))
        self.write("Topology.toml", FINITE.format(config="rate = 10", listen="", admin="").partition("[admin]")[0] + config)
        self.expect(OK, "check", TEMPEST_ADMIN_TOKEN="hush")
        for path in re.findall(r"path: (\S+)", text):
            self.assertIn(path, ("/livez", "/readyz"))
        self.write("Topology.toml", FINITE.format(config="rate = 10", listen="127.0.0.1:0", admin=""))
        process = self.launch("run")
        self.wait_until_ready("run")
        examples = re.findall(r"```sh\n(curl .*?)\n```\n```\n(.*?)```", text, re.S)
        self.assertTrue(examples)
        for command, output in examples:
            words = shlex.split(command.replace("127.0.0.1:9091", self.address("run")))
            said = subprocess.run(words, capture_output=True, text=True, timeout=60)
            self.assertEqual((said.returncode, said.stdout), (0, output), command)
        self.leave(process, "run")


if __name__ == "__main__":
    unittest.main()
