"""A topology and its task processes as real processes: who may start first, who is let in, and how each leaves."""
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import termios
import time
import unittest

from redis_server import RedisServer
from support import ABANDONED, BAD_CONFIG, BUILD, OK, UNAVAILABLE, USAGE, RunTest

SPLIT = """name = "demo"
port = 0
auth_token = "{token}"
[topology]
no_worker_timeout = "{no_worker}"
failure_policy = {{ type = "none" }}
[source]
type = "{source}"
[source.config]
{config}
[[task]]
name = "{name}"
sink = "file"
[task.config]
path = "out"
{more}
"""

ECHO = f"""[[task]]
name = "echo"
library = "{BUILD}/tests/abi/libraries/echo_plugin_tempests_compiler.so"
type = "c_echo"
[[edge]]
from = "echo"
to = "last"
"""


def unread(pipe):
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


class SplitTest(RunTest):
    def split(self, config="count = 2000", token="", no_worker="30s", name="first", more="", source="mock"):
        self.write("Topology.toml", SPLIT.format(token=token, source=source, no_worker=no_worker, config=config, name=name,
                                                 more=more))

    def begin(self, name, *words, mode, **how):
        """A process whose log is the file NAME.log."""
        log = open(self.folder / f"{name}.log", "w", encoding="utf-8")
        self.addCleanup(log.close)
        process = self.start(*words, mode=mode, output=log, **how)
        process.log = lambda: (self.folder / f"{name}.log").read_text(encoding="utf-8")
        return process

    def run_topology(self, *words, name="topology"):
        return self.begin(name, "--report", f"{name}.json", *words, mode="topology")

    def run_task(self, address, *words, name="task", tasks=("first",)):
        return self.begin(name, *tasks, "--topology", address, "--max-backoff", "200ms", *words, mode="task")

    def wait_for_log(self, process, text, count=1):
        self.wait_for(lambda: process.log().count(text) >= count or process.poll() is not None, text)
        self.assertGreaterEqual(process.log().count(text), count, process.log())

    def address_of(self, topology):
        self.wait_for_log(topology, "listens on ")
        return re.search(r"listens on (\S+);", topology.log()).group(1)

    def wait_for_end(self, process, code=OK):
        self.wait_for(lambda: process.poll() is not None, "it ends: " + process.log())
        self.assertEqual(process.returncode, code, process.log())

    def report(self, name="topology"):
        return json.loads((self.folder / f"{name}.json").read_text())

    def lines(self):
        path = self.folder / "out"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def assert_all_acknowledged(self, count, name="topology"):
        source = self.report(name)["source"]
        self.assertEqual((source["acked"], source["read"] - source["returned"]), (count, count), source)


