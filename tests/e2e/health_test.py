"""Brokers that freeze, crash and come back under a run: each change is one line of log, nothing is lost or charged
meanwhile, and `unhealthy_shutdown` ends the process with its reason."""
import json
import re
import signal
import time
import unittest

from redis_server import RedisServer
from support import BUILD, OK, UNAVAILABLE, RunTest

TOPOLOGY = """name = "demo"
port = 0
[source]
type = "redis_stream"
max_backoff = "200ms"
{source_health}
[source.config]
uri = "{source}"
key = "s"
group = "g"
timeout = "500ms"
block_read = "200ms"
"""

STORE = """[[task]]
name = "store"
sink = "redis_stream"
workers = 3
{sink_health}
[task.config]
uri = "{other}"
key = "out"
timeout = "500ms"
[dead_letter]
sink = "stdout"
"""

REJECTS = f"""[[task]]
name = "plain"
library = "{BUILD}/tests/e2e/liboutcomes.so"
[dead_letter]
sink = "redis_stream"
{{sink_health}}
[dead_letter.config]
uri = "{{other}}"
key = "out"
timeout = "500ms"
"""

SHUTDOWN = "unhealthy_shutdown = 4"
A_WHILE_S = 1.5  # for several tries


class Health(RunTest):
    def setUp(self):
        super().setUp()
        self.source, self.other = self.server("source"), self.server("other")

    def server(self, name):
        (self.folder / name).mkdir()
        made = RedisServer(self.folder / name, durable=True)
        self.addCleanup(made.stop)
        return made

    def topology(self, pipeline=STORE, source_health="", sink_health=""):
        self.write("Topology.toml", TOPOLOGY.format(source=self.source.uri, source_health=source_health)
                   + pipeline.format(other=self.other.uri, sink_health=sink_health))

    def launch(self, mode, *words):
        with open(self.folder / f"{mode}.log", "w") as log:
            return self.start(*words, "--report", f"{mode}.json", mode=mode, output=log)

    def launch_all(self, mode):
        """The process that has the source, and the one that has the task; they may be the same."""
        topology = self.launch(mode)
        if mode == "standalone":
            return topology, topology
        return topology, self.launch("task", "store", "--topology", self.address(mode))

    def address(self, mode):
        self.wait_for(lambda: "listens on" in self.log(mode), "the topology listens")
        return re.search(r"listens on (\S+);", self.log(mode)).group(1)

    def log(self, mode):
        return (self.folder / f"{mode}.log").read_text()

    def report(self, mode):
        return json.loads((self.folder / f"{mode}.json").read_text())

    def add(self, count, payload=None):
        self.source.add_numbers("s", [payload or n for n in range(count)])

    def wait_for_out(self, count):
        self.wait_for(lambda: self.other.command("XLEN", "out") >= count, f"{count} are written")
        self.wait_for(lambda: self.source.unsettled() == 0, "all is settled")

    def leave(self, process, mode):
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log(mode))
        return self.report(mode)

    def survives(self, process, server, who, halt, go_on):
        """One line for each change, however often it was tried in between."""
        for round_number in (1, 2):
            halt(server)
            self.wait_for(lambda: self.log("standalone").count(f"{who} is away: ") == round_number, f"{who} is away")
            time.sleep(A_WHILE_S)
            go_on(server)
            self.wait_for(lambda: self.log("standalone").count(f"{who} is back") == round_number, f"{who} is back")
        self.assertIsNone(process.poll())
        self.assertEqual([self.log("standalone").count(f"{who} is {what}") for what in ("away", "back")], [2, 2],
                         self.log("standalone"))

    def crashes(self, server):
        server.kill()

    def starts(self, server):
        server.start()

    def freezes(self, server):
        server.process.send_signal(signal.SIGSTOP)

    def thaws(self, server):
        server.process.send_signal(signal.SIGCONT)


