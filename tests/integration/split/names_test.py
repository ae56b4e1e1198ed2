"""A task process that finds its topologies by name: several behind one name, one behind several addresses, and a name that
nobody answers for. Each process gets name files of its own, which needs the rights of root; where they are missing the
test fails."""
import socket
import unittest

from cluster import BURST, Cluster
from redis_server import free_port

NAME = "shop-topologies"
SILENT = "127.0.0.77"  # a name server that is asked and never answers
NO_ANSWER_S = 30  # by one try, of several: longer than any limit here
LATER_S = 60  # than this it is not found: names are looked up again every 30 s


class NamesCluster(Cluster):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.write("resolv.conf", f"nameserver {SILENT}\noptions timeout:{NO_ANSWER_S} attempts:5\n")
        self.write("hosts", "")

    def trust(self):
        return "insecure = true"

    def stand_for(self, *hosts):
        """What the name stands for from now on."""
        self.write("hosts", "127.0.0.1 localhost\n" + "".join(f"{host} {NAME}\n" for host in hosts))

    def launch_topology_at(self, host):
        process = self.spawn("topology", "--host", host, "--port", self.port)
        self.topologies.append(process)
        return process

    def launch_finder(self, *addresses):
        files = " && ".join(f"mount --bind {self.folder}/{name} /etc/{name}" for name in ("hosts", "resolv.conf"))
        process = self.spawn("task", "pass_on", "record", "--topology", ",".join(addresses), "--max-backoff", "500ms",
                             prefix=("unshare", "--mount", "sh", "-c", f'{files} && exec "$0" "$@"'))
        self.workers.append(process)
        return process

    def wait_for_log(self, process, text, limit_s=60):
        self.wait_for(lambda: text in self.log(process), f"{process.name} says {text!r}", limit_s)

    def nothing_happens(self):
        before = self.seen()
        self.wait_for(lambda: self.seen() > before + 50 * BURST, "messages flow through all topologies")

    def test_several_topologies_of_one_name(self):
        self.stand_for("127.0.0.2", "127.0.0.3")
        for host in ("127.0.0.2", "127.0.0.3"):
            self.launch_topology_at(host)
        self.launch_finder(f"{NAME}:{self.port}")
        for topology in self.topologies:
            self.wait_for_log(topology, "every task has a worker")
        elsewhere = iter(("127.0.0.4", "127.0.0.5"))

        def the_second_comes_back_elsewhere():
            self.kill(self.topologies.pop())
            self.stand_for("127.0.0.2", host := next(elsewhere))
            self.wait_for_log(self.launch_topology_at(host), "every task has a worker", LATER_S)
            self.nothing_happens()

        self.survives(the_second_comes_back_elsewhere, the_second_comes_back_elsewhere, rounds=1)
        for topology in self.topologies:
            self.assertEqual(self.report(topology)["processes"], 1, self.log(topology))
            self.assertGreater(self.report(topology)["source"]["acked"], 0, "each has its part of the credit")

    def test_several_addresses_of_one_topology(self):
        """It counts and names the task process once."""
        self.stand_for("127.0.0.2", "127.0.0.3")
        topology = self.launch_topology_at("::")
        self.launch_finder(*(f"{host}:{self.port}" for host in ("127.0.0.1", "[::1]", "localhost", NAME)))
        self.survives(self.nothing_happens, rounds=1)
        self.assertEqual(self.report(topology)["processes"], 1)
        self.assertEqual(self.log(topology).count(") joined"), 1)
        self.assertEqual(self.log(topology).count(") left"), 1)

    def test_a_name_that_nobody_answers_for(self):
        """Neither a topology nor the end waits for it."""
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind((SILENT, 53))
        self.stand_for("127.0.0.2")
        self.launch_topology_at("127.0.0.2")
        finder = self.launch_finder("nobody.example:1", f"{NAME}:{self.port}")
        self.wait_for_log(finder, "nobody.example:1: its name is still being looked up")
        self.survives(self.nothing_happens, rounds=1)


if __name__ == "__main__":
    unittest.main()
