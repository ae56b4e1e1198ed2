"""Runs whose standard input or output is closed, or whose reader leaves."""
import json
import subprocess
import unittest

from support import IO, NO_INPUT, RunTest

TOPOLOGY = """name = "demo"
[topology]
failure_policy = {{ type = "retry", attempts = 2, backoff = "1ms", on_exhausted = "dead_letter" }}
[source]
{source}
[[task]]
name = "out"
sink = "stdout"
[dead_letter]
sink = "file"
[dead_letter.config]
path = "dead.jsonl"
"""
ENDLESS = 'type = "mock"\n[source.config]\ncount = 0'


class StandardStreams(RunTest):
    def run_with(self, redirection, source):
        self.write("Topology.toml", TOPOLOGY.format(source=source))
        command = f'exec "$0" run standalone --report report.json {redirection}'
        return subprocess.run(["sh", "-c", command, self.program], cwd=self.folder, env=self.environment(),
                              stderr=subprocess.PIPE, text=True, timeout=60)

    def test_no_file_is_taken_for_a_standard_output_that_was_closed(self):
        run = self.run_with(">&-", ENDLESS)
        self.assertEqual(run.returncode, IO, run.stderr)
        self.assertIn("standard output, which is closed", run.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir() if path.is_file() and path.stat().st_size],
                         ["Topology.toml"])

    def test_a_standard_input_that_was_closed_is_named(self):
        run = self.run_with("<&- >/dev/null", 'type = "file"\n[source.config]\npath = "-"')
        self.assertEqual(run.returncode, NO_INPUT, run.stderr)
        self.assertIn("standard input is closed", run.stderr)

    def test_messages_wait_for_a_reader_that_left_and_the_run_ends(self):
        self.write("Topology.toml", TOPOLOGY.format(source=ENDLESS))
        process = self.start("--report", "report.json")
        self.assertIn("message ", process.stdout.readline())
        process.stdout.close()
        error = process.stderr.read()
        self.assertEqual(process.wait(60), IO, error)
        self.assertIn("standard output, which is gone", error)
        self.assertEqual((self.folder / "dead.jsonl").read_text(), "")
        source = json.loads((self.folder / "report.json").read_text())["source"]
        self.assertEqual((source["failed"], source["dead_lettered"]), (0, 0), source)


if __name__ == "__main__":
    unittest.main()
