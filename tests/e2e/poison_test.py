"""G7: a message that kills the process that handles it ends in the dead letters within its attempts, and it alone. A loop
here starts again what died, as a supervisor does."""
import base64
import json
import pathlib
import signal
import threading
import time
import unittest

from flowing_numbers import OnList
from redis_server import RedisServer, free_port
from supervisor import Supervisor
from support import BUILD, OK, RunTest

TOPOLOGY = """name = "poisoned"
graceful_shutdown = "30s"
[topology]
failure_policy = {{ type = "retry", attempts = {attempts}, backoff = "20ms", max_backoff = "50ms" }}
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
ack_interval = "20ms"
[[task]]
name = "fragile"
library = "{library}"
type = "poison"
workers = 2
poll_count = 100
[[task]]
name = "record"
sink = "redis_stream"
[task.config]
uri = "{uri}"
key = "seen"
[[edge]]
from = "fragile"
to = "record"
"""

# A second one, behind the first.
LATE = """[[task]]
name = "late"
library = "{library}"
type = "late_poison"
workers = 2
poll_count = 100
[[edge]]
from = "fragile"
to = "late"
[[edge]]
from = "late"
to = "record"
"""

LIBRARY = pathlib.Path(BUILD) / "tests/e2e/libraries/poison.so"
MESSAGES = 10_000
STREAM, LIST = "XADD s * payload", "RPUSH s"
ATTEMPTS = 3
MOST_LIVES = 100  # then it is said to have no end


