"""G2, G3 and G6 with a topology that is split over processes: whatever is killed, frozen or cut off, and whenever, each
number is handled at least once, and nothing is left behind. TEMPEST_ROUNDS says how many rounds of faults."""
import unittest

from cluster import AGAIN_PER_FAULT, Cluster
from relay import Relay

BOTH = ("pass_on", "record")


class Processes(Cluster):
    def test_a_worker_that_is_killed(self):
        self.launch_topology()
        for _ in range(2):
            self.launch_worker(*BOTH)
        self.survives(self.kill_a_worker, self.kill_a_worker)

    def test_a_topology_that_is_killed(self):
        self.launch_topology()
        self.launch_worker("pass_on")
        self.launch_worker("record")
        self.survives(self.kill_a_topology)

    def test_a_broker_that_is_killed(self):
        self.launch_topology()
        self.launch_worker(*BOTH)
        self.survives(self.kill_redis)

    def test_a_worker_that_is_stopped_for_longer_than_the_heartbeat(self):
        self.launch_topology()
        for _ in range(2):
            self.launch_worker(*BOTH)
        self.survives(self.stop_a_worker)

    def test_a_connection_that_is_cut_half_open(self):
        topology = self.launch_topology()
        relay = Relay(topology.port)
        self.addCleanup(relay.close)
        self.launch_worker(*BOTH, addresses=[f"127.0.0.1:{relay.port}"])
        self.launch_worker(*BOTH)

        def cut_half_open():
            seen = relay.connections
            relay.swallow()
            self.allowed_again += AGAIN_PER_FAULT
            self.wait_for(lambda: relay.connections > seen, "both sides gave up, and the worker came again")

        self.wait_for(lambda: relay.connections > 0, "the worker has come")
        self.survives(cut_half_open)

    def test_three_topologies_and_four_workers(self):
        for _ in range(3):
            self.launch_topology()
        for _ in range(4):
            self.launch_worker(*BOTH)
        self.survives(self.kill_a_worker, self.kill_a_topology, self.kill_redis, self.restart_a_worker)

    def test_workers_that_are_restarted_one_after_another(self):
        """Nothing fails, and nothing runs twice."""
        topology = self.launch_topology()
        for _ in range(2):
            self.launch_worker(*BOTH)
        self.survives(self.restart_a_worker, self.restart_a_worker)
        self.assertEqual(self.seen(), self.distinct_seen())
        tasks = self.report(topology)["tasks"].values()
        self.assertEqual([(one["errors"], one["retries"]) for one in tasks], [(0, 0), (0, 0)])


if __name__ == "__main__":
    unittest.main()
