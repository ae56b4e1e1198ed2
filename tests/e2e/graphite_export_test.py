"""[metric] target "graphite" with a real carbon-cache: what is in its files is what the report says."""
import hashlib
import socket
import subprocess
import threading
import time
import unittest

from exporting import MESSAGES, ExportTest, example
from redis_server import free_port

CONFIG = """[cache]
LOCAL_DATA_DIR = {folder}/data
STORAGE_DIR = {folder}
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
USER =
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {port}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = 0
MAX_CREATES_PER_MINUTE = inf
MAX_UPDATES_PER_SECOND = inf
ENABLE_TAGS = False
"""


class Carbon:
    """carbon-cache on a port; each start goes on with the files that are there."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        folder.mkdir(exist_ok=True)
        (folder / "carbon.conf").write_text(CONFIG.format(folder=folder, port=port))
        (folder / "storage-schemas.conf").write_text("[all]\npattern = .*\nretentions = 1s:1h\n")
        self.log = open(folder / "out.log", "a")
        self.process = subprocess.Popen(
            ["carbon-cache", f"--config={folder}/carbon.conf", "--debug", f"--logdir={folder}",
             f"--pidfile={folder}/carbon.pid", "start"], stdout=self.log, stderr=self.log)
        limit = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError((folder / "out.log").read_text())
                time.sleep(0.05)

    def points(self, name, **tags):
        """What whisper-fetch reads of that series."""
        series = ";".join([name, *(f"{key}={value}" for key, value in sorted(tags.items()))])
        coded = hashlib.sha256(series.encode()).hexdigest()
        path = self.folder / "data" / "_tagged" / coded[:3] / coded[3:6] / f"{coded}.wsp"
        return self.points_of(path if tags else self.folder / "data" / (name.replace(".", "/") + ".wsp"))

    @staticmethod
    def points_of(path):
        if not path.exists():
            return []
        said = subprocess.run(["whisper-fetch", f"--from={int(time.time()) - 600}", str(path)], capture_output=True, text=True)
        rows = [line.split() for line in said.stdout.splitlines()]
        return [float(row[1]) for row in rows if len(row) == 2 and row[1] != "None"]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class Listener:
    """Reads all that comes, or hangs up on everybody."""

    def __init__(self, port, hangs_up=False):
        self.socket = socket.create_server(("127.0.0.1", port))
        self.hangs_up = hangs_up
        self.accepted = 0
        self.received = b""
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            self.accepted += 1
            with client:
                while not self.hangs_up and (more := client.recv(65536)):
                    self.received += more

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


class Talker(Listener):
    """Sends without an end, and reads nothing."""
    said = 0

    def serve(self):
        try:
            client, _ = self.socket.accept()
            with client:
                while True:
                    self.said += client.send(b"x" * 65536)
        except OSError:
            return


class GraphiteExport(ExportTest):
    def setUp(self):
        super().setUp()
        self.port = free_port()

    def serve(self):
        made = Carbon(self.folder / "carbon", self.port)
        self.addCleanup(made.stop)
        return made

    def target(self, more="", interval="1s"):
        return (f'[metric]\nflush_interval = "{interval}"\ntimeout = "1s"\n'
                f'target = [ {{ type = "graphite", host = "127.0.0.1:{self.port}"{more} }} ]\n')

    def wait_for_points(self, carbon, condition, name, **tags):
        self.wait_for(lambda: condition(carbon.points(name, **tags)), f"points of {name}: {carbon.points(name, **tags)}")

    def test_its_files_hold_what_the_report_says(self):
        carbon = self.serve()
        self.shop(example("graphite").replace("127.0.0.1:2003", f"127.0.0.1:{self.port}"))
        self.run_to_the_end("run", "--instance", "web-0")
        of_task = {"topology": "shop", "task": "store", "instance": "web-0"}
        self.wait_for_points(carbon, lambda all: all[-1:] == [MESSAGES], "tempest_task_handled_total", outcome="succeeded", **of_task)
        self.wait_for_points(carbon, lambda all: all[-1:] == [MESSAGES], "tempest_task_handle_seconds_count", **of_task)
        self.wait_for_points(carbon, lambda all: all and all[-1] > 0, "tempest_task_handle_seconds_p99", **of_task)

    def test_without_tags(self):
        carbon = self.serve()
        self.shop(self.target(', tags = false, prefix = "eu"'))
        self.run_to_the_end("run", "--instance", "web-0")
        self.wait_for_points(carbon, lambda all: all[-1:] == [MESSAGES],
                             "eu.tempest_task_deliveries_total.topology.shop.task.store.instance.web-0")

    def test_away_at_first_and_gone_and_back(self):
        self.shop(self.target(interval="500ms"), count=0, rate=100)
        process = self.launch("run", "--instance", "web-0")

        def said(word):
            return self.log("run").count(word)
        away, back = "metrics do not reach graphite", "metrics reach graphite"
        series = {"name": "tempest_source_messages_read_total", "topology": "shop", "source": "mock", "instance": "web-0"}
        self.wait_for(lambda: said(away) == 1, "it is away")
        time_away = time.monotonic()
        self.wait_for(lambda: time.monotonic() > time_away + 3, "some flushes wait")
        carbon = self.serve()
        self.wait_for(lambda: said(back) == 1, "it is there")
        # What was measured while it was away arrives, with its time.
        self.wait_for_points(carbon, lambda all: len(all) >= 4, **series)
        carbon.stop()
        self.wait_for(lambda: said(away) == 2, "it is gone")
        carbon = self.serve()
        self.wait_for(lambda: said(back) == 2, "it is back")
        self.leave(process, "run")
        self.wait_for_points(carbon, lambda all: all[-1:] == [self.report("run")["source"]["read"]], **series)
        self.assertEqual((said(away), said(back)), (2, 2))

    def test_a_flush_larger_than_what_may_wait_arrives(self):
        with Listener(self.port) as carbon:
            self.shop(self.target(f', max_buffer_bytes = "64KiB", prefix = "{"long" * 500}"'))
            self.run_to_the_end()
        lines = carbon.received.decode().splitlines()
        self.assertGreater(len(carbon.received), 65536)
        self.assertIn(str(MESSAGES), [line.split()[1] for line in lines if "tempest_task_deliveries_total;" in line])
        self.assertNotIn("dropped", self.log("run"))

    def test_one_that_hangs_up_at_once_is_away_all_the_time(self):
        with Listener(self.port, hangs_up=True) as nobody:
            self.shop(self.target(interval="100ms"), count=0, rate=100)
            process = self.launch("run")
            self.wait_for(lambda: nobody.accepted > 10, "it was tried again and again")
            self.leave(process, "run")
        self.assertEqual(self.log("run").count("metrics do not reach graphite"), 1, self.log("run"))
        self.assertNotIn("metrics reach graphite", self.log("run"))

    def test_one_that_never_stops_talking_does_not_hold_up_the_end(self):
        with Talker(self.port) as talker:
            self.shop(self.target(), count=0, rate=100)
            process = self.launch("run")
            self.wait_for(lambda: talker.said > 100_000, "it is heard")
            self.leave(process, "run")
        self.assertIn("it talks, and does not hang up", self.log("run"))

    def test_one_that_accepts_and_never_reads_holds_up_neither_run_nor_end(self):
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.bind(("127.0.0.1", self.port))
            deaf.listen()
            self.shop(self.target(', max_buffer_bytes = "64KiB"', interval="100ms"), count=0, rate=100)
            process = self.launch("run")
            self.wait_for(lambda: "it takes no more for now" in self.log("run"), "it is full")
            self.wait_for(lambda: "the oldest metrics that wait for it are dropped" in self.log("run"), "there is a bound")
            read = len((self.folder / "out").read_text().splitlines())
            self.wait_for(lambda: len((self.folder / "out").read_text().splitlines()) > read, "the run goes on")
            self.leave(process, "run")
        self.assertIn("the last metrics did not reach graphite", self.log("run"))
        self.assertEqual(self.log("run").count("metrics do not reach graphite"), 1)


if __name__ == "__main__":
    unittest.main()
