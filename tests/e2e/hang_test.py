"""Handlers that take long, and those that never come back (hanging.cpp): in one process and in split mode."""
import json
import re
import signal
import time
import unittest

from redis_server import RedisServer
from support import BUILD, OK, RunTest

INTERNAL = 70

TOPOLOGY = """name = "hanging"
port = 0
graceful_shutdown = "20s"
[topology]
failure_policy = {{ type = "retry", attempts = 2, backoff = "50ms", jitter = 0 }}
{limits}
[source]
type = "redis_stream"
[source.config]
uri = "{uri}"
key = "s"
group = "g"
[[task]]
name = "hanging"
library = "{build}/tests/e2e/libhanging.so"
workers = {workers}
"""


class Hang(RunTest):
    def setUp(self):
        super().setUp()
        self.redis = RedisServer(self.folder)
        self.addCleanup(self.redis.stop)

    def configure(self, limits="", workers=1):
        self.write("Topology.toml", TOPOLOGY.format(uri=self.redis.uri, build=BUILD, limits=limits, workers=workers))

    def launch(self, name, *words, mode):
        with open(self.folder / f"{name}.log", "w") as log:
            return self.start(*words, "--report", f"{name}.json", mode=mode, output=log)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def run_topology(self):
        topology = self.launch("topology", mode="topology")
        self.wait_for(lambda: " listens on " in self.log("topology"), "it listens")
        return topology, re.search(r"listens on (\S+);", self.log("topology")).group(1)

    def run_task(self, address, name="task"):
        return self.launch(name, "hanging", "--topology", address, mode="task")

    def send(self, *texts):
        return [self.redis.command("XADD", "s", "*", "payload", text) for text in texts]

    def wait_until_open(self, count):
        self.wait_for(lambda: self.redis.unsettled() == count, f"{count} are open")

    def leave(self, process, name, code=OK):
        process.terminate()
        self.assertEqual(process.wait(60), code, self.log(name))
        return json.loads((self.folder / f"{name}.json").read_text())

    def make_group(self):
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")

    def check_words(self, name, message):
        self.wait_for(lambda: "never_comes_back" in self.log(name), "the stack has names")
        log = self.log(name)
        slow = [line for line in log.splitlines() if "its handler has been at work for 0." in line]
        self.assertTrue(slow, log)
        self.assertIn("task=hanging", slow[0])
        self.assertIn(f"message={message}", slow[0])
        self.assertTrue(any("never_comes_back" in line for line in slow), "the stack")
        self.assertIn("every worker of this task is with a handler that runs beyond handler_warn", log)
        self.assertIn("left alone and replaced (1 of at most 1 times)", log)
        self.assertIn("the task works again", log)

    def check_the_end(self, name, process, message):
        self.assertEqual(process.wait(60), INTERNAL, self.log(name))
        log = self.log(name)
        self.assertNotIn("the task works again", log[log.rindex("every worker of this task is with a handler"):])
        self.assertRegex(log, r"the handler of task 'hanging' made no progress for \d+\.\d s \(handler_limit\); "
                                         rf"message '{message}'; 1 of its workers were replaced before")

    def test_in_one_process(self):
        self.configure('handler_warn = "500ms"\nhandler_limit = "1s"')
        self.make_group()
        once, *_ = self.send("hangs once", *["fine"] * 50)
        process = self.launch("first", mode="standalone")
        self.wait_until_open(0)
        self.check_words("first", once)
        (culprit,) = self.send("hangs")
        self.check_the_end("first", process, culprit)
        source = json.loads((self.folder / "first.json").read_text())["source"]
        self.assertEqual((source["acked"], source["returned"], source["abandoned"]), (51, 1, 0))

    def test_time_in_which_the_process_was_stopped_does_not_count(self):
        self.configure('handler_warn = "3s"\nhandler_limit = "3s"')
        self.make_group()
        process = self.launch("first", mode="standalone")
        self.send("5 seconds")
        self.wait_for(lambda: "it begins" in self.log("first"), "it is begun")
        process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        process.send_signal(signal.SIGCONT)
        self.wait_until_open(0)
        self.assertEqual(self.leave(process, "first")["tasks"]["hanging"]["errors"], 0)
        self.assertNotIn("its handler has been at work", self.log("first"))

    def test_a_task_process(self):
        self.configure('handler_warn = "500ms"\nhandler_limit = "1s"')
        self.make_group()
        topology, address = self.run_topology()
        task = self.run_task(address)
        once, *_ = self.send("hangs once", *["fine"] * 50)
        self.wait_until_open(0)
        self.check_words("task", once)
        again, *_ = self.send("hangs once", *["fine"] * 50)
        self.check_the_end("task", task, again)
        successor = self.run_task(address, "successor")
        self.wait_until_open(0)
        source = self.leave(topology, "topology")["source"]
        self.assertEqual((source["acked"], source["failed"]), (102, 0))
        self.leave(successor, "successor")

    def test_what_waits_behind_it_is_done_by_another_process(self):
        self.configure('msg_timeout = "60s"')
        self.make_group()
        topology, address = self.run_topology()
        tasks = [self.run_task(address, name) for name in ("one", "other")]
        self.wait_for(lambda: self.log("topology").count(" joined") == 2, "both are there")
        self.send("hangs", *["fine"] * 500)
        self.wait_until_open(1)
        self.assertEqual([process.poll() for process in (topology, *tasks)], [None] * 3)

    def test_a_handler_that_outlasts_every_silence_keeps_its_session(self):
        self.configure('msg_timeout = "60s"')
        self.make_group()
        topology, address = self.run_topology()
        task = self.run_task(address)
        self.send("15 seconds")
        self.wait_until_open(0)
        report = self.leave(topology, "topology")
        self.assertEqual((report["source"]["acked"], report["processes"]), (1, 1))
        self.assertEqual((report["tasks"]["hanging"]["inflow"], report["tasks"]["hanging"]["errors"]), (1, 0))
        self.leave(task, "task")

    def test_progress_restarts_every_clock(self):
        self.configure('msg_timeout = "2s"\nhandler_warn = "2s"\nhandler_limit = "2s"')
        self.make_group()
        topology, address = self.run_topology()
        task = self.run_task(address)
        self.send("4 seconds with progress")
        self.wait_until_open(0)
        report = self.leave(topology, "topology")["tasks"]["hanging"]
        self.assertEqual((report["handled"], report["errors"], report["retries"]), (1, 0, 0))
        self.leave(task, "task")
        self.assertNotIn("at work for", self.log("task"))


if __name__ == "__main__":
    unittest.main()