class Poison(RunTest):
    def setUp(self):
        super().setUp()
        (self.folder / "redis").mkdir()
        self.redis = RedisServer(self.folder / "redis")
        self.addCleanup(self.redis.stop)
        self.write("Topology.toml", TOPOLOGY.format(uri=self.redis.uri, library=LIBRARY, attempts=ATTEMPTS))
        self.redis.command("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM")
        self.adding = STREAM
        self.lock = threading.Lock()
        self.launched = 0
        self.loops = []

    def tearDown(self):
        for loop in self.loops:  # before cleanups end what they would start again
            loop.stop(patience_s=1)

    def launch(self, *words, mode):
        with self.lock:
            self.launched += 1
            name = f"{self.launched}-{mode}.log"
        with open(self.folder / name, "w") as log:
            return self.start(*words, mode=mode, output=log)

    def supervise(self, *words, mode):
        made = Supervisor(lambda: self.launch(*words, mode=mode))
        self.loops.append(made)
        return made

    def draw(self, poison, messages=MESSAGES, harmless=""):
        """Ten that kill, spread over the messages, by the ways that are named."""
        deadly = {number: poison[place % len(poison)] for place, number in enumerate(range(7, messages, messages // 10))}
        self.deadly = {f"{how} {number}" for number, how in deadly.items()}
        texts = [f"{deadly[n]} {n}" if n in deadly else f"{harmless}{n}" for n in range(messages)]
        self.harmless = set(texts) - self.deadly
        return texts

    def add(self, poison, messages=MESSAGES, harmless=""):
        with self.redis.connect() as connection:
            lines = [f"{self.adding} \"{one}\"" for one in self.draw(poison, messages, harmless)]
            connection.sendall("".join(line + "\r\n" for line in lines).encode())
            stream = connection.makefile("rb")
            for _ in lines:
                if (kind := stream.readline()[:1]) == b"$":
                    stream.readline()
                self.assertIn(kind, (b"$", b":"))

    def letters(self):
        lines = [line for path in self.folder.glob("letters*") for line in path.read_text().splitlines()]
        return [json.loads(line) for line in lines]

    def all_read_and_settled(self):
        for loop in self.loops:
            self.assertTrue(all(process.returncode < 0 for process in loop.ended), "it ends when it is told to, or is killed")
        if self.adding == LIST:
            return OnList.is_settled(self.redis, "s")
        (group,) = self.redis.command("XINFO", "GROUPS", "s")
        fields = dict(zip(group[::2], group[1::2]))
        return fields["pending"] == 0 and fields["lag"] == 0

    def seen(self):
        return [fields[1] for _, fields in self.redis.command("XRANGE", "seen", "-", "+")]

    def check(self, deaths):
        letters = self.letters()
        self.assertEqual({base64.b64decode(one["payload_base64"]).decode() for one in letters}, self.deadly)
        for letter in letters:
            self.assertEqual(letter["attempts"], ATTEMPTS)
            how = base64.b64decode(letter["payload_base64"]).decode().split()[0]
            self.assertEqual(letter["task"], "late" if how == "late" else "fragile")
            self.assertIn("its process ended while it was handled alone", letter["reason"])
        seen = self.seen()
        self.assertEqual(set(seen), self.harmless)
        print(f"{deaths} deaths, {len(letters)} letters, {len(seen) - len(set(seen))} seen again", flush=True)
        self.assertGreaterEqual(deaths, ATTEMPTS * len(self.deadly))

    def in_one_process(self, *poison):
        self.add(poison)
        loop = self.supervise(mode="standalone")
        self.wait_for(self.all_read_and_settled, "all are settled", limit_s=300)
        self.assertEqual(loop.stop(), OK)
        self.check(len(loop.ended))

    def test_a_null_pointer_in_one_process(self):
        self.in_one_process("null")

    def test_a_null_pointer_in_elements_of_a_list(self):
        """They have no names of their own, and are known again all the same."""
        self.redis.command("DEL", "s")
        topology = TOPOLOGY.format(uri=self.redis.uri, library=LIBRARY, attempts=ATTEMPTS)
        self.write("Topology.toml", topology.replace("redis_stream", "redis_list", 1).replace('group = "g"\n', ""))
        self.adding = LIST
        self.in_one_process("null")

    def from_a_file(self, follow):
        topology = TOPOLOGY.format(uri=self.redis.uri, library=LIBRARY, attempts=ATTEMPTS)
        before, rest = topology.split("[source]")
        _, tasks = rest.split("[[task]]", 1)
        config = f'path = "in"\nstate = "state"\nfollow = {str(follow).lower()}\n'
        self.write("Topology.toml", f'{before}[source]\ntype = "file"\n[source.config]\n{config}[[task]]{tasks}')
        self.write("in", "".join(line + "\n" for line in self.draw(["null"])))

    def file_is_done_with(self):
        state = (self.folder / "state").read_text() if (self.folder / "state").exists() else ""
        return f"  rest {(self.folder / 'in').stat().st_size} " in state and "  open " not in state

    def check_file(self, ended):
        """Each poison is found in one life, and kills as many as it has attempts."""
        self.assertEqual({process.returncode for process in ended}, {-signal.SIGSEGV})
        self.check(len(ended))
        self.assertLessEqual(len(ended), (ATTEMPTS + 1) * len(self.deadly))

    def test_lines_of_a_file(self):
        self.from_a_file(follow=False)
        ended = []
        while (process := self.launch(mode="standalone")).wait(60) != OK:
            ended.append(process)
            self.assertLess(len(ended), MOST_LIVES, "it ends")
        self.assertTrue(self.file_is_done_with())
        self.check_file(ended)

    def test_lines_of_a_file_that_is_followed(self):
        self.from_a_file(follow=True)
        loop = self.supervise(mode="standalone")
        self.wait_for(lambda: self.file_is_done_with() or len(loop.ended) > MOST_LIVES, "all are done with", limit_s=300)
        self.assertEqual(loop.stop(), OK)
        self.check_file(loop.ended)

    def test_poison_in_two_tasks_in_one_process(self):
        """Each of its own: what kills the second has gone through the first, alone as well."""
        pipeline, _ = TOPOLOGY.split("[[edge]]")
        self.write("Topology.toml", (pipeline + LATE).format(uri=self.redis.uri, library=LIBRARY, attempts=ATTEMPTS))
        self.in_one_process("null", "late")

    def test_aborts_and_lack_of_memory_in_one_process(self):
        self.in_one_process("abort", "memory", "kill")

    def test_a_null_pointer_in_task_processes(self):
        self.add(["null"])
        port = free_port()
        topology = self.launch("--port", port, mode="topology")
        loops = [self.supervise("fragile", "record", "--topology", f"127.0.0.1:{port}", "--max-backoff", "200ms", mode="task")
                 for _ in range(2)]
        self.wait_for(self.all_read_and_settled, "all are settled", limit_s=300)
        self.assertIsNone(topology.poll(), "the topology has seen it all")
        for loop in loops:
            loop.stop()
        topology.terminate()
        self.assertEqual(topology.wait(60), OK)
        self.check(sum(len(loop.ended) for loop in loops))

    def test_a_task_process_of_two_topologies(self):
        """What is a suspect of one, alone in it, is beside nothing of the other."""
        self.add(["null"], messages=200, harmless="slow ")
        ports = [free_port(), free_port()]
        topologies = [self.launch("--port", port, "--set", f"dead_letter.config.path=letters-{port}",
                                  "--set", "topology.max_pending=60", mode="topology") for port in ports]
        loop = self.supervise("fragile", "record", "--topology", ",".join(f"127.0.0.1:{port}" for port in ports),
                              "--max-backoff", "200ms", mode="task")
        self.wait_for(self.all_read_and_settled, "all are settled", limit_s=300)
        loop.stop()
        for topology in topologies:
            topology.terminate()
            self.assertEqual(topology.wait(60), OK)
        self.check(len(loop.ended))

    def test_both_are_started_again_when_one_dies(self):
        """The next topology process knows what was suspect, whether the one before ended in order or was killed."""
        self.add(["null"], messages=300)
        deaths, settled = 0, False
        while not settled:
            port = free_port()
            topology = self.launch("--port", port, mode="topology")
            worker = self.launch("fragile", "record", "--topology", f"127.0.0.1:{port}", "--max-backoff", "200ms", mode="task")
            self.wait_for(lambda: worker.poll() is not None or self.all_read_and_settled(), "it dies or is done", limit_s=120)
            settled = worker.poll() is None
            deaths += not settled
            self.assertLess(deaths, 200, "it gets on")
            topology.kill() if deaths % 2 else topology.terminate()
            topology.wait(60)
            worker.terminate()
            worker.wait(60)
        self.check(deaths)

    def test_three_kills_of_the_innocent(self):
        loop = self.supervise(mode="standalone")
        for _ in range(3):
            before = len(self.seen())
            for number in range(1_000):
                self.redis.command("XADD", "s", "*", "payload", str(number))
            self.wait_for(lambda: len(self.seen()) > before, "some are handled")
            self.assertTrue(loop.kill())
            time.sleep(0.2)
        self.wait_for(self.all_read_and_settled, "all are settled", limit_s=120)
        loop.stop()
        self.assertEqual(len(loop.ended), 3)
        self.assertEqual(self.letters(), [])
        self.assertEqual(set(self.seen()), {str(number) for number in range(1_000)})


if __name__ == "__main__":
    unittest.main()
