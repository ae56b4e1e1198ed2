"""A real Prometheus on a free loopback port that scrapes one address and looks at its rules each second, stopped by its process id."""
import json
import subprocess
import time
import urllib.parse
import urllib.request

from redis_server import free_port


class Prometheus:
    def __init__(self, folder, address, rules=()):
        self.folder, self.port = folder, free_port()
        (folder / "prometheus.yml").write_text(f"""global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: {json.dumps([str(one) for one in rules])}
scrape_configs:
  - job_name: tempest
    static_configs: [{{targets: ["{address}"]}}]
""")
        with open(folder / "prometheus.log", "w") as log:
            self.process = subprocess.Popen(
                ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                 f"--web.listen-address=127.0.0.1:{self.port}"], cwd=folder, stdout=log, stderr=log)

    def log(self):
        return (self.folder / "prometheus.log").read_text()

    def ask(self, path):
        """The data of its answer; None while it is not there yet."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=10) as said:
                return json.load(said)["data"]
        except urllib.error.HTTPError as refused:
            if refused.code != 503:  # not ready
                raise ValueError(f"{path}: {refused.read().decode()}") from None
        except OSError:
            pass
        return None

    def query(self, question):
        """The series that it finds, each with its labels and value."""
        found = self.ask("query?" + urllib.parse.urlencode({"query": question, "time": time.time()}))
        return found["result"] if found else []

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()
