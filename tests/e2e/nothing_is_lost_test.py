"""G2: whatever is killed, and whenever, each number that Redis has confirmed to its writer is seen at least once, and
nothing stays pending. What is seen is recorded in a second server, which nobody touches.

The faults come by the throw of dice: TEMPEST_SEED=<what was printed> throws them again.
"""
import json
import os
import pathlib
import random
import signal
import threading
import time
import unittest

from redis_server import RedisServer
from support import BUILD, OK, RunTest

TOPOLOGY = """name = "numbers"
graceful_shutdown = "1h"
[source]
type = "redis_stream"
max_backoff = "200ms"
[source.config]
uri = "{numbers}"
key = "numbers"
group = "g"
lease = "1s"
read_msg_count = 200
block_read = "500ms"
[[task]]
name = "pass_on"
library = "{library}"
type = "c_echo"
workers = 2
[[task]]
name = "record"
sink = "redis_stream"
[task.config]
uri = "{record}"
key = "seen"
[[edge]]
from = "pass_on"
to = "record"
"""

LIBRARY = pathlib.Path(BUILD) / "tests/abi/libraries/echo_plugin_tempests_compiler.so"


class Writer:
    """Adds numbers until it is stopped, through every crash of the server. `confirmed` are the first ones: a number whose
    confirmation was cut off is added once more, and counts only then."""

    def __init__(self, server):
        self.server = server
        self.confirmed = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.01):
            try:
                self.server.add_numbers("numbers", range(self.confirmed, self.confirmed + 20))
                self.confirmed += 20
            except (OSError, RuntimeError):
                continue

    def stop(self):
        self.stopping.set()
        self.thread.join()


class NothingIsLost(RunTest):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("TEMPEST_SEED", random.randrange(2**32)))
        print(f"TEMPEST_SEED={seed}", flush=True)
        self.dice = random.Random(seed)
        self.numbers = self.server("numbers", durable=True)
        self.record = self.server("record")
        self.write("Topology.toml", TOPOLOGY.format(numbers=self.numbers.uri, record=self.record.uri, library=LIBRARY))
        self.instances = []
        self.launched = 0

    def server(self, name, **how):
        (self.folder / name).mkdir()
        server = RedisServer(self.folder / name, **how)
        self.addCleanup(server.stop)
        return server

    def launch(self):
        self.launched += 1
        with open(self.log_of(self.launched), "w") as log:
            self.instances.append(self.start("--report", f"{self.launched}.json", output=log))
        self.instances[-1].number = self.launched

    def log_of(self, number):
        return self.folder / f"{number}.log"

    def leave(self, instance):
        """Ends it as a user would, and reads its report."""
        self.wait_for(lambda: "made in plain C" in self.log_of(instance.number).read_text(), "it has begun")
        instance.terminate()
        self.assertEqual(instance.wait(60), OK, self.log_of(instance.number).read_text())
        source = json.loads((self.folder / f"{instance.number}.json").read_text())["source"]
        self.assertEqual((source["failed"], source["abandoned"]), (0, 0), source)

    def seen(self):
        return self.record.command("XLEN", "seen")

    def is_all_seen(self, confirmed):
        payloads = (fields[1] for _, fields in self.record.command("XRANGE", "seen", "-", "+"))
        return len({int(payload) for payload in payloads} & set(range(confirmed))) == confirmed

    # --- faults

    def kill_an_instance(self):
        victim = self.instances.pop(self.dice.randrange(len(self.instances)))
        victim.kill()
        victim.wait()
        self.launch()

    def kill_one_that_starts(self):
        self.kill_an_instance()
        time.sleep(self.dice.uniform(0, 0.2))  # anywhere in its start
        self.instances[-1].kill()
        self.instances[-1].wait()
        self.instances.pop()
        self.launch()

    def end_an_instance(self):
        self.leave(self.instances.pop(self.dice.randrange(len(self.instances))))
        self.launch()

    def kill_the_server(self):
        self.numbers.kill()
        time.sleep(self.dice.uniform(0, 0.3))
        self.numbers.start()

    def cut_all_connections(self):
        self.numbers.command("CLIENT", "KILL", "TYPE", "normal")

    def freeze_an_instance(self):
        """Longer than its lease: others take over what it holds, and it must notice."""
        frozen = self.dice.choice(self.instances)
        frozen.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        frozen.send_signal(signal.SIGCONT)

    # --- the tests

    def survives(self, instances, faults):
        for _ in range(instances):
            self.launch()
        writer = Writer(self.numbers)
        self.addCleanup(writer.stop)
        self.dice.shuffle(faults)
        for fault in faults:
            before = self.seen()
            enough = self.dice.randrange(1, 400)
            self.wait_for(lambda: self.seen() >= before + enough, f"messages flow before {fault.__name__}")
            fault()
        writer.stop()
        self.wait_for(lambda: self.numbers.command("XPENDING", "numbers", "g")[0] == 0 and self.is_all_seen(writer.confirmed),
                      f"all {writer.confirmed} numbers are seen and settled")
        for instance in self.instances:
            self.leave(instance)
        self.assertEqual(self.numbers.command("XINFO", "CONSUMERS", "numbers", "g"), [], "each took its name along")

    def test_one_instance(self):
        self.survives(1, [self.kill_an_instance] * 4 + [self.kill_one_that_starts] * 2 + [self.end_an_instance] * 2)

    def test_a_server_that_crashes(self):
        self.survives(1, [self.kill_the_server] * 3 + [self.cut_all_connections] * 2)

    def test_two_instances(self):
        self.survives(2, [self.kill_an_instance] * 3 + [self.end_an_instance, self.kill_the_server, self.freeze_an_instance])

    def test_three_instances(self):
        self.survives(3, [self.kill_an_instance] * 3 + [self.kill_one_that_starts, self.kill_the_server,
                                                        self.cut_all_connections, self.freeze_an_instance])


if __name__ == "__main__":
    unittest.main()