class Together(SplitTest):
    def flows(self, *listen):
        topology = self.run_topology(*listen)
        task = self.run_task(self.address_of(topology))
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)
        self.assertEqual(self.lines(), 2000)
        self.assertEqual(self.report()["processes"], 1)
        task.terminate()
        self.wait_for_end(task)

    def test_over_a_free_port(self):
        self.split()
        self.flows()

    def test_over_ipv6(self):
        self.split()
        self.flows("--host", "::1")

    def test_over_a_unix_socket(self):
        self.split()
        self.flows("--host", f"unix:{self.folder}/socket")

    def test_with_a_token(self):
        self.split(token="hush-hush")
        self.flows()

    def test_a_task_process_may_start_first(self):
        self.split()
        socket = f"unix:{self.folder}/socket"
        task = self.run_task(socket)
        self.wait_for_log(task, "waits for the topology at")
        topology = self.run_topology("--host", socket)
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)
        task.terminate()
        self.wait_for_end(task)

    def test_a_task_process_outlives_its_topology_and_serves_the_next(self):
        self.split()
        socket = f"unix:{self.folder}/socket"
        task = self.run_task(socket)
        for name in ("one", "two"):
            topology = self.run_topology("--host", socket, name=name)
            self.wait_for_end(topology)
            self.assert_all_acknowledged(2000, name)
        task.terminate()
        self.wait_for_end(task)

    def test_nothing_is_read_before_every_task_has_a_worker(self):
        self.split(name="last", more=ECHO)
        topology = self.run_topology()
        address = self.address_of(topology)
        self.assertIn("waits for workers of tasks 'last', 'echo'", topology.log())
        self.run_task(address, name="last", tasks=("last",))
        self.wait_for_log(topology, "still waits for workers of task 'echo'")
        self.assertEqual(self.lines(), 0)
        self.run_task(address, "--workers", "2", name="echo", tasks=("echo",))
        self.wait_for_log(topology, "every task has a worker")
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)
        self.assertEqual(self.lines(), 2000)

    def test_one_process_may_serve_several_tasks(self):
        self.split(name="last", more=ECHO)
        topology = self.run_topology()
        address = self.address_of(topology)
        tasks = [self.run_task(address, name=f"both{number}", tasks=("echo", "last")) for number in range(2)]
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)
        self.assertEqual(self.lines(), 2000)
        for task in tasks:
            task.terminate()
            self.wait_for_end(task)


class Encrypted(SplitTest):
    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                     "-keyout", f"{name}.key", "-out", f"{name}.crt")

    def certificate(self, name, by, host):
        self.write(f"{name}.ext", f"subjectAltName={host}\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                     "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.crt", "-CAkey", f"{by}.key", "-CAcreateserial",
                     "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.crt")

    def setUp(self):
        super().setUp()
        self.authority("ca")
        self.certificate("here", "ca", "IP:127.0.0.1")
        self.split(more='[tls]\ncert = "here.crt"\nkey = "here.key"\nca = "ca.crt"\n')

    def test_both_sides_verify(self):
        topology = self.run_topology()
        self.run_task(self.address_of(topology))
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)

    def assert_a_stranger(self, *settings, here, there):
        """A task process with these settings is not let in, and both logs say why."""
        topology = self.run_topology()
        words = [word for setting in settings for word in ("--set", setting)]
        stranger = self.run_task(self.address_of(topology), *words, name="stranger")
        self.wait_for_log(stranger, "warning cannot join the topology at")
        self.assertIn(here, stranger.log())
        self.wait_for_log(topology, "was not let in: ")
        self.assertIn(there, topology.log())
        self.assertNotIn("joined", topology.log())
        self.run_task(self.address_of(topology))  # nobody else is held up
        self.wait_for_end(topology)
        self.assert_all_acknowledged(2000)

    def test_a_certificate_of_another_authority_opens_nothing(self):
        self.authority("elsewhere")
        self.certificate("stranger", "elsewhere", "IP:127.0.0.1")
        self.assert_a_stranger("tls.cert=stranger.crt", "tls.key=stranger.key", here="unknown ca",
                               there="unable to get local issuer certificate")

    def test_a_task_process_without_tls_is_told_what_is_missing(self):
        topology = self.run_topology()
        address = self.address_of(topology)
        self.split()
        task = self.run_task(address)
        self.wait_for_log(task, "does it use [tls]?")
        self.wait_for_log(topology, "wrong version number): does the other side use [tls]?")

    def test_a_topology_that_is_not_who_it_should_be_is_not_served(self):
        self.certificate("other", "ca", "DNS:other.example")
        topology = self.run_topology("--set", "tls.cert=other.crt", "--set", "tls.key=other.key")
        task = self.run_task(self.address_of(topology))
        self.wait_for_log(task, "hostname mismatch, it is not for '127.0.0.1'")
        self.wait_for_log(topology, "it does not accept the certificate of this side")
        self.assertNotIn("joined", topology.log())

    def test_files_that_cannot_be_used_are_named(self):
        self.write("here.key", "no key")
        run = self.expect(BAD_CONFIG, "check")
        self.assertRegex(run.stdout, r"Topology\.toml:\d+:1: error: \[tls\] key = .*here\.key. cannot be used")


