"""G7: a message that fails has its attempts in all lives of its process together, and what a process held when it was
killed has not failed."""
import json
import pathlib
import unittest

from redis_server import RedisServer
from support import BUILD, OK, RunTest

SOURCE = """name = "survivors"
[topology]
failure_policy = {{ type = "retry", attempts = 3, backoff = "1h", max_backoff = "1h", jitter = 0.0 }}
max_deliveries = 3
[dead_letter]
sink = "file"
[dead_letter.config]
path = "letters"
[source]
type = "redis_stream"
[source.config]
uri = "{uri}"
key = "s"
group = "g"
[[task]]
name = "first"
library = "{library}"
"""
SINK = """type = "c_echo"
[[task]]
name = "record"
sink = "redis_stream"
[task.config]
uri = "{record}"
key = "seen"
[[edge]]
from = "first"
to = "record"
"""

FAILS = pathlib.Path(BUILD) / "tests/bad_plugins/libraries/throws_in_handle.so"
PASSES = pathlib.Path(BUILD) / "tests/abi/libraries/echo_plugin_tempests_compiler.so"


class FailuresSurvive(RunTest):
    def setUp(self):
        super().setUp()
        self.redis = self.server("redis")
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        self.launched = 0

    def server(self, name):
        (self.folder / name).mkdir()
        server = RedisServer(self.folder / name)
        self.addCleanup(server.stop)
        return server

    def launch(self):
        self.launched += 1
        with open(self.folder / f"{self.launched}.log", "w") as log:
            return self.start(output=log)

    def kill(self, process):
        process.kill()
        process.wait()

    def counters(self):
        """How often Redis believes each pending message was delivered."""
        return [row[3] for row in self.redis.command("XPENDING", "s", "g", "-", "+", "1000")]

    def letters(self):
        path = self.folder / "letters"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_a_message_has_its_attempts_in_all_lives_together(self):
        self.write("Topology.toml",
                   SOURCE.format(uri=self.redis.uri, library=FAILS) + 'type = "throws_in_handle"\n')
        self.redis.command("XADD", "s", "*", "payload", "it")
        for life in (1, 2):
            process = self.launch()
            self.wait_for(lambda: self.counters() == [life + 1], f"Redis keeps failure {life}")
            self.assertEqual(self.letters(), [])
            self.kill(process)
        process = self.launch()
        self.wait_for(lambda: self.counters() == [] and self.letters(), "it ends in the dead letters")
        (letter,) = self.letters()
        self.assertEqual((letter["attempts"], letter["deliveries"]), (3, 3))
        self.assertIn("dropped it", letter["reason"])
        process.terminate()
        self.assertEqual(process.wait(60), OK)

    def test_kills_are_nobodys_failure(self):
        record = self.server("record")
        self.write("Topology.toml",
                   SOURCE.format(uri=self.redis.uri, library=PASSES) + SINK.format(record=record.uri))
        for number in range(100):
            self.redis.command("XADD", "s", "*", "payload", str(number))
        record.kill()  # nothing can be done with them
        for _ in range(5):
            process = self.launch()
            self.wait_for(lambda: "made in plain C" in (self.folder / f"{self.launched}.log").read_text(), "it has begun")
            self.wait_for(lambda: len(self.counters()) == 100, "all are in its hands")
            self.kill(process)
        record.start()
        self.launch()
        self.wait_for(lambda: self.redis.unsettled() == 0, "all are settled")
        self.assertEqual(self.letters(), [])
        self.assertEqual({fields[1] for _, fields in record.command("XRANGE", "seen", "-", "+")},
                         {str(number) for number in range(100)})


if __name__ == "__main__":
    unittest.main()
