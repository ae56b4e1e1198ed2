"""A topology that a hostile client hammers goes on serving its workers, and does not grow."""
import pathlib
import time
import unittest

from cluster import Cluster, resident_kilobytes
from hostile import IDLE, Hostile

ATTACK_S = 6  # longer than a peer that says nothing is borne with
MOST_GROWTH_KB = 32 * 1024


class HostileClient(Cluster):
    def test_workers_are_served_beside_a_hostile_client(self):
        topology = self.launch_topology()
        self.launch_worker("pass_on", "record")

        def is_hammered():
            before = resident_kilobytes(topology)
            attack = Hostile("127.0.0.1", topology.port)
            self.addCleanup(attack.stop)
            until = time.monotonic() + ATTACK_S
            while time.monotonic() < until:
                self.wait_for_flow("the next second of hostility")
            self.wait_for(lambda: len(attack.idle) >= IDLE // 2 and all(attack.tries.values()), "every kind was tried")
            self.assertLess(resident_kilobytes(topology) - before, MOST_GROWTH_KB)
            descriptors = len(list(pathlib.Path(f"/proc/{topology.pid}/fd").iterdir()))
            self.assertLess(descriptors, 400, "connections that are not let in are bounded")
            attack.stop()

        self.survives(is_hammered, rounds=1)


if __name__ == "__main__":
    unittest.main()
