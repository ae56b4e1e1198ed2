"""scripts/demo-data: what people fill a stream or list with to try things out."""
import json
import pathlib
import subprocess
import sys
import unittest

from redis_server import RedisServer, free_port
from support import CommandTest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "demo-data"


class DemoData(CommandTest):
    def fill(self, *words):
        return subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, timeout=60)

    def test_fills_streams_and_lists(self):
        with RedisServer(self.folder, password="hunter2") as redis:
            run = self.fill("stream", "s", "--count", "1200", "--uri", redis.uri)
            self.assertEqual((run.stdout, run.returncode), ("1,200 messages in the stream 's'\n", 0), run.stderr)
            entries = redis.command("XRANGE", "s", "-", "+")
            self.assertEqual([json.loads(fields[1])["id"] for _, fields in entries], list(range(1, 1201)))
            run = self.fill("list", "l", "--count", "3", "--rate", "100", "--template", "{n} {x}", "--uri", redis.uri + "/2")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(redis.command("EXISTS", "l"), 0)
            self.assertEqual(redis.command("EVAL", "redis.call('SELECT', 2) return redis.call('LRANGE', 'l', 0, -1)", 0),
                             ["1 {x}", "2 {x}", "3 {x}"])
            wrong = self.fill("list", "l", "--count", "1", "--uri", redis.uri.replace("hunter2", "hunter3"))
            self.assertIn("WRONGPASS", wrong.stderr)
            self.assertNotIn("hunter", wrong.stdout + wrong.stderr)

    def test_says_what_is_wrong(self):
        away = self.fill("list", "l", "--count", "1", "--uri", f"redis://127.0.0.1:{free_port()}")
        self.assertEqual(away.returncode, 1)
        self.assertIn("Is it running", away.stderr)
        self.assertNotIn("Traceback", away.stderr)
        self.assertEqual(self.fill("heap", "l").returncode, 2)
        for odd in (["l", "--count", "0"], ["l", "--rate", "nan"], ["l", "--rate", "inf"], [""],
                    ["l", "--uri", "redis://h:99999"], ["l", "--uri", "redis://h:x"], ["l", "--uri", "redis://[::1"]):
            run = self.fill("list", *odd)
            self.assertEqual(run.returncode, 2, odd)
            self.assertNotIn("Traceback", run.stderr)


if __name__ == "__main__":
    unittest.main()
