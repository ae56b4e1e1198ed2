"""[metric] target "prometheus_push" with a real push gateway: all of the registry, grouped by job and instance."""
import json
import re
import socket
import subprocess
import time
import unittest
import urllib.parse
import urllib.request

from exporting import MESSAGES, ExportTest, example
from redis_server import free_port


class Gateway:
    def __init__(self, folder, port):
        self.address = f"127.0.0.1:{port}"
        self.log = open(folder / "gateway.log", "a")
        self.process = subprocess.Popen(["prometheus-pushgateway", f"--web.listen-address={self.address}", "--persistence.file="], stdout=self.log,
                                        stderr=self.log)
        limit = time.monotonic() + 60
        while True:
            try:
                self.ask("/-/ready")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError((folder / "gateway.log").read_text())
                time.sleep(0.05)

    def ask(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=10) as said:
            return said.read().decode()

    def series(self):
        """Every line that a scrape of it shows, by name and labels."""
        lines = (line.rpartition(" ") for line in self.ask("/metrics").splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines if name.startswith("tempest_")}

    def groups(self):
        return [group["labels"] for group in json.loads(self.ask("/api/v1/metrics"))["data"]]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class PushExport(ExportTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()

    def serve(self):
        made = Gateway(self.folder, self.port)
        self.addCleanup(made.stop)
        return made

    def target(self, more="", interval="5s", uri=""):
        return (f'[metric]\nflush_interval = "{interval}"\ntimeout = "1s"\ntarget = [ {{ type = "prometheus_push", '
                f'uri = "{uri or f"http://127.0.0.1:{self.port}"}"{more} }} ]\n')

    def test_the_gateway_shows_the_whole_registry(self):
        gateway = self.serve()
        self.shop(example("prometheus_push").replace("127.0.0.1:9091", gateway.address))
        self.run_to_the_end("run", "--instance", "web-0")
        self.assertEqual(gateway.groups(), [{"job": "shop", "instance": "web-0"}])
        found = gateway.series()
        start, end = '{instance="web-0",job="shop"', ',task="store",topology="shop"}'
        self.assertEqual(found[f'tempest_task_handled_total{start},outcome="succeeded"{end}'], MESSAGES)
        self.assertEqual(found[f"tempest_task_handle_seconds_count{start}{end}"], MESSAGES)
        self.assertEqual(found[f'tempest_task_handle_seconds_bucket{start}{end[:-1]},le="+Inf"}}'], MESSAGES)
        listed = {one["name"] for one in json.loads(self.expect(0, "metrics", "list", "--format", "json").stdout)["metrics"]}
        shown = {re.sub("_(bucket|sum|count)$", "", name.split("{")[0]) for name in found}
        self.assertEqual(shown, listed - {"tempest_topology_task_processes", "tempest_source_waiting_messages"})
        checked = subprocess.run(["promtool", "check", "metrics"], input=gateway.ask("/metrics"), capture_output=True, text=True)
        self.assertNotIn("tempest_", checked.stdout + checked.stderr)

    def test_processes_and_topologies_do_not_overwrite_each_other(self):
        gateway = self.serve()
        self.shop(self.target(', prefix = "eu"'))
        self.run_to_the_end("one", "--instance", "web-0")
        self.run_to_the_end("two", "--instance", "web-1")
        self.run_to_the_end("three", "--instance", "web-1", "--set", "name=my shop/2")
        self.assertCountEqual(gateway.groups(), [{"job": "shop", "instance": "web-0"}, {"job": "shop", "instance": "web-1"},
                                                 {"job": "my shop/2", "instance": "web-1"}])
        self.assertEqual(len([name for name in gateway.series() if name.startswith("tempest_")]), 0)
        self.assertEqual(gateway.ask("/metrics").count("\neu_tempest_task_outputs_total{"), 3)

    def test_away_at_first_and_gone_and_back(self):
        self.shop(self.target(interval="100ms"), count=0, rate=100)
        process = self.launch("run", "--instance", "web-0")

        def said(word):
            return self.log("run").count(word)
        away, back = "metrics do not reach the push gateway", "metrics reach the push gateway"
        self.wait_for(lambda: said(away) == 1, "it is away")
        gateway = self.serve()
        self.wait_for(lambda: said(back) == 1, "it is there")
        gateway.stop()
        self.wait_for(lambda: said(away) == 2, "it is gone")
        gateway = self.serve()
        self.wait_for(lambda: said(back) == 2, "it is back")
        self.leave(process, "run")
        read = 'tempest_source_messages_read_total{instance="web-0",job="shop",source="mock",topology="shop"}'
        self.assertEqual(gateway.series()[read], self.report("run")["source"]["read"])

    def test_one_that_accepts_and_never_answers_holds_up_neither_run_nor_end(self):
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", self.port))
            deaf.listen()
            self.shop(self.target(interval="100ms"), count=0, rate=100)
            process = self.launch("run")
            self.wait_for(lambda: "no answer in time" in self.log("run"), "it is given up on")
            read = len((self.folder / "out").read_text().splitlines())
            self.wait_for(lambda: len((self.folder / "out").read_text().splitlines()) > read, "the run goes on")
            self.leave(process, "run")
        self.assertIn("the last metrics did not reach the push gateway", self.log("run"))

    def test_a_password_is_used_and_not_shown(self):
        asked = []
        with socket.socket() as server:
            server.bind(("127.0.0.1", self.port))
            server.listen()
            self.shop(self.target(uri=f"http://shop:s3cret@127.0.0.1:{self.port}/gw/"))
            process = self.launch("run")
            peer, _ = server.accept()
            with peer:
                while b"\r\n\r\n" not in b"".join(asked):
                    asked.append(peer.recv(65536))
                peer.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nno, sorry")
                self.assertEqual(process.wait(60), 0, self.log("run"))
        head = b"".join(asked).decode().split("\r\n\r\n")[0]
        self.assertTrue(head.startswith("PUT /gw/metrics/job/shop/instance/"), head)
        self.assertIn("Authorization: Basic c2hvcDpzM2NyZXQ=", head)
        self.assertIn("Content-Type: text/plain; version=0.0.4", head)
        self.assertIn(f"the push gateway at http://127.0.0.1:{self.port}/gw/: it answers 401: no, sorry", self.log("run"))
        self.assertNotIn("s3cret", self.log("run"))

    def test_prometheus_scrapes_it_from_the_gateway(self):
        gateway = self.serve()
        self.shop(self.target())
        self.run_to_the_end("run", "--instance", "web-0")
        port = free_port()
        self.write("prometheus.yml", f"""global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: gateway
    honor_labels: true
    static_configs: [{{targets: ["{gateway.address}"]}}]
""")
        with open(self.folder / "prometheus.log", "w") as log:
            server = subprocess.Popen(["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                                       f"--web.listen-address=127.0.0.1:{port}"], cwd=self.folder, stdout=log, stderr=log)
        self.addCleanup(self.end, server)
        question = urllib.parse.quote('tempest_source_messages_settled_total{job="shop",instance="web-0",outcome="acked"}')

        def answer():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?query={question}", timeout=10) as said:
                    found = json.load(said)["data"]["result"]
            except OSError:
                return None  # not there yet
            return found[0]["value"][1] if found else None
        self.wait_for(lambda: answer() == str(MESSAGES), "Prometheus has it")


if __name__ == "__main__":
    unittest.main()
