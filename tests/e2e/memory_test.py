"""Memory of a run does not grow with what it has read: each source that reads many messages for weeks. TEMPEST_MESSAGES
says how many here."""
import os
import pathlib
import re
import unittest

from admin_client import AdminTest
from redis_server import RedisServer
from support import BUILD, OK

MESSAGES = int(os.environ.get("TEMPEST_MESSAGES", "100000"))
BURSTS = 40
BACKLOG = 20  # times as many
WARM_UP = 10  # bursts before these: buffers grow to what this traffic needs
GROWTH = 1.1  # of the last quarter over the first

TOPOLOGY = """name = "numbers"
[source]
type = "{type}"
[source.config]
{config}
[[task]]
name = "pass_on"
library = "{library}"
type = "c_echo"
[admin]
listen = "unix:admin"
"""
LIBRARY = pathlib.Path(BUILD) / "tests/abi/libraries/echo_plugin_tempests_compiler.so"
ACKED = re.compile(r'^tempest_topology_messages_settled_total\{.*outcome="ack".*\} (\S+)$', re.M)


def resident_kilobytes(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1])


class Memory(AdminTest):
    def redis(self):
        (self.folder / "redis").mkdir()
        server = RedisServer(self.folder / "redis")
        self.addCleanup(server.stop)
        return server

    def acked(self):
        found = ACKED.search(self.ask("run", "/metrics")[1])
        return int(float(found[1])) if found else 0

    def check(self, type, config, write):
        """`write` adds numbers. Each burst is done with before the next: the process is looked at between them."""
        self.write("Topology.toml", TOPOLOGY.format(type=type, config=config, library=LIBRARY))
        run = self.launch("run")
        size = MESSAGES // BURSTS
        resident = []
        for burst in range(WARM_UP + BURSTS):
            write(range(burst * size, (burst + 1) * size))
            self.wait_for(lambda: self.acked() == (burst + 1) * size, f"burst {burst} is done with")
            resident.append(resident_kilobytes(run))
        self.leave(run, "run")
        self.assertEqual(self.report("run")["source"]["acked"], (WARM_UP + BURSTS) * size)
        del resident[:WARM_UP]
        first, last = max(resident[:BURSTS // 4]), max(resident[-BURSTS // 4:])
        print(f"{type}: {BURSTS * size} messages, {first} kB in the first quarter, {last} kB in the last", flush=True)
        self.assertLessEqual(last, first * GROWTH, resident)

    def check_backlog(self, config):
        """All is there before it starts."""
        total = BACKLOG * MESSAGES
        self.grow(range(total))
        self.write("Topology.toml", TOPOLOGY.format(type="file", config=config, library=LIBRARY))
        run = self.launch("run")
        seen = []
        while not seen or seen[-1][0] < total:
            self.assertIsNone(run.poll())
            seen.append((self.acked(), resident_kilobytes(run)))
        self.leave(run, "run")
        warm = [(acked - total / 5, resident) for acked, resident in seen if acked >= total / 5]
        quarter = total / 5
        first = max(resident for acked, resident in warm if acked <= quarter)
        last = max(resident for acked, resident in warm if acked >= 3 * quarter)
        print(f"{total} lines, {first} kB in the first quarter, {last} kB in the last", flush=True)
        self.assertLessEqual(last, first * GROWTH, seen)

    def test_a_backlog_in_a_file(self):
        self.check_backlog('path = "log"\nfollow = true')

    def test_a_backlog_in_a_file_with_a_state(self):
        self.check_backlog('path = "log"\nfollow = true\nstate = "state"')

    def test_redis_stream(self):
        server = self.redis()
        self.check("redis_stream", f'uri = "{server.uri}"\nkey = "s"\ngroup = "g"',
                   lambda numbers: server.run_all(["XADD", "s", "*", "payload", one] for one in numbers))

    def test_redis_list(self):
        server = self.redis()
        self.check("redis_list", f'uri = "{server.uri}"\nkey = "l"',
                   lambda numbers: server.run_all(["RPUSH", "l", one] for one in numbers))

    def grow(self, numbers):
        with open(self.folder / "log", "a") as log:
            log.writelines(f"{one}\n" for one in numbers)

    def test_file(self):
        self.grow([])
        self.check("file", 'path = "log"\nfollow = true', self.grow)

    def test_file_with_a_state(self):
        self.grow([])
        self.check("file", 'path = "log"\nfollow = true\nstate = "state"', self.grow)


if __name__ == "__main__":
    unittest.main()