class Changes(Health):
    def source_comes_back(self, halt, go_on):
        self.topology()
        process = self.launch("standalone")
        self.add(100)
        self.wait_for_out(100)
        self.survives(process, self.source, "source redis_stream", halt, go_on)
        self.add(100)
        self.wait_for_out(200)
        self.assertEqual(self.leave(process, "standalone")["source"]["acked"], 200)

    def test_a_source_that_crashes(self):
        self.source_comes_back(self.crashes, self.starts)

    def test_a_source_that_freezes(self):
        self.source_comes_back(self.freezes, self.thaws)

    def test_a_sink_that_crashes_while_nobody_writes_to_it(self):
        self.topology()
        process = self.launch("standalone")
        self.add(100)
        self.wait_for_out(100)
        self.survives(process, self.other, "sink store", self.crashes, self.starts)
        self.add(100)
        self.wait_for_out(200)
        report = self.leave(process, "standalone")
        self.assertEqual((report["source"]["acked"], report["tasks"]["store"]["errors"]), (200, 0))

    def test_a_sink_that_is_away_makes_its_messages_wait_uncharged(self):
        self.topology()
        self.other.kill()
        process = self.launch("standalone")
        self.wait_for(lambda: "sink store is away: " in self.log("standalone"), "without any message it is noticed")
        self.add(100)
        time.sleep(A_WHILE_S)
        self.other.start()
        self.wait_for_out(100)
        report = self.leave(process, "standalone")
        self.assertEqual((report["source"]["acked"], report["tasks"]["store"]["errors"]), (100, 0))
        self.assertEqual([self.log("standalone").count(f"sink store is {what}") for what in ("away", "back")], [1, 1])

    def test_a_sink_of_the_dead_letters_that_crashes(self):
        self.topology(pipeline=REJECTS)
        process = self.launch("standalone")
        self.add(10, "rejects")
        self.wait_for_out(10)
        self.survives(process, self.other, "sink of the dead letters", self.crashes, self.starts)
        self.other.kill()
        self.add(10, "rejects")
        self.wait_for(lambda: self.log("standalone").count("sink of the dead letters is away: ") == 3, "it is away")
        self.wait_for(lambda: self.source.command("XPENDING", "s", "g")[0] == 10, "all wait for it")
        self.other.start()
        self.wait_for_out(20)
        self.assertEqual(self.leave(process, "standalone")["source"]["dead_lettered"], 20)


class Shutdown(Health):
    def test_a_source_that_stays_away(self):
        self.topology(source_health=SHUTDOWN)
        for mode in ("standalone", "topology"):
            with self.subTest(mode=mode):
                process, _ = self.launch_all(mode)
                self.add(10)
                self.wait_for_out(10)
                self.source.kill()
                self.assertEqual(process.wait(60), UNAVAILABLE, self.log(mode))
                self.assertRegex(self.log(mode), r"source redis_stream is unhealthy: Redis at \S+: .* "
                                                 r"\(4 bad answers in a row: unhealthy_shutdown\)")
                self.source.start()
                self.other.command("DEL", "out")

    def test_a_source_that_was_never_there(self):
        self.topology(source_health=SHUTDOWN)
        self.source.kill()
        process = self.launch("standalone")
        self.assertEqual(process.wait(60), UNAVAILABLE, self.log("standalone"))
        self.assertIn("(4 bad answers in a row: unhealthy_shutdown)", self.log("standalone"))

    def sink_stays_away(self, mode, of):
        """The topology's process, once that of the sink has ended; ten of twenty messages are written."""
        self.topology(sink_health=SHUTDOWN)
        topology, task = self.launch_all(mode)
        self.add(10)
        self.wait_for_out(10)
        self.other.kill()
        self.add(10)
        self.assertEqual(task.wait(60), UNAVAILABLE, self.log(of))
        self.assertRegex(self.log(of), r"task 'store' \(\S+\): the sink is unhealthy: .* "
                                       r"\(4 bad answers in a row: unhealthy_shutdown\)")
        self.other.start()
        return topology

    def test_a_sink_that_stays_away(self):
        self.sink_stays_away("standalone", "standalone")
        self.assertEqual(self.report("standalone")["source"]["abandoned"], 0)
        process = self.launch("standalone")
        self.wait_for_out(20)
        self.leave(process, "standalone")

    def test_a_sink_that_stays_away_ends_its_task_process_alone(self):
        topology = self.sink_stays_away("topology", "task")
        self.launch("task", "store", "--topology", self.address("topology"))
        self.wait_for_out(20)
        self.assertEqual(self.leave(topology, "topology")["source"]["acked"], 20)

    def test_a_sink_of_the_dead_letters_that_stays_away(self):
        self.topology(pipeline=REJECTS, sink_health=SHUTDOWN)
        process = self.launch("standalone")
        self.add(10, "rejects")
        self.wait_for_out(10)
        self.other.kill()
        self.add(10, "rejects")
        self.assertEqual(process.wait(60), UNAVAILABLE)
        self.assertRegex(self.log("standalone"), r"the sink of \[dead_letter\] is unhealthy: .*unhealthy_shutdown\)")
        self.other.start()
        self.topology(pipeline=REJECTS)
        process = self.launch("standalone")
        self.wait_for_out(20)
        self.leave(process, "standalone")


if __name__ == "__main__":
    unittest.main()
