"""What a report counts when every nth of 1000 messages fails: the figures of the failure tests of the 2019 project, whose
failed messages were retried as a whole and at once; here a delivery is, after a back-off that is configured."""
import json
import time
import unittest

from support import BUILD, FAILURE, OK, RunTest

TOPOLOGY = """name = "counts"
[topology]
failure_policy = {{ {policy} }}
{letters}
[source]
type = "mock"
[source.config]
count = 1000
payload = "{{n}}"
redeliver = 0
[[task]]
name = "T1"
library = "{build}/tests/e2e/libevery_nth.so"
type = "every_nth"
[task.config]
{config}
"""

LETTERS = """[dead_letter]
sink = "file"
[dead_letter.config]
path = "letters"
"""


class FailureCounts(RunTest):
    def run_all(self, policy, config, letters="", code=OK):
        """What the report says of the source, and of the task; a run that left messages to their source ends with 1."""
        self.write("Topology.toml", TOPOLOGY.format(policy=policy, config=config, letters=letters, build=BUILD))
        self.expect(code, "run", "standalone", "--report", "report.json")
        report = json.loads((self.folder / "report.json").read_text())
        return report["source"], report["tasks"]["T1"]

    def check(self, got, **wanted):
        self.assertEqual({name: got[name] for name in wanted}, wanted)

    def test_every_second_fails_and_nothing_is_tried_again(self):
        """1000 / 2 fail at their only attempt and are not acknowledged."""
        source, task = self.run_all('type = "none"', "n = 2", code=FAILURE)
        self.check(source, read=1000, acked=500, failed=500, dead_lettered=0, returned=0, abandoned=0)
        self.check(task, inflow=1000, handled=500, outflow=500, errors=500, retries=0)

    def test_every_second_fails_and_is_tried_once_more(self):
        """1000 / 2 = 500 fail first and are tried again, 1000 / 4 = 250 of them fail at that, too: 1000 + 500 deliveries,
        500 + 250 errors."""
        source, task = self.run_all('type = "retry", attempts = 2, backoff = "20ms", on_exhausted = "leave"', "n = 2",
                                    code=FAILURE)
        self.check(source, read=1000, acked=750, failed=250, dead_lettered=0, returned=0, abandoned=0)
        self.check(task, inflow=1500, handled=750, outflow=750, errors=750, retries=500)

    def test_what_fails_twice_goes_to_the_dead_letters(self):
        """The same 250 have a letter each, and are acknowledged with the 750 others."""
        source, task = self.run_all('type = "retry", attempts = 2, backoff = "20ms"', "n = 2", LETTERS)
        self.check(source, read=1000, acked=1000, failed=0, dead_lettered=250, returned=0, abandoned=0)
        self.check(task, inflow=1500, handled=750, outflow=750, errors=750, retries=500)
        letters = [json.loads(line) for line in (self.folder / "letters").read_text().splitlines()]
        self.assertEqual(sorted(int(one["id"]) for one in letters), list(range(4, 1001, 4)))

    def test_every_hundredth_fails_and_the_others_emit_nothing(self):
        """1000 / 100 fail at their only attempt."""
        source, task = self.run_all('type = "none"', "n = 100\nemits = false", code=FAILURE)
        self.check(source, read=1000, acked=990, failed=10, dead_lettered=0, returned=0, abandoned=0)
        self.check(task, inflow=1000, handled=990, outflow=0, errors=10, retries=0)

    def test_the_back_off_is_waited_for_between_attempts(self):
        """1000 / 100 fail once, and the second attempt of each comes 700 ms later."""
        begin = time.monotonic()
        source, task = self.run_all('type = "retry", attempts = 2, backoff = "700ms", jitter = 0, on_exhausted = "leave"',
                                    "n = 100")
        self.assertGreaterEqual(time.monotonic() - begin, 0.7)
        self.check(source, read=1000, acked=1000, failed=0)
        self.check(task, inflow=1010, handled=1000, outflow=1000, errors=10, retries=10)


if __name__ == "__main__":
    unittest.main()
