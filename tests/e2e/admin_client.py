"""Runs that go on while the test asks their [admin] over HTTP."""
import http.client
import json
import re
import socket

from support import OK, RunTest


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class AdminTest(RunTest):
    def launch(self, name, *words, mode="standalone"):
        with open(self.folder / f"{name}.log", "w") as log:
            return self.start(*words, "--report", f"{name}.json", mode=mode, output=log)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def report(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def address(self, name, words="answers on"):
        self.wait_for(lambda: words in self.log(name), f"{name} {words}")
        return re.search(rf"{words} ([^\s;]+)", self.log(name))[1]

    def connect(self, name):
        address = self.address(name)
        if address.startswith("unix:"):
            return UnixConnection(str(self.folder / address[len("unix:"):]))
        return http.client.HTTPConnection(address, timeout=60)

    def ask(self, name, path, method="GET", **headers):
        """Status, body and headers of one answer."""
        connection = self.connect(name)
        try:
            connection.request(method, path, headers=headers)
            said = connection.getresponse()
            return said.status, said.read().decode(), dict(said.getheaders())
        finally:
            connection.close()

    def leave(self, process, name):
        process.terminate()
        self.assertEqual(process.wait(60), OK, self.log(name))
