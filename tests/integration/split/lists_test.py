"""G2 with numbers in a list: the process that reads it is killed, or stopped for longer than its lease, and the server is
killed, under load. TEMPEST_ROUNDS says how many rounds of faults."""
import signal
import time
import unittest

from cluster import AGAIN_PER_FAULT, Cluster
from flowing_numbers import OnList

BOTH = ("pass_on", "record")
LEASE_S = 1


class ListCluster(Cluster):
    way = OnList

    def stop_a_topology(self):
        """Longer than its lease: others get what it held, and it must notice."""
        victim = self.dice.choice(self.topologies)
        victim.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_S * 2)
        victim.send_signal(signal.SIGCONT)
        self.allowed_again += AGAIN_PER_FAULT

    def test_list_killed(self):
        """The process that reads, and the server."""
        self.launch_topology()
        self.launch_worker(*BOTH)
        self.survives(self.kill_a_topology, self.kill_redis, self.kill_a_topology)

    def test_list_shared_and_one_killed_for_good(self):
        """The other takes over what it held, once its lease ran out."""
        for _ in range(2):
            self.launch_topology()
        self.launch_worker(*BOTH)

        def kill_one_for_good():
            self.kill(self.topologies.pop(0))
            self.wait_for(lambda: len(OnList.consumers(self.numbers)) == 1, "the other gave back what it held", limit_s=60)

        self.survives(kill_one_for_good, rounds=1)

    def test_list_shared_and_one_stopped(self):
        for _ in range(3):
            self.launch_topology()
        for _ in range(2):
            self.launch_worker(*BOTH)
        self.survives(self.stop_a_topology, self.kill_a_topology)


if __name__ == "__main__":
    unittest.main()
