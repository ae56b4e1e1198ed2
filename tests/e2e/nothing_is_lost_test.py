"""G2: whatever is killed, and whenever, each number that Redis has confirmed to its writer is seen at least once, and
nothing stays pending. TEMPEST_ROUNDS says how many rounds of faults."""
import json
import os
import signal
import time
import unittest

from flowing_numbers import NumbersTest, OnList, Writer
from support import OK

LEASE_S = 1  # as in PIPELINE
REPEATS = max(1, int(os.environ.get("TEMPEST_ROUNDS", "3")) // 3)  # each list below is three rounds and more


class NothingIsLost(NumbersTest):
    def setUp(self):
        super().setUp()
        self.write_topology('name = "numbers"\ngraceful_shutdown = "1h"\n')
        self.instances = []
        self.launched = 0

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

    def connections(self):
        """To the numbers, but for the one that asks."""
        return len(self.numbers.command("CLIENT", "LIST").splitlines()) - 1

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

    def kill_one_that_holds_something(self, confirmed):
        """For good. Frozen first, for as long as the other needs for what is its own. The last number that was written, and
        when it was frozen."""
        while True:
            writer = Writer(self.numbers, confirmed, way=self.way)
            self.addCleanup(writer.stop)
            self.wait_for(lambda: writer.confirmed > self.way.late + writer.burst, "each stream has numbers")
            self.wait_for_flow("one is killed")
            victim, frozen_at = self.instances[0], time.monotonic()
            victim.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            writer.stop()
            time.sleep(0.4)
            confirmed = writer.confirmed
            if not self.is_settled():
                break
            victim.send_signal(signal.SIGCONT)
        victim.kill()
        victim.wait()
        self.instances.remove(victim)
        return confirmed, frozen_at

    # --- the tests

    def survives(self, instances, faults):
        for _ in range(instances):
            self.launch()
        writer = Writer(self.numbers, way=self.way)
        self.addCleanup(writer.stop)
        faults = faults * REPEATS
        self.dice.shuffle(faults)
        for fault in faults:
            self.wait_for_flow(fault.__name__)
            fault()
        # However slowly the server confirms and however soon the faults are over.
        self.wait_for(lambda: writer.confirmed > self.way.late + writer.burst, "each stream has numbers")
        writer.stop()
        self.wait_for(lambda: self.is_settled() and self.is_all_seen(writer.confirmed),
                      f"all {writer.confirmed} numbers are seen and settled")
        self.wait_for(lambda: self.connections() >= self.way.connections * len(self.instances), "all are there, so that they can take leave")
        for instance in self.instances:
            self.leave(instance)
        self.assertEqual(self.way.consumers(self.numbers), [], "each took its name along")

    def test_one_instance(self):
        self.survives(1, [self.kill_an_instance] * 4 + [self.kill_one_that_starts] * 2 + [self.end_an_instance] * 2)

    def test_a_server_that_crashes(self):
        self.survives(1, [self.kill_the_server] * 3 + [self.cut_all_connections] * 2)

    def test_two_instances(self):
        self.survives(2, [self.kill_an_instance] * 3 + [self.end_an_instance, self.kill_the_server, self.freeze_an_instance])

    def test_one_of_two_is_killed_for_good(self):
        """The other takes over what it held, within its lease and a bit."""
        confirmed = 0
        for round_number in range(1, REPEATS + 1):
            while len(self.instances) < 2:
                self.launch()
            self.wait_for(lambda: self.connections() >= self.way.connections * 2, "both are there")
            confirmed, frozen_at = self.kill_one_that_holds_something(confirmed)
            self.wait_for(lambda: self.is_settled() and self.is_all_seen(confirmed),
                          f"all {confirmed} numbers are seen and settled", limit_s=30 * LEASE_S)
            print(f"round {round_number}: taken over after {time.monotonic() - frozen_at:.1f} s, lease {LEASE_S} s", flush=True)

    def test_three_instances(self):
        self.survives(3, [self.kill_an_instance] * 3 + [self.kill_one_that_starts, self.kill_the_server,
                                                        self.cut_all_connections, self.freeze_an_instance])


class NothingIsLostOfLists(NothingIsLost):
    way = OnList


if __name__ == "__main__":
    unittest.main()
