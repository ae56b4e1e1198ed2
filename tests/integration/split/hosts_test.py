"""The same over five hosts: Redis, two topologies, two hosts of workers, and links that fail for half a minute."""
import os
import time
import unittest

from cluster import AGAIN_PER_FAULT, ROUNDS, Cluster
from hosts import Hosts
from redis_server import RedisServer

REDIS, TOPOLOGIES, WORKERS = 1, (2, 3), (4, 5)
PORT = 8765
LINK_DOWN_S = float(os.environ.get("TEMPEST_LINK_DOWN_S", "30"))


class FiveHosts(Cluster):
    def setUp(self):
        self.hosts = Hosts(5)
        self.addCleanup(self.hosts.close)  # before what super() adds: so after all processes have ended
        super().setUp()
        for host in TOPOLOGIES:
            self.launch_topology(host)
        for host in WORKERS:
            for _ in range(2):
                self.launch_worker("pass_on", "record", host=host)

    def server(self, name, **how):
        (self.folder / name).mkdir()
        server = RedisServer(self.folder / name, host=self.hosts.address(REDIS), prefix=self.hosts.prefix(REDIS), **how)
        self.addCleanup(server.stop)
        return server

    def trust(self):
        return 'auth_token = "a secret of the five"'

    def launch_topology(self, host):
        process = self.spawn("topology", "--host", self.hosts.address(host), "--port", PORT,
                             prefix=self.hosts.prefix(host))
        process.host = host
        self.topologies.append(process)

    def launch_worker(self, *tasks, host):
        addresses = ",".join(f"{self.hosts.address(one)}:{PORT}" for one in TOPOLOGIES)
        process = self.spawn("task", *tasks, "--topology", addresses, "--max-backoff", "500ms",
                             prefix=self.hosts.prefix(host))
        process.host = host
        self.workers.append(process)

    def kill_a_worker(self):
        victim = self.workers.pop(self.dice.randrange(len(self.workers)))
        self.kill(victim)
        self.launch_worker("pass_on", "record", host=victim.host)

    def kill_a_topology(self):
        victim = self.topologies.pop(self.dice.randrange(len(self.topologies)))
        self.kill(victim)
        self.launch_topology(victim.host)

    def pull_a_cable(self):
        host = self.dice.choice((*TOPOLOGIES, *WORKERS))
        self.hosts.link(host, "down")
        time.sleep(LINK_DOWN_S)
        self.hosts.link(host, "up")
        self.allowed_again += AGAIN_PER_FAULT

    def test_links_that_fail(self):
        self.survives(self.pull_a_cable, self.kill_a_worker, self.kill_a_topology, rounds=ROUNDS)


if __name__ == "__main__":
    unittest.main()
