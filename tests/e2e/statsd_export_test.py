"""[metric] target "statsd" with the real daemon: what it counts is what the report says."""
import json
import pathlib
import socket
import subprocess
import unittest

from exporting import MESSAGES, ExportTest, example
from redis_server import free_port

HERE = pathlib.Path(__file__).resolve().parent
DAEMON = HERE / "statsd" / "node_modules" / "statsd" / "stats.js"  # scripts/packages test puts it there
TAGS = ";topology=shop;task=store"


class Statsd:
    """The daemon on a UDP port; what it flushed stands in a file."""

    def __init__(self, folder, port):
        self.flushed = folder / "flushed.jsonl"
        config = folder / "statsd.js"
        config.write_text(json.dumps({"address": "127.0.0.1", "port": port, "mgmt_address": "127.0.0.1", "mgmt_port": free_port(),
                                      "flushInterval": 100, "backends": [str(HERE / "statsd" / "recorder.js")],
                                      "recordTo": str(self.flushed), "automaticConfigReload": False,
                                      "deleteIdleStats": True, "deleteGauges": False}))
        self.log = open(folder / "statsd.log", "a")
        self.process = subprocess.Popen(["node", str(DAEMON), str(config)], stdout=self.log, stderr=self.log)

    def read(self):
        if not self.flushed.exists():
            return []
        return [json.loads(line) for line in self.flushed.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def counter(self, name):
        return sum(flush["counters"].get(name, 0) for flush in self.read())

    def gauge(self, name):
        return next((flush["gauges"][name] for flush in reversed(self.read()) if name in flush["gauges"]), None)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class StatsdExport(ExportTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(DAEMON.exists(), "scripts/packages test installs statsd")
        self.port = free_port()

    def serve(self):
        made = Statsd(self.folder, self.port)
        self.addCleanup(made.stop)
        self.wait_for(lambda: made.read(), "statsd runs")
        return made

    def example(self):
        return example("statsd").replace("127.0.0.1:8125", f"127.0.0.1:{self.port}")

    def test_the_daemon_counts_what_the_report_says(self):
        daemon = self.serve()
        self.shop(self.example().replace("[metric]", '[metric]\nflush_interval = "100ms"'), count=MESSAGES, rate=500)
        self.run_to_the_end("run", "--instance", "web-0")
        handled = "tempest_task_handled_total;topology=shop;outcome=succeeded;task=store;instance=web-0"
        self.wait_for(lambda: daemon.counter(handled) == MESSAGES, f"{MESSAGES} handled, not {daemon.counter(handled)}")
        # These may come in other datagrams, and those in the daemon's next flush.
        self.wait_for(lambda: daemon.gauge(f"tempest_task_workers{TAGS};instance=web-0") == 1, "workers")
        in_flight = "tempest_topology_in_flight_messages;topology=shop;instance=web-0"
        self.wait_for(lambda: daemon.gauge(in_flight) == 0, "in flight")
        timer = f"tempest_task_handle_ms{TAGS};instance=web-0"

        def flushes():
            return [flush["timer_data"][timer] for flush in daemon.read() if timer in flush["timer_data"]]
        self.wait_for(lambda: abs(sum(one["count"] for one in flushes()) - MESSAGES) < 0.01, f"{MESSAGES} times")
        for one in flushes():
            self.assertLess(one["mean"], 10_000, "milliseconds")
        self.assertEqual(sum(flush["counters"].get("statsd.bad_lines_seen", 0) for flush in daemon.read()), 0)

    def test_without_tags(self):
        daemon = self.serve()
        self.shop(f"""[metric]
target = [ {{ type = "statsd", host = "localhost:{self.port}", tags = false, prefix = "eu.shops" }} ]
""")
        self.run_to_the_end("run", "--instance", "web-0")
        name = "eu.shops.tempest_task_handled_total.topology.shop.outcome.succeeded.task.store.instance.web-0"
        self.wait_for(lambda: daemon.counter(name) == MESSAGES, "all are counted")

    def test_a_daemon_that_is_away_at_first_and_goes_and_comes_back_misses_nothing(self):
        self.shop(f"""[metric]
flush_interval = "100ms"
target = [ {{ type = "statsd", host = "127.0.0.1:{self.port}" }} ]
""", count=0, rate=500)
        process = self.launch("run", "--instance", "web-0")
        read = "tempest_source_messages_read_total;topology=shop;source=mock;instance=web-0"

        def said(word):
            return self.log("run").count(word)
        away, back = "metrics do not reach statsd", "metrics reach statsd"
        self.wait_for(lambda: said(away) == 1, "it is away")
        daemon = self.serve()
        self.wait_for(lambda: said(back) == 1 and daemon.counter(read) > 0, "it is there")
        daemon.stop()
        self.wait_for(lambda: said(away) == 2, "it is gone")
        daemon = self.serve()
        self.wait_for(lambda: said(back) == 2, "it is back")
        self.leave(process, "run")
        # But for what the first daemon had received and not yet flushed when it was killed.
        total = self.report("run")["source"]["read"]
        self.wait_for(lambda: daemon.counter(read) > total - 500, "nearly all are counted")
        self.assertLessEqual(daemon.counter(read), total)

    def test_datagrams_fit_into_the_mtu(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as recorder:
            recorder.bind(("127.0.0.1", self.port))
            recorder.settimeout(10)
            self.shop(f"""[metric]
target = [ {{ type = "statsd", host = "127.0.0.1:{self.port}", max_datagram_bytes = 600 }} ]
""")
            self.run_to_the_end()
            recorder.setblocking(False)
            sizes = []
            try:
                while True:
                    sizes.append(len(recorder.recv(65536)))
            except BlockingIOError:
                pass
        self.assertGreater(len(sizes), 5)
        self.assertLessEqual(max(sizes), 600)


if __name__ == "__main__":
    unittest.main()
