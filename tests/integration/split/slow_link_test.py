"""A task process that is told to end while a slow link still holds what it has finished: it leaves when all of that is told,
so that nothing runs twice, or says how much it could not tell."""
import os
import pathlib
import re
import select
import time
import unittest

from relay import Relay
from split_test import BUILD, SplitTest
from support import ABANDONED, OK

WORKERS = 16  # a first one for each, and one that waits: so all is within the first credit
COUNT, SIZE = 2 * WORKERS, 262144  # 8 MiB
ALL_AT_ONCE_S = 4  # what the slow link needs for all of them
UPPER = f"""[[task]]
name = "upper"
library = "{BUILD}/tests/abi/libraries/upper_plugin_tempests_compiler.so"
type = "cpp_upper"
[[edge]]
from = "upper"
to = "first"
"""


def is_at_rest(process):
    """Whether it works no more, only waits."""
    def used():
        return pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]

    before = used()
    time.sleep(0.3)
    return used() == before


class SlowLink(SplitTest):
    def setUp(self):
        """A task whose outputs travel whole, in a process that has finished all and told little of it."""
        super().setUp()
        self.split(config=f"count = {COUNT}\nsize = {SIZE}", more=UPPER)
        self.topology = self.run_topology("--set", "topology.msg_timeout=5m")
        self.address = self.address_of(self.topology)
        self.relay = Relay(int(self.address.split(":")[1]), COUNT * SIZE // ALL_AT_ONCE_S)
        self.addCleanup(self.relay.close)

    def run_slow_task(self, *words):
        self.run_task(self.address, name="first")
        task = self.run_task(f"127.0.0.1:{self.relay.port}", "--report", "slow.json", "--workers", WORKERS, *words,
                             name="slow", tasks=("upper",))
        self.wait_for(lambda: self.relay.told >= COUNT * SIZE and is_at_rest(task), "it has got all, and done it")
        self.assertLess(self.lines(), COUNT // 2, "the link is slow")
        return task

    def rest_is_done(self):
        """By another one, until the topology ends. How many deliveries ran twice."""
        other = self.run_task(self.address, "--report", "other.json", name="other", tasks=("upper",))
        self.wait_for_end(self.topology)
        other.terminate()
        self.wait_for_end(other)
        self.assert_all_acknowledged(COUNT)
        self.assertEqual(self.lines(), COUNT)
        return sum(self.report(name)["tasks"]["upper"]["handled"] for name in ("slow", "other")) - COUNT

    def untold(self, task, why):
        """How much it says that it could not tell."""
        self.wait_for_end(task, ABANDONED)
        said = re.search(r"leaves before (\d+) finished deliveries are reported: (.*); ", task.log())
        self.assertIsNotNone(said, task.log())
        self.assertEqual(said.group(2), why)
        return int(said.group(1))

    def test_a_worker_that_ends_over_a_slow_link_reports_all(self):
        task = self.run_slow_task()
        task.terminate()
        self.wait_for_end(task, OK)
        self.assertEqual(self.rest_is_done(), 0)

    def test_a_worker_that_ends_over_a_link_that_stalls(self):
        task = self.run_slow_task()
        self.relay.stall()
        task.terminate()
        untold = self.untold(task, "their topology takes no more")
        again = self.rest_is_done()
        self.assertGreaterEqual(again, untold)
        self.assertLessEqual(again, untold + 1, "what the relay had taken did not arrive either")

    def test_a_worker_that_may_not_wait_for_a_slow_link(self):
        task = self.run_slow_task("--set", "graceful_shutdown=1s")
        task.terminate()
        self.assertGreater(self.untold(task, "graceful_shutdown is over"), 0)
        self.rest_is_done()

    def test_a_worker_that_is_told_twice_waits_for_no_link(self):
        task = self.run_slow_task()
        task.terminate()
        self.wait_for(lambda: is_at_rest(task), "it waits for the link alone")
        task.terminate()
        self.assertGreater(self.untold(task, "it was told to end again"), 0)

    def test_a_topology_that_is_lost_while_a_handler_ends(self):
        """What waited to be told it is named as well."""
        os.mkfifo(self.folder / "out")
        full = os.open(self.folder / "out", os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, full)
        task = self.run_task(f"127.0.0.1:{self.relay.port}", name="both", tasks=("upper", "first"))
        self.wait_for(lambda: select.select([full], [], [], 0)[0], "a handler writes")
        self.relay.stall()
        task.terminate()
        self.wait_for_log(task, "lost the topology")

        def handler_ended():
            if select.select([full], [], [], 0)[0]:
                os.read(full, SIZE)
            return task.poll() is not None

        self.wait_for(handler_ended, "it leaves")
        self.assertGreater(self.untold(task, "their topology takes no more"), 0)


if __name__ == "__main__":
    unittest.main()
