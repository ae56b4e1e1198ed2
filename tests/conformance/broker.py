"""A real Redis for the kit, which the kit can start anew."""
import os
import shlex
import signal
import sys

from kit import PLUGINS, ROOT, KitTest

sys.path.append(str(ROOT / "tests" / "e2e"))

from redis_server import RedisServer  # noqa: E402

# Ends the server of the process number in a file, starts it again and waits until it answers.
RESTART = """#!/bin/sh
kill -9 "$(cat {pid})" 2>/dev/null
{command} > /dev/null 2>&1 &
echo $! > {pid}
until redis-cli -p {port} ping 2> /dev/null | grep -q PONG; do sleep 0.02; done
"""
SETTINGS = """
broker = "127.0.0.1:{port}"
restart = "{restart}"
wrong = [{{ {kind} = {{ uri = "{{broker}}" }} }}, {{ {kind} = {{ uri = "redis://127.0.0.1:1" }} }}]
{command}
[{kind}]
uri = "redis://{{broker}}"
timeout = "2s"
{options}
"""


class RedisKitTest(KitTest):
    def keeps_its_contract(self, plugin, config):
        self.assert_all_ok(self.check(PLUGINS / "libtempest_redis.so", config, "--name", plugin))

    def config(self, kind, command, options):
        """`command` fills or reads, by `redis-cli`."""
        command = command.replace("redis-cli", f"redis-cli -p {self.server.port}")
        return SETTINGS.format(kind=kind, command=command, options=options, port=self.server.port, restart=self.restart)

    def setUp(self):
        super().setUp()
        folder = self.folder / "redis"
        folder.mkdir()
        self.server = RedisServer(folder, durable=True)
        self.pid = self.write("redis.pid", str(self.server.process.pid))
        self.restart = self.write("restart", RESTART.format(
            pid=self.pid, command=shlex.join(self.server.command_line), port=self.server.port))
        self.restart.chmod(0o755)
        self.addCleanup(self.end)

    def end(self):
        """By its number: the server that runs now may be one that the command has started."""
        running = int(self.pid.read_text())
        self.server.stop()
        if running != self.server.process.pid:
            os.kill(running, signal.SIGKILL)