class Elsewhere(SplitTest):
    """What answers at the address is not what was meant."""

    def test_a_topology_is_told_of_http(self):
        self.split()
        topology = self.run_topology()
        host, port = self.address_of(topology).split(":")
        with socket.create_connection((host, port)) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
            self.assertEqual(browser.recv(100), b"", "it is told nothing")
        self.wait_for_log(topology, "was not let in: it is no Tempest task process (it said 'GET / HTTP/1.1')")

    def test_a_task_process_says_what_answers_instead_of_a_topology(self):
        self.split()
        with socket.create_server(("127.0.0.1", 0)) as web:
            task = self.run_task(f"127.0.0.1:{web.getsockname()[1]}")
            caller, _ = web.accept()
            with caller:
                caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                self.wait_for_log(task, "it is no Tempest topology (it answered 'HTTP/1.1 400 Bad Request')")
        self.assertIn("warning", task.log())


class Leaving(SplitTest):
    ENDLESS = "count = 1000000\nrate = 2000"

    def test_workers_restarted_one_after_the_other_fail_nothing(self):
        self.split(config="count = 6000\nrate = 3000")
        topology = self.run_topology()
        address = self.address_of(topology)
        tasks = [self.run_task(address, name=f"task{i}") for i in range(2)]
        self.wait_for_log(topology, "joined", 2)
        for round_number in range(4):
            old = tasks.pop(0)
            old.terminate()
            self.wait_for_end(old)
            tasks.append(self.run_task(address, name=f"again{round_number}"))
            self.wait_for_log(topology, "joined", 3 + round_number)
        self.wait_for_end(topology)
        self.assert_all_acknowledged(6000)
        self.assertEqual(self.lines(), 6000, "nothing ran twice")
        self.assertEqual(self.report()["source"]["failed"], 0)

    def test_a_killed_worker_gives_back_what_it_held(self):
        self.split(config="count = 6000\nrate = 3000")
        topology = self.run_topology()
        address = self.address_of(topology)
        for number in range(3):
            task = self.run_task(address, name=f"task{number}")
            self.wait_for_log(topology, "joined", number + 1)
            before = self.lines()
            self.wait_for(lambda: self.lines() > before + 200, "it works")
            task.kill()
        self.run_task(address, name="last")
        self.wait_for_end(topology)
        # What is killed while it is handled alone, as a suspect, has failed once, and comes again from its source.
        source = self.report()["source"]
        self.assertEqual((source["acked"], source["read"] - source["returned"] - source["failed"]), (6000, 6000), source)
        self.assertGreaterEqual(self.lines(), 6000)

    def test_a_topology_that_nobody_worked_for_says_so(self):
        self.split(name="last", more=ECHO)
        topology = self.run_topology("--duration", "2s")
        self.run_task(self.address_of(topology), name="last", tasks=("last",))
        self.wait_for_end(topology, UNAVAILABLE)
        self.assertRegex(topology.log(), "no task process ever worked for task 'echo': nothing was read")
        self.assertEqual(self.report()["source"]["read"], 0)

    def test_a_task_process_that_found_nobody_says_where_it_looked(self):
        self.split(name="last", more=ECHO)
        task = self.run_task("127.0.0.1:1,localhost:2", "--duration", "1s", name="last", tasks=("last",))
        self.wait_for_end(task, UNAVAILABLE)
        self.assertRegex(task.log(), "no topology was ever reached at 127.0.0.1:1, localhost:2")

    def test_the_topology_says_goodbye(self):
        self.split(config=self.ENDLESS)
        topology = self.run_topology()
        task = self.run_task(self.address_of(topology))
        self.wait_for(lambda: self.lines() > 500, "it works")
        topology.terminate()
        self.wait_for_end(topology)
        source = self.report()["source"]
        self.assertEqual(source["abandoned"], 0, source)
        self.assertEqual(source["acked"], self.lines())
        self.wait_for_log(task, "the topology ends")
        self.assertIsNone(task.poll(), "it waits for the next one")
        task.terminate()
        self.wait_for_end(task)

    def test_both_may_be_told_to_end_at_once(self):
        self.split(config=self.ENDLESS)
        topology = self.run_topology()
        task = self.run_task(self.address_of(topology))
        self.wait_for(lambda: self.lines() > 500, "it works")
        task.terminate()
        topology.terminate()
        self.wait_for_end(task)
        self.wait_for_end(topology)
        self.assertEqual(self.report()["source"]["acked"], self.lines())

    def test_without_a_worker_messages_go_back_until_one_is_there(self):
        self.split(config="count = 3000\nrate = 1500", no_worker="300ms")
        topology = self.run_topology()
        address = self.address_of(topology)
        task = self.run_task(address, name="one")
        self.wait_for(lambda: self.lines() > 200, "it works")
        task.kill()
        self.wait_for_log(topology, "messages go back to the source until somebody does")
        self.run_task(address, name="two")
        self.wait_for_log(topology, "every task has a worker", 2)
        self.wait_for_end(topology)
        self.assert_all_acknowledged(3000)

    def test_a_run_that_would_end_by_itself_waits_for_the_worker_that_it_lost(self):
        self.split(config="count = 6000\nrate = 1500", no_worker="200ms")
        topology = self.run_topology("--stop-when-idle", "300ms")
        address = self.address_of(topology)
        task = self.run_task(address, name="one")
        self.wait_for(lambda: self.lines() > 200, "it works")
        task.kill()
        self.wait_for_log(topology, "nobody has worked for task 'first' for 200 ms (no_worker_timeout)")
        time.sleep(1)  # idle for longer than --stop-when-idle, were it not for the worker
        self.assertIsNone(topology.poll(), topology.log())
        self.assertEqual(topology.log().count("nobody works for task 'first' any more"), 1, "it is said once")
        self.assertEqual(topology.log().count("no_worker_timeout"), 1, "it is said once")
        self.run_task(address, name="two")
        self.wait_for_end(topology)
        self.assert_all_acknowledged(6000)

    def test_what_went_back_to_redis_is_read_again_by_the_same_topology(self):
        server = RedisServer(self.folder)
        self.addCleanup(server.stop)
        self.split(config=f'uri = "{server.uri}"\nkey = "numbers"\ngroup = "g"', source="redis_stream",
                   no_worker="300ms", name="last", more=ECHO)
        topology = self.run_topology()
        address = self.address_of(topology)
        self.run_task(address, name="echo", tasks=("echo",))
        last = self.run_task(address, name="last", tasks=("last",))
        self.wait_for_log(topology, "every task has a worker")
        server.add_numbers("numbers", range(1000))
        self.wait_for(lambda: self.lines() == 1000, "all are written")
        last.kill()
        self.wait_for_log(topology, "nobody works for task 'last' any more")
        server.add_numbers("numbers", range(1000, 1500))
        self.wait_for_log(topology, "messages go back to the source until somebody does")
        self.run_task(address, name="again", tasks=("last",))
        self.wait_for(lambda: self.lines() >= 1500 and server.command("XPENDING", "numbers", "g")[0] == 0,
                      "what went back is read again, and all is acknowledged")
        topology.terminate()
        self.wait_for_end(topology)
        self.assertEqual(self.report()["source"]["abandoned"], 0)

    def test_what_is_begun_may_finish_and_is_waited_for(self):
        self.split(config='count = 5000\nsize = "1KiB"')
        os.mkfifo(self.folder / "out")
        pipe = os.open(self.folder / "out", os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, pipe)
        topology = self.run_topology()
        task = self.run_task(self.address_of(topology))
        self.wait_for_log(topology, "joined")
        time.sleep(0.5)
        topology.terminate()
        with self.assertRaises(subprocess.TimeoutExpired, msg="it waits for what is begun"):
            topology.wait(timeout=1)
        topology.send_signal(signal.SIGTERM)
        self.wait_for_end(topology, ABANDONED)
        self.assertGreater(self.report()["source"]["abandoned"], 0)
        self.assertGreater(self.report()["source"]["returned"], 0)
        self.assertIsNone(task.poll())

    def test_a_task_process_names_what_it_leaves_unfinished(self):
        self.split(config='count = 5000\nsize = "1KiB"')
        os.mkfifo(self.folder / "out")
        pipe = os.open(self.folder / "out", os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, pipe)
        topology = self.run_topology()
        task = self.run_task(self.address_of(topology))
        self.wait_for(lambda: unread(pipe) > 60_000, "a write that nobody reads is begun")
        task.terminate()
        with self.assertRaises(subprocess.TimeoutExpired, msg="it waits for what is begun"):
            task.wait(timeout=1)
        task.send_signal(signal.SIGTERM)
        self.wait_for_end(task, ABANDONED)
        self.assertRegex(task.log(), r"leaves \d+ deliveries unfinished: it was told to end again, with message '.*' in task "
                                     r"'.*' for \d+ ms; they are done again elsewhere")


