"""What tests of exporters share: a topology with targets, and the examples of docs/exporters.md."""
import json
import re

from admin_client import AdminTest
from support import ROOT

MESSAGES = 1000
PAGE = ROOT / "docs" / "exporters.md"


def example(heading):
    """The example of that section."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.search(r"```toml\n(.*?)```", section, re.S)[1]


class ExportTest(AdminTest):
    def shop(self, metric, count=MESSAGES, rate=0, more=""):
        """A topology that sends its metrics to where `metric`, a [metric] table, says."""
        self.write("Topology.toml", f"""name = "shop"
port = 0
graceful_shutdown = "5s"
[source]
type = "mock"
[source.config]
count = {count}
rate = {rate}
[[task]]
name = "store"
sink = "file"
[task.config]
path = "out"
{more}{metric}""")

    def run_to_the_end(self, name="run", *words):
        """A run whose last figures are those that count; its report."""
        process = self.launch(name, *words)
        self.assertEqual(process.wait(60), 0, self.log(name))
        return self.report(name)

    def lines(self, path):
        """The last line of each series of a file of JSON lines, by name and the labels that tell it from others."""
        found = {}
        for line in (self.folder / path).read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            labels = [value for name, value in one["labels"].items() if name != "topology"]
            found[" ".join([one["name"], *labels])] = one
        return found
