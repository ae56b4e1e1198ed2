"""Plugins that are wrong in one way each, and what the kit has to say about them."""
import concurrent.futures
import json
import os
import pathlib
import socketserver
import threading

from kit import BUILD, FAILURE, KitTest

LIBRARY = pathlib.Path(os.environ.get("TEMPEST_TOYS", pathlib.Path(BUILD) / "tests" / "conformance" / "libtoys.so"))
CONFIG = """
broker = "127.0.0.1:{port}"
fill = "cat >> {{folder}}/in"
read = "touch {{folder}}/out && cat {{folder}}/out"
keys = "touch {{folder}}/out.keys && cat {{folder}}/out.keys"
headers = "touch {{folder}}/out.headers && cat {{folder}}/out.headers"
restart = "echo >> {{folder}}/starts"
patience = "{patience}"
{more_keys}
wrong = [{{ {kind} = {{ word = "wrong" }} }}, {{ {kind} = {{ broker = "127.0.0.1:1" }} }}]
[{kind}]
folder = "{{folder}}"
broker = "{{broker}}"
flaw = "{flaw}"
{more}
"""


# What shows only once nothing has happened for long.
GIVEN_UP = {"hangs", "hangs after many", "hangs in settle", "hangs in interrupt", "has always a next page", "never notices", "acknowledges what it reads", "keeps what is given back", "loses what failed",
            "never withdraws", "loses what is open at a new connection", "reads from its first connection only",
            "connects once", "waits for ever", "gives one in place of another"}


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while piece := self.request.recv(1024):
                self.request.sendall(piece)
        except OSError:  # the kit has cut it
            pass


class ToyTest(KitTest):
    def setUp(self):
        super().setUp()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def table(self, kind, flaw, *words, name="toy", code=FAILURE, more_keys="", without=None):
        """`without`: a key of the configuration that is not given."""
        gives_up = flaw in GIVEN_UP
        quick = kind == "source" and flaw and flaw != "never renews"
        config = CONFIG.format(port=self.server.server_address[1], kind=kind, flaw=flaw,
                               more_keys=more_keys, patience="2s" if gives_up else "30s", more='lease = "300ms"' if quick else "")
        config = "\n".join(line for line in config.splitlines() if without is None or not line.startswith(f"{without} ="))
        path = self.write(f"{kind}-{flaw}-{'-'.join(words)}.toml".replace(" ", "_"), config)
        run = self.expect(code, "plugin", "check", LIBRARY, "--name", name, "--config", path, "--format", "json", *words,
                          timeout=self.limit_s)
        return {one["name"]: one for one in json.loads(run.stdout)["plugins"][0]["cases"]}

    def assert_found(self, kind, flaw, case, seen, failing):
        with self.subTest(kind=kind, flaw=flaw, case=case):
            cases = self.table(kind, flaw, "--case", case)
            self.assertEqual([name for name, one in cases.items() if one["verdict"] == "FAILED"], [failing], cases)
            self.assertIn(seen, cases[failing]["seen"])

    def assert_each_case_fails(self, kind, cases):
        """That these are all cases of that kind: without a plugin that fails it a case may be empty. None is tried here."""
        run = self.expect(FAILURE, "plugin", "check", LIBRARY, "--name", "toy", "--format", "json")
        (plugin,) = [one for one in json.loads(run.stdout)["plugins"] if one["kind"] == kind]
        self.assertEqual({one["name"] for one in plugin["cases"]}, cases)

    def assert_all_found(self, rows):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(self.assert_found, *row) for row in rows]:
                done.result()
