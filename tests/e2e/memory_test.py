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
# A moment in which one thread waits for a processor fills a queue as never before, and what it took stays with the
# process: memory that rose once is looked at again, for so many times as many messages. What leaks rises in all of them.
PATIENCE = 3

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


def quarters(resident):
    """The most of the first and of the last quarter."""
    quarter = max(1, len(resident) // 4)
    return max(resident[:quarter]), max(resident[-quarter:])


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
        for burst in range(WARM_UP + PATIENCE * BURSTS):
            write(range(burst * size, (burst + 1) * size))
            self.wait_for(lambda: self.acked() == (burst + 1) * size, f"burst {burst} is done with")
            resident.append(resident_kilobytes(run))
            if burst + 1 < WARM_UP + BURSTS:
                continue
            first, last = quarters(resident[-BURSTS:])
            if last <= first * GROWTH:
                break
        self.leave(run, "run")
        self.assertEqual(self.report("run")["source"]["acked"], len(resident) * size)
        print(f"{type}: {BURSTS * size} messages, {first} kB in the first quarter, {last} kB in the last", flush=True)
        self.assertLessEqual(last, first * GROWTH, resident)

    def check_backlog(self, config):
        """What rises with the length of a backlog rises again in one that is twice as long."""
        for attempt in range(PATIENCE):
            if self.keeps_within(config, BACKLOG * MESSAGES << attempt):
                return
        self.fail("it rose each time")

    def keeps_within(self, config, lines):
        """All is there before it starts. The first fifth warms it up."""
        for name in ("log", "state"):
            (self.folder / name).unlink(missing_ok=True)
        self.grow(range(lines))
        self.write("Topology.toml", TOPOLOGY.format(type="file", config=config, library=LIBRARY))
        run = self.launch("run")
        seen = [(0, 0)]
        while seen[-1][0] < lines:
            self.assertIsNone(run.poll())
            seen.append((self.acked(), resident_kilobytes(run)))
        self.leave(run, "run")
        warm = [resident for acked, resident in seen if acked >= lines // 5]
        first, last = quarters(warm)
        print(f"{lines} lines, {first} kB in the first quarter, {last} kB in the last", flush=True)
        return last <= first * GROWTH

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
