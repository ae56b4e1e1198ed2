"""A topology split over processes: topology processes that a supervisor starts again when they die, and task processes.
After each round of faults every number must have been seen and nothing may be left pending, in flight or growing."""
import collections
import itertools
import json
import os
import pathlib
import signal
import time

from flowing_numbers import NumbersTest, Writer
from redis_server import free_port
from support import OK

ROUNDS = int(os.environ.get("TEMPEST_ROUNDS", "3"))
MAX_PENDING = 500
AGAIN_PER_FAULT = 2 * MAX_PENDING  # what was in flight, and what was done and not acknowledged yet
BURST = 100  # so that there is always something in everybody's hands
HEARTBEAT_LIMIT_S = 10  # a silent peer is dropped within it
SETTLED_IN_ROUND = 5  # of a process's own life: from then on its memory may not grow
GROWTH = 1.10

HEAD = """name = "numbers"
graceful_shutdown = "1h"
{trust}
[topology]
max_pending = {max_pending}
no_worker_timeout = "1h"
"""


def resident_kilobytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


class Cluster(NumbersTest):
    max_pending = MAX_PENDING

    def setUp(self):
        super().setUp()
        self.write_topology(HEAD.format(max_pending=self.max_pending, trust=self.trust()))
        self.topologies, self.workers = [], []
        self.rounds = collections.Counter()  # that a process has lived through
        self.memory = collections.Counter()  # mode -> most kilobytes of a process of that kind while it settled
        self.confirmed = 0
        self.allowed_again = 0  # duplicates that the faults so far explain
        self.launches = itertools.count(1)

    def trust(self):
        """Keys of Topology.toml."""
        return ""

    # --- processes

    def spawn(self, mode, *words, prefix=()):
        """A process with a log and a report of its own."""
        name = f"{next(self.launches)}-{mode}"
        with open(self.folder / f"{name}.log", "w") as log:
            process = self.start(*words, "--report", f"{name}.json", mode=mode, output=log, prefix=prefix)
        process.name, process.mode = name, mode
        return process

    def launch_topology(self, port=None):
        process = self.spawn("topology", "--port", port := port or free_port())
        process.port = port
        self.topologies.append(process)
        return process

    def launch_worker(self, *tasks, addresses=None):
        addresses = addresses or [f"127.0.0.1:{one.port}" for one in self.topologies]
        process = self.spawn("task", *tasks, "--topology", ",".join(addresses), "--max-backoff", "500ms")
        process.tasks, process.addresses = tasks, addresses
        self.workers.append(process)
        return process

    def log(self, process):
        return (self.folder / f"{process.name}.log").read_text()

    def report(self, process):
        return json.loads((self.folder / f"{process.name}.json").read_text())

    def leave(self, process):
        """Ends it as a supervisor would, not while it is only beginning."""
        self.wait_for(lambda: "works for the topology" in self.log(process) or "listens on" in self.log(process),
                      f"{process.name} has begun")
        process.terminate()
        self.assertEqual(process.wait(120), OK, self.log(process))
        return self.report(process)

    # --- faults; each says how many messages it may make be handled twice

    def kill(self, process):
        process.kill()
        process.wait()
        self.allowed_again += AGAIN_PER_FAULT

    def kill_a_worker(self):
        victim = self.dice.choice(self.workers)
        self.workers.remove(victim)
        self.kill(victim)
        self.launch_worker(*victim.tasks, addresses=victim.addresses)

    def restart_a_worker(self):
        """As a rolling update does, which goes on once the new one works; explains no message that is handled twice."""
        old = self.dice.choice(self.workers)
        self.workers.remove(old)
        self.leave(old)
        self.launch_worker(*old.tasks, addresses=old.addresses)
        new = self.workers[-1]
        self.wait_for(lambda: "works for the topology" in self.log(new), f"{new.name} has joined")

    def kill_a_topology(self):
        victim = self.dice.choice(self.topologies)
        self.topologies.remove(victim)
        self.kill(victim)
        self.launch_topology(victim.port)

    def kill_redis(self):
        self.numbers.kill()
        time.sleep(self.dice.uniform(0, 0.3))
        self.numbers.start()
        self.allowed_again += AGAIN_PER_FAULT

    def stop_a_worker(self):
        """Longer than the heartbeat: its topology gives it up, and it must notice."""
        victim = self.dice.choice(self.workers)
        victim.send_signal(signal.SIGSTOP)
        time.sleep(HEARTBEAT_LIMIT_S + 1)
        victim.send_signal(signal.SIGCONT)
        self.allowed_again += AGAIN_PER_FAULT

    # --- rounds

    def survives(self, *faults, rounds=ROUNDS):
        for number in range(1, rounds + 1):
            writer = Writer(self.numbers, self.confirmed, burst=BURST, way=self.way)
            self.addCleanup(writer.stop)
            for fault in faults:
                self.wait_for_flow(fault.__name__)
                fault()
            writer.stop()
            self.confirmed = writer.confirmed
            self.allowed_again += writer.again
            self.check_round(number)
        for process in (*self.workers, *self.topologies):
            self.leave(process)

    def check_round(self, number):
        self.wait_for(lambda: self.is_settled() and self.is_all_seen(self.confirmed),
                      f"round {number}: all {self.confirmed} numbers are seen and settled", limit_s=120)
        again = self.seen() - self.confirmed
        print(f"round {number}: {self.confirmed} numbers, {again} more than once (at most {self.allowed_again})", flush=True)
        self.assertLessEqual(again, self.allowed_again)
        self.way.forget(self.numbers)
        for process in (*self.workers, *self.topologies):
            self.assertIsNone(process.poll(), f"{process.name} lives\n{self.log(process)}")
            self.check_memory(process)

    def check_memory(self, process):
        """What others of its kind needed counts too: its own first rounds may have been easy ones, and a tenth of so
        little is one buffer that grew later."""
        kilobytes = resident_kilobytes(process)
        if self.rounds[process.pid] >= SETTLED_IN_ROUND:
            self.assertLessEqual(kilobytes, self.memory[process.mode] * GROWTH, f"{process.name} grows")
            return
        self.rounds[process.pid] += 1
        self.memory[process.mode] = max(kilobytes, self.memory[process.mode])
