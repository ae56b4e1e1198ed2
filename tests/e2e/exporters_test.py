"""[metric]: the targets that need no server, and what holds for all."""
import json
import os
import pathlib
import re
import socket
import subprocess
import unittest

from exporting import MESSAGES, PAGE, ExportTest, example
from support import OK, USAGE

HANDLED = 'tempest_task_handled_total{topology="shop",outcome="succeeded",task="store"}'
HOST = socket.gethostname()


class Exporters(ExportTest):
    def test_examples_pass_check(self):
        examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
        self.assertGreaterEqual(len(examples), 4)
        for text in examples:
            self.shop(text)
            self.assertIn("ok: mock -> store", self.expect(OK, "check").stdout)

    def test_the_last_figures_are_those_of_the_report(self):
        self.shop('[metric]\nflush_interval = "1h"\ntarget = [{ type = "file", path = "m.jsonl" }]\n')
        report = self.run_to_the_end()
        found = self.lines("m.jsonl")
        self.assertEqual(report["source"]["acked"], MESSAGES)
        self.assertEqual(found["tempest_source_messages_settled_total acked mock"]["value"], MESSAGES)
        self.assertEqual(found["tempest_task_handled_total succeeded store"]["value"], MESSAGES)
        self.assertEqual(found["tempest_topology_message_seconds"]["count"], MESSAGES)
        self.assertEqual(found["tempest_task_handle_seconds store"]["count"], MESSAGES)
        self.assertEqual(found["tempest_topology_in_flight_messages"]["value"], 0)
        # What the workers did with their time is entered up to the very end.
        spent = sum(found[f"tempest_task_worker_seconds_total {state} store"]["value"] for state in ("busy", "idle", "blocked"))
        self.assertGreater(spent, 0)

    def test_console(self):
        self.shop(example("console"))
        run = self.expect(OK, "run", "standalone")
        lines = run.stdout.splitlines()
        self.assertIn(f"counter {HANDLED} {MESSAGES}", lines)
        handle = next(line for line in lines if line.startswith("histogram tempest_task_handle_seconds"))
        self.assertRegex(handle, rf'{{topology="shop",task="store"}} count={MESSAGES} sum=\S+ p50=\S+ p99=\S+$')
        for line in lines:
            self.assertRegex(line, r"^(counter|gauge|histogram) tempest_")
        self.assertIn("1,000 acknowledged", run.stderr, "the summary stands elsewhere")

    def test_log(self):
        self.shop(example("log"))
        debug = self.expect(OK, "run", "standalone", "--log-level", "debug", "--log-format", "json").stderr
        said = [json.loads(line) for line in debug.splitlines() if line.startswith("{")]
        found = [one for one in said if one["text"] == f"counter {HANDLED} {MESSAGES}"]
        self.assertEqual([(one["level"], one["topology"]) for one in found], [("debug", "shop")])
        self.assertNotIn(HANDLED, self.expect(OK, "run", "standalone").stderr)

    def test_file(self):
        self.shop(example("file"))
        self.run_to_the_end()
        found = self.lines(f"metrics-{HOST}-0.jsonl")
        self.assertEqual(found["tempest_task_handled_total succeeded store"]["value"], MESSAGES)
        histogram = found["tempest_task_handle_seconds store"]
        self.assertEqual(sum(bucket["count"] for bucket in histogram["buckets"]), MESSAGES)
        self.assertEqual(histogram["instance"], f"{HOST}-0")

    def test_several_of_one_type_and_each_with_its_prefix(self):
        self.shop("""[metric]
target = [ { type = "file", path = "a" }, { type = "file", path = "deep/b", prefix = "eu" }, { type = "log", prefix = "us" } ]
""")
        self.run_to_the_end()
        self.assertIn("tempest_task_outputs_total store", self.lines("a"))
        self.assertIn("eu_tempest_task_outputs_total store", self.lines("deep/b"))
        self.assertIn(f"counter us_{HANDLED} {MESSAGES}", self.log("run"))

    def test_a_long_run_is_flushed_again_and_again(self):
        self.shop('[metric]\nflush_interval = "100ms"\ntarget = [{ type = "file", path = "m.jsonl" }]\n', count=0, rate=100)
        process = self.launch("run")

        def times():
            path = self.folder / "m.jsonl"
            lines = path.read_text().splitlines(keepends=True) if path.exists() else []
            return {json.loads(line)["time_ms"] for line in lines if line.endswith("\n")}
        self.wait_for(lambda: len(times()) >= 4, "four flushes")
        self.leave(process, "run")

    def test_each_process_of_a_split_topology_has_a_name(self):
        self.shop('[metric]\ntarget = [{ type = "file", path = "m-{instance}.jsonl" }]\n', count=0, rate=1000)
        topology = self.launch("topology", mode="topology")
        address = self.address("topology", "listens on")
        tasks = [self.launch(f"task{number}", "store", "--topology", address, *words, mode="task")
                 for number, words in enumerate([(), ("--instance", "painter")])]
        out = self.folder / "out"
        self.wait_for(lambda: out.exists() and len(out.read_text().splitlines()) >= MESSAGES, "messages came through")
        for process, name in ((tasks[0], "task0"), (tasks[1], "task1"), (topology, "topology")):
            self.leave(process, name)
        acked = self.report("topology")["source"]["acked"]
        self.assertEqual(self.lines(f"m-{HOST}-0.jsonl")["tempest_task_handled_total succeeded store"]["value"], acked)
        handled = [self.lines(f"m-{name}.jsonl")["tempest_task_handle_seconds store"]["count"]
                   for name in (f"{HOST}-1", "painter")]
        self.assertEqual(sum(handled), acked)
        self.assertEqual(handled, [self.report(f"task{number}")["tasks"]["store"]["handled"] for number in (0, 1)])

    def test_two_processes_do_not_write_one_file(self):
        self.shop('[metric]\nflush_interval = "100ms"\ntarget = [{ type = "file", path = "m.jsonl" }]\n', count=0, rate=10)
        first = self.launch("first")
        self.wait_for(lambda: (self.folder / "m.jsonl").exists(), "the first one writes it")
        second = self.launch("second")
        away = "metrics do not reach file"
        self.wait_for(lambda: away in self.log("second"), "it is another's")
        self.assertIn("another process writes it; with {instance} in its path each has a file of its own", self.log("second"))
        self.leave(first, "first")
        self.wait_for(lambda: "metrics reach file" in self.log("second"), "it is free")
        self.leave(second, "second")
        self.assertEqual((self.log("second").count(away), self.log("second").count("metrics reach")), (1, 1))

    def test_a_folder_that_cannot_be_written_is_said_and_the_run_goes_on(self):
        self.shop('[metric]\ntarget = [{ type = "file", path = "out/m.jsonl" }]\n')
        self.write("out", "no folder")
        report = self.run_to_the_end()
        self.assertEqual(report["source"]["acked"], MESSAGES)
        self.assertIn("the last metrics did not reach file", self.log("run"))
        self.assertIn("Not a directory", self.log("run"))

    def test_a_console_that_nobody_reads_does_not_hold_up_the_run(self):
        self.shop('[metric]\nflush_interval = "100ms"\ntimeout = "200ms"\ntarget = [{ type = "console" }]\n')
        read, write = os.pipe()
        os.set_blocking(write, False)
        try:
            while True:  # until it is full
                os.write(write, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(write, True)
        with open(self.folder / "run.log", "w") as log:
            process = subprocess.Popen([self.program, "run", "standalone", "--report", "run.json"], cwd=self.folder,
                                       env=self.environment(), stdout=write, stderr=log)
        self.addCleanup(self.end, process)
        os.close(write)
        self.assertEqual(process.wait(60), OK, self.log("run"))
        os.close(read)
        self.assertEqual(self.report("run")["source"]["acked"], MESSAGES)
        self.assertIn("the last metrics did not reach standard output: nobody reads it", self.log("run"))

    def test_where_no_name_can_be_claimed(self):
        self.shop('[metric]\ntarget = [{ type = "file", path = "{instance}.jsonl" }]\n')
        self.write("state", "no folder")
        run = self.run_command("run", "standalone", XDG_STATE_HOME=str(self.folder / "state"))
        self.assertIn("cannot find a lasting name for this process", run.stderr)
        self.assertEqual(len(list(pathlib.Path(self.folder).glob(f"{HOST}:*.jsonl"))), 1)

    def test_instances_that_are_none(self):
        self.shop("")
        for name in ("a/b", "a b", "x" * 129):
            self.assertIn("--instance takes a name", self.expect(USAGE, "run", "standalone", "--instance", name).stderr)


if __name__ == "__main__":
    unittest.main()
