"""Hosts as network namespaces, joined by a bridge that lies in a namespace of its own: nothing of it is seen from outside.
Making them needs the rights of root; where those are missing the test fails."""
import os
import subprocess


def ip(*words):
    run = subprocess.run(["ip", *words], capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(f"ip {' '.join(words)}: {run.stderr.strip()}; network namespaces need root and iproute2")


class Hosts:
    """`count` hosts, the first at 10.77.0.1."""

    def __init__(self, count):
        self.made = []
        self.switch = f"tempest-{os.getpid()}-switch"
        try:
            self.add(self.switch)
            ip("-n", self.switch, "link", "add", "bridge", "type", "bridge")
            ip("-n", self.switch, "link", "set", "bridge", "up")
            for number in range(1, count + 1):
                self.add_host(number)
        except BaseException:
            self.close()
            raise

    def name(self, number):
        return f"tempest-{os.getpid()}-{number}"

    @staticmethod
    def address(number):
        return f"10.77.0.{number}"

    def prefix(self, number):
        """Before a command that is to run on that host."""
        return ("ip", "netns", "exec", self.name(number))

    def add(self, name):
        ip("netns", "add", name)
        self.made.append(name)
        ip("-n", name, "link", "set", "lo", "up")

    def add_host(self, number):
        name = self.name(number)
        self.add(name)
        ip("-n", name, "link", "add", "uplink", "type", "veth", "peer", "name", f"port{number}", "netns", self.switch)
        ip("-n", self.switch, "link", "set", f"port{number}", "master", "bridge", "up")
        ip("-n", name, "address", "add", f"{self.address(number)}/24", "dev", "uplink")
        ip("-n", name, "link", "set", "uplink", "up")

    def link(self, number, state):
        """Pulls that host's cable ("down"), or puts it back ("up")."""
        ip("-n", self.switch, "link", "set", f"port{number}", state)

    def close(self):
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", name], check=False)