class Strangers(SplitTest):
    def test_a_wrong_token_is_not_let_in_and_learns_nothing(self):
        self.split(token="right-token")
        topology = self.run_topology()
        address = self.address_of(topology)
        task = self.run_task(address, "--set", "auth_token=wrong-token")
        self.wait_for_log(topology, "was not let in")
        self.wait_for_log(task, "is auth_token the same on both sides?")
        self.assertNotIn("right-token", topology.log() + task.log())
        self.assertNotIn("wrong-token", topology.log() + task.log())
        self.assertIsNone(topology.poll())
        self.assertEqual(self.lines(), 0)

    def test_another_topology_s_worker_is_told(self):
        self.split()
        topology = self.run_topology()
        task = self.run_task(self.address_of(topology), "--set", "name=another")
        self.wait_for_log(topology, "was not let in")
        self.wait_for_log(task, "this is topology 'demo', not 'another': do both sides read the same Topology.toml?")

    def test_an_address_in_use_is_named(self):
        self.split()
        address = self.address_of(self.run_topology())
        second = self.expect(UNAVAILABLE, "run", "topology", "--port", address.split(":")[1])
        self.assertIn(f"cannot listen on {address}", second.stderr)
        self.assertIn("choose another port", second.stderr)

    def test_a_socket_that_cannot_be_made_is_named_with_what_to_do(self):
        self.split()
        run = self.expect(UNAVAILABLE, "run", "topology", "--host", f"unix:{self.folder}/none/socket")
        self.assertIn(f"cannot listen on unix:{self.folder}/none/socket: No such file or directory; its folder does not exist",
                      run.stderr)
        run = self.expect(BAD_CONFIG, "run", "topology", "--host", "unix:/" + "x" * 200)
        self.assertIn("has at most 107 bytes, this one has 201", run.stderr)
        run = self.expect(USAGE, "run", "task", "first", "--topology", "unix:/" + "x" * 200)
        self.assertIn("has at most 107 bytes, this one has 201", run.stderr)

    def test_listening_for_everybody_needs_a_reason(self):
        self.split()
        run = self.expect(BAD_CONFIG, "run", "topology", "--host", "0.0.0.0")
        self.assertIn("set auth_token, or [tls]", run.stderr)
        self.assertIn("set auth_token, or [tls]", self.expect(BAD_CONFIG, "check", "--set", "host=0.0.0.0").stdout)


if __name__ == "__main__":
    unittest.main()
