"""`tempest dead-letters`: from a message that fails to its letter, back to its source, and handled; and what is said when
something of that cannot be done."""
import base64
import json
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import signal
import stat
import subprocess
import time
import unittest

from redis_server import RedisServer
from support import BAD_CONFIG, BUILD, FAILURE, IO, NO_INPUT, OK, ROOT, UNAVAILABLE, USAGE, WOULD_OVERWRITE, RunTest

FAILS = ("throws_in_handle", pathlib.Path(BUILD) / "tests/bad_plugins/libraries/throws_in_handle.so")
WORKS = ("c_echo", pathlib.Path(BUILD) / "tests/abi/libraries/echo_plugin_tempests_compiler.so")

TOPOLOGY = """name = "shop"
[topology]
max_pending = 50
failure_policy = {{ type = "retry", attempts = 2, backoff = "1ms" }}
[source]
type = "{source}"
[source.config]
{config}
[[task]]
name = "work"
type = "{task[0]}"
library = "{task[1]}"
[[task]]
name = "out"
sink = "file"
[task.config]
path = "out"
format = "json"
[[edge]]
from = "work"
to = "out"
"""
LETTERS = """[dead_letter]
sink = "{sink}"
[dead_letter.config]
{config}
"""
IN_FILE = LETTERS.format(sink="file", config='path = "letters"')
MARKED = '{"\x7f'  # how a line of a file begins that is erased, and not yet left out of the file
SOME_ID = "3fa94c1e2b77-d01e42aa9931"  # what examples of the documentation call a letter


def envelope(payload, message="1-0", topology="shop", task="work", last="2026-11-28T10:15:00.000Z", headers=()):
    return json.dumps({"version": 1, "id": message, "headers": [{"name": name, "value": value} for name, value in headers],
                       "payload_base64": base64.b64encode(payload.encode()).decode(), "timestamp_ms": 7, "topology": topology,
                       "task": task, "outcome": "failed", "reason": "no luck", "attempts": 2, "deliveries": 1,
                       "first_time": "2026-11-28T10:14:00.000Z", "last_time": last})


class DeadLetters(RunTest):
    def tool(self, *words, code=OK, **how):
        return self.expect(code, "dead-letters", *words, **how)

    def listed(self, *words):
        return json.loads(self.tool("list", "--format", "json", *words).stdout)["dead_letters"]

    def server(self, name, **how):
        (self.folder / name).mkdir()
        server = RedisServer(self.folder / name, **how)
        self.addCleanup(server.stop)
        return server

    def stream(self, redis):
        return f'uri = "{redis.uri}"\nkey = "s"\ngroup = "g"\nlease = "1s"\n'

    def in_redis(self, redis):
        return LETTERS.format(sink="redis_stream", config=f'uri = "{redis.uri}"\nkey = "dead"')

    def configure(self, source, config, letters, task=FAILS):
        self.write("Topology.toml", TOPOLOGY.format(source=source, config=config, task=task) + letters)

    def run_all(self):
        return self.expect(OK, "run", "standalone", "--stop-when-idle", "700ms")

    def lines(self, name):
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def handled(self):
        return [json.loads(line) for line in self.lines("out")]

    def payloads(self, redis, key):
        """Of a stream's entries, the field that is the message."""
        return [fields[fields.index("payload") + 1] for _, fields in redis.command("XRANGE", key, "-", "+")]


class TheWholeLoop(DeadLetters):
    def loop(self, redis, letters, left):
        """Fails, is listed and shown, goes back, is handled; `left()` counts the letters in the store."""
        config = self.stream(redis)
        self.configure("redis_stream", config, letters)
        redis.add_numbers("s", range(100, 105))
        message = redis.command("XADD", "s", "*", "payload", "two\nlines", "colour", "red")
        self.run_all()
        found = {one["message_id"]: one for one in self.listed()}
        self.assertEqual((len(found), left()), (6, 6))
        coloured = found.pop(message)["id"]
        plain = next(iter(found.values()))["id"]
        self.assertEqual({(one["task"], one["attempts"], one["letters"]) for one in found.values()}, {("work", 2, 1)})
        text = self.tool("list").stdout
        self.assertRegex(text.splitlines()[0], r"^ID +WHEN +TASK +OUTCOME +MESSAGE +ATTEMPTS +REASON$")
        self.assertIn(plain, text)
        self.assertIn("dropped 100", text)
        shown = self.tool("show", coloured).stdout
        self.assertTrue(shown.endswith("two\nlines\n"), shown)
        self.assertIn("header      colour: red", shown)
        letter = json.loads(self.tool("show", coloured, "--format", "json").stdout)
        self.assertEqual((letter["version"], letter["dead_letter"]["payload"]), (1, "two\nlines"))

        self.configure("redis_stream", config, letters, task=WORKS)
        self.assertEqual(self.tool("replay", plain).stdout, "replayed 1 message\n")
        self.assertEqual(left(), 5)
        self.assertEqual(self.tool("replay", "--all").stdout, "replayed 5 messages\n")
        self.assertEqual(left(), 0)
        self.assertEqual(self.tool("list").stderr, "no dead letters\n")
        self.assertEqual(redis.command("XINFO", "CONSUMERS", "s", "g"), [], "whoever replays is no consumer")
        self.run_all()
        self.assertEqual(sorted(one["payload"] for one in self.handled()), [*map(str, range(100, 105)), "two\nlines"])
        headers = {header["name"]: header["value"] for one in self.handled() if one["payload"] == "two\nlines"
                   for header in one["headers"]}
        self.assertEqual(headers, {"colour": "red", "t-dead-letter": coloured})
        self.assertEqual(redis.command("XPENDING", "s", "g")[0], 0)

    def test_letters_in_the_same_redis(self):
        redis = self.server("redis")
        self.loop(redis, self.in_redis(redis), lambda: redis.command("XLEN", "dead"))

    def test_letters_in_another_redis(self):
        dead = self.server("dead")
        self.loop(self.server("redis"), self.in_redis(dead), lambda: dead.command("XLEN", "dead"))

    def test_letters_in_a_file(self):
        self.loop(self.server("redis"), IN_FILE, lambda: len(self.lines("letters")))

    def test_a_message_that_dies_again_still_names_the_first_letter(self):
        redis = self.server("redis")
        self.configure("redis_stream", self.stream(redis), self.in_redis(redis))
        redis.add_numbers("s", [1, 2])
        self.run_all()
        first = self.listed()
        for _ in range(2):
            self.tool("replay", "--all")
            self.run_all()
        again = self.listed()
        self.assertEqual({one["id"] for one in again}, {one["id"] for one in first})
        self.assertTrue({one["message_id"] for one in again}.isdisjoint({one["message_id"] for one in first}))
        shown = json.loads(self.tool("show", first[0]["id"], "--format", "json").stdout)["dead_letter"]
        self.assertEqual(shown["headers"], [{"name": "t-dead-letter", "value": first[0]["id"]}])

    def test_what_a_crash_between_going_back_and_removing_repeats_is_folded(self):
        redis = self.server("redis")
        self.configure("redis_stream", self.stream(redis), IN_FILE)
        redis.add_numbers("s", [1])
        self.run_all()
        (letter,) = self.listed()
        shutil.copy(self.folder / "letters", self.folder / "kept")
        self.tool("replay", "--all")
        shutil.copy(self.folder / "kept", self.folder / "letters")  # as if it had been killed before it removed
        self.tool("replay", "--all")
        shutil.copy(self.folder / "kept", self.folder / "letters")
        self.run_all()
        (folded,) = self.listed()
        self.assertEqual((folded["id"], folded["letters"], len(self.lines("letters"))), (letter["id"], 3, 3))
        self.assertIn("(3 letters of this message)", self.tool("list").stdout)
        self.configure("redis_stream", self.stream(redis), IN_FILE, task=WORKS)
        self.assertEqual(self.tool("replay", letter["id"]).stdout,
                         "replayed 1 message; removed 2 repeated letters of them\n")
        self.run_all()
        self.assertEqual([one["payload"] for one in self.handled()], ["1"])
        self.assertEqual(self.lines("letters"), [])


class Killed(DeadLetters):
    """kill -9 of the tool at any moment of a replay."""
    COUNT = 4000

    def replay(self):
        process = subprocess.Popen([self.program, "dead-letters", "replay", "--all"], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   env=self.environment(), stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    def kill_until_done(self, redis, left):
        """How often it was killed before it was done; left() are the payloads that are still letters."""
        everything = {f"m{number}" for number in range(self.COUNT)}
        for kills in range(100):
            before = redis.command("XLEN", "s")
            process = self.replay()
            self.wait_for(lambda: process.poll() is not None or redis.command("XLEN", "s") > before, "it moves something")
            time.sleep(random.random() * 0.01 * 1.1**kills)  # a slow machine comes to an end, too
            process.kill()
            self.assertIn(process.wait(), (OK, -9))
            letters = left()  # first: what leaves afterwards is at the source by then
            self.assertEqual(set(letters) | set(self.payloads(redis, "s")), everything, "each is a letter or back, or both")
            if process.returncode == OK:
                self.assertEqual(letters, [])
                return kills
        return self.fail("it never came to an end")

    def test_letters_in_the_same_redis_move_exactly_once(self):
        redis = self.server("redis")
        self.configure("redis_stream", self.stream(redis), self.in_redis(redis))
        for number in range(self.COUNT):
            redis.command("XADD", "dead", "*", "payload", envelope(f"m{number}", message=f"{number}-0"))
        kills = self.kill_until_done(redis, lambda: [
            base64.b64decode(json.loads(one)["payload_base64"]).decode() for one in self.payloads(redis, "dead")])
        self.assertGreater(kills, 0, "it was killed in the middle")
        self.assertEqual(redis.command("XLEN", "s"), self.COUNT)

    def test_letters_in_a_file_are_lost_never(self):
        redis = self.server("redis")
        self.configure("redis_stream", self.stream(redis), IN_FILE)
        self.write("letters", "".join(envelope(f"m{number}", message=f"{number}-0") + "\n" for number in range(self.COUNT)))
        kills = self.kill_until_done(redis, lambda: [
            base64.b64decode(json.loads(line)["payload_base64"]).decode() for line in self.lines("letters")
            if not line.startswith(MARKED)])
        self.assertGreater(kills, 0, "it was killed in the middle")
        doubles = {}
        for _, fields in redis.command("XRANGE", "s", "-", "+"):
            doubles.setdefault(fields[fields.index("payload") + 1], set()).add(fields[fields.index("t-dead-letter") + 1])
        self.assertEqual({len(ids) for ids in doubles.values()}, {1}, "one id, however often a message went back")

    def test_a_discard_in_a_file_takes_what_was_meant_and_no_more(self):
        self.configure("mock", "", IN_FILE)
        self.write("letters", "".join(envelope(f"m{number}", f"{number}-0", task="work" if number % 4 else "out") + "\n"
                                      for number in range(4 * self.COUNT)))
        kept = self.listed("--task", "out", "--limit", "100000")
        self.assertEqual(len(kept), self.COUNT)
        kills, left, process = 0, 3 * self.COUNT, None
        while process is None or process.returncode != OK:
            before = (self.folder / "letters").stat().st_mtime_ns
            process = subprocess.Popen([self.program, "dead-letters", "discard", "--all", "--task", "work"], cwd=self.folder,
                                       env=self.environment(), stdout=subprocess.DEVNULL)
            self.addCleanup(self.end, process)
            while process.poll() is None and (self.folder / "letters").stat().st_mtime_ns == before:
                pass
            time.sleep(random.random() * 0.002 * 1.1**kills)
            process.kill()
            kills += process.wait() != OK
            self.assertEqual(self.listed("--task", "out", "--limit", "100000"), kept)
            now = len(self.listed("--task", "work", "--limit", "100000"))
            self.assertLessEqual(now, left, "what was discarded stays so")
            left = now
            for line in self.lines("letters"):
                json.loads(line)  # for whoever else reads it
        self.assertGreater(kills, 0, "it was killed in the middle")
        self.assertEqual((left, sum(not line.startswith(MARKED) for line in self.lines("letters"))), (0, self.COUNT))
        self.tool("discard", "--all")
        self.assertEqual(self.lines("letters"), [], "what was killed left nothing behind")

    def test_a_file_is_replayed_by_one_at_a_time(self):
        redis = self.server("redis")
        self.configure("redis_stream", self.stream(redis), IN_FILE)
        self.write("letters", "".join(envelope(f"m{number}", message=f"{number}-0") + "\n" for number in range(self.COUNT)))
        (self.folder / "other").mkdir()
        (self.folder / "other/link").symlink_to("../letters")
        for ending in (signal.SIGKILL, signal.SIGCONT):
            before = redis.command("XLEN", "s")
            holder = self.replay()
            self.wait_for(lambda: redis.command("XLEN", "s") > before, "it moves something")
            holder.send_signal(signal.SIGSTOP)
            moved = redis.command("XLEN", "s")
            who = rf"letters are in use by `tempest dead-letters replay`, process {holder.pid} on "
            for words in ("replay --all", "discard --all", "discard --all --set dead_letter.config.path=other/link"):
                self.assertRegex(self.tool(*words.split(), code=UNAVAILABLE).stderr, who)
            self.assertEqual(redis.command("XLEN", "s"), moved)
            holder.send_signal(ending)
            holder.wait()
        self.assertEqual((holder.returncode, self.lines("letters")), (OK, []))
        self.assertLess(redis.command("XLEN", "s"), self.COUNT + 1000, "only what was on its way at the kill came twice")
        self.assertFalse((self.folder / "letters.lock").exists())


class SeveralAtOnce(DeadLetters):
    """Others take letters out of a list, whose elements are named by where they stand."""
    COUNT = 20_000

    def setUp(self):
        super().setUp()
        self.redis = self.server("redis")
        self.configure("redis_list", f'uri = "{self.redis.uri}"\nkey = "l"\n',
                       LETTERS.format(sink="redis_list", config=f'uri = "{self.redis.uri}"\nkey = "dead"'))
        self.redis.run_all(["RPUSH", "dead", envelope(f"m{number}", message=f"{number}-0")] for number in range(self.COUNT))

    def replay(self):
        process = subprocess.Popen([self.program, "dead-letters", "replay", "--all", "--format", "json"], cwd=self.folder,
                                   env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def test_what_moves_about_under_a_replay_is_replayed(self):
        process = self.replay()
        self.wait_for(lambda: self.redis.command("LLEN", "l") > 0, "it moves something")
        process.send_signal(signal.SIGSTOP)
        taken = self.redis.command("LPOP", "dead", 5000)
        self.assertEqual(len(taken), 5000, "it was stopped in the middle")
        process.send_signal(signal.SIGCONT)
        said, complaint = process.communicate(timeout=60)
        self.assertEqual((process.returncode, complaint), (OK, ""))
        self.assertEqual(self.redis.command("LLEN", "dead"), 0)
        self.assertEqual(json.loads(said)["replayed"], self.COUNT - 5000)
        self.assertEqual(len(set(self.redis.command("LRANGE", "l", "0", "-1"))), self.COUNT - 5000)

    def test_each_letter_is_replayed_by_one_of_four(self):
        count = 2000
        self.redis.command("LTRIM", "dead", 0, count - 1)
        reports = [(process.communicate(timeout=300), process) for process in [self.replay() for _ in range(4)]]
        self.assertEqual(self.redis.command("LLEN", "dead"), 0)
        back = self.redis.command("LRANGE", "l", "0", "-1")
        self.assertEqual((len(back), len(set(back))), (count, count))
        self.assertEqual(sum(json.loads(said)["replayed"] for (said, _), _ in reports), count)
        for (said, complaint), process in reports:
            self.assertEqual(process.returncode, FAILURE if json.loads(said)["left"] else OK, complaint)


class OneAtATime(DeadLetters):
    """Without a run: the store is written by the test."""

    def setUp(self):
        super().setUp()
        self.redis = self.server("redis")
        self.configure("redis_stream", self.stream(self.redis), IN_FILE)

    def store(self, *lines):
        self.write("letters", "".join(line + "\n" for line in lines))

    def test_filters_combine(self):
        self.store(envelope("a", "1-0"), envelope("b", "2-0", task="out"), envelope("c", "3-0", last="2026-11-28T12:00:00.000Z"))
        def named(*words):
            return [one["message_id"] for one in self.listed(*words)]
        self.assertEqual(named("--task", "work"), ["1-0", "3-0"])
        self.assertEqual(named("--task", "work", "--since", "2026-11-28T11:00:00Z"), ["3-0"])
        self.assertEqual(named("--since", "2026-11-29"), [])
        self.assertEqual(named("--reason", "no l"), ["1-0", "2-0", "3-0"])
        self.assertEqual(named("--reason", "luckless"), [])
        self.assertEqual(named("--limit", "2"), ["1-0", "2-0"])
        self.assertIn("there are more than these 2 letters", self.tool("list", "--limit", "2").stderr)
        self.assertIn("did you mean work?", self.tool("list", "--task", "wrok").stderr)
        self.assertEqual(self.tool("discard", "--all", "--task", "work", "--limit", "1").stdout, "discarded 1 letter\n")
        self.assertEqual(named(), ["2-0", "3-0"])

    def test_a_list_has_one_line_a_letter_whatever_is_in_it(self):
        letter = json.loads(envelope("a", "1\n2\x1b[31m"))
        self.store(json.dumps({**letter, "reason": "two\nlines\x07", "task": "work"}))
        title, row = self.tool("list").stdout.splitlines()
        for text in (r"1\x0a2\x1b[31m", r"two\x0alines\x07"):
            self.assertIn(text, row)

    def test_a_reader_of_the_list_that_leaves_has_seen_enough(self):
        self.store(*(envelope("a", f"{number}-0") for number in range(100)))
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as gone:
            for words in ("list", "list --format json", "--help"):
                run = subprocess.run([self.program, "dead-letters", *words.split()], cwd=self.folder, env=self.environment(),
                                     stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual((run.returncode, run.stderr), (OK, ""), words)

    def test_a_list_that_repeats_a_message_names_its_last_letter(self):
        self.store(envelope("a"), envelope("a", task="out", last="2026-11-28T12:00:00.000Z"), envelope("other"))
        first, other = self.listed()
        self.assertEqual((first["letters"], first["task"], other["letters"]), (2, "out", 1))
        self.assertEqual(self.tool("discard", first["id"]).stdout, "discarded 2 letters\n")

    def test_what_is_no_letter_is_named_and_passed_over(self):
        self.store(envelope("a"), "nonsense", '{"version":2}', envelope("b", "2-0")[:-40], envelope("c", "3-0"))
        run = self.tool("list")
        self.assertEqual(len(run.stdout.splitlines()), 3)
        names = re.findall(r"passed over ([0-9a-f]{16}): no dead letter: (.*)", run.stderr)
        self.assertEqual([why for _, why in names], ["it is no JSON object", "it has version 2, which this Tempest does not know",
                                                     "it is no JSON object"])
        self.assertEqual(self.tool("replay", "--all").stdout, "replayed 2 messages\n")
        self.assertEqual(len(self.lines("letters")), 3)
        self.assertEqual(self.tool("discard", names[0][0]).stdout, "discarded 1 letter\n")
        self.assertEqual(len(self.lines("letters")), 2)

    def test_letters_of_other_topologies_are_left_alone(self):
        self.store(envelope("a"), envelope("b", topology="other"))
        run = self.tool("replay", "--all")
        self.assertEqual((run.stdout, run.stderr), ("replayed 1 message\n", "1 letter of other topologies left alone\n"))
        self.assertEqual(self.tool("discard", "--all").stdout, "discarded 0 letters\n")
        self.assertEqual(len(self.lines("letters")), 1)

    def test_a_letter_that_is_not_there(self):
        self.store(envelope("a"))
        for verb in ("show", "replay", "discard"):
            self.assertIn(f"there is no dead letter '{SOME_ID}'", self.tool(verb, SOME_ID, code=NO_INPUT).stderr)
        self.assertEqual(len(self.lines("letters")), 1)

    def test_letters_are_chosen_on_purpose(self):
        for words, why in {"replay": "which letters?", "discard": "which letters?", "discard x --all": "exclude each other",
                           "replay x --task work": "do not go with ids", "list --limit none": "--limit takes a number",
                           "list --since soon": "--since takes a duration", "show": "ID is required",
                           "lst": "did you mean list?"}.items():
            self.assertIn(why, self.tool(*words.split(), code=USAGE).stderr)

    def test_an_export_can_be_read_again(self):
        self.store(envelope("a"), envelope("b", "2-0"))
        self.assertEqual(self.tool("export", "all.jsonl").stdout, "exported 2 letters to all.jsonl\n")
        self.assertEqual(self.lines("all.jsonl"), self.lines("letters"))
        before = self.listed()
        self.assertIn("--force", self.tool("export", "all.jsonl", "--task", "none", code=WOULD_OVERWRITE).stderr)
        self.assertEqual(self.listed("--set", f"dead_letter.config.path={self.folder / 'all.jsonl'}"), before)
        self.tool("export", "all.jsonl", "--limit", "1", "--force")
        self.assertEqual(len(self.lines("all.jsonl")), 1)
        self.assertEqual(sorted(path.name for path in self.folder.glob("all.jsonl*")), ["all.jsonl"])

    def test_an_export_replaces_files_only(self):
        self.store(envelope("a"))
        os.mkfifo(self.folder / "pipe")
        (self.folder / "old").write_text("old")
        (self.folder / "link").symlink_to("old")
        for force in ([], ["--force"]):
            for name in ("pipe", "."):
                self.assertIn("is no file that could be written anew", self.tool("export", name, *force, code=IO).stderr)
        self.assertTrue(stat.S_ISFIFO((self.folder / "pipe").stat().st_mode))
        self.tool("export", "link", code=WOULD_OVERWRITE)
        self.tool("export", "link", "--force")
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual(self.lines("old"), self.lines("letters"))

    def test_an_export_replaces_no_file_of_the_topology(self):
        self.store(envelope("a"), envelope("b", "2-0"))
        kept = self.lines("letters")
        (self.folder / "soft").symlink_to("letters")
        (self.folder / "hard").hardlink_to(self.folder / "letters")
        (self.folder / "deep").mkdir()
        for name in ("letters", "soft", "hard", "deep/../letters", self.folder / "letters"):
            for force in ([], ["--force"]):
                with self.subTest(name=name, force=force):
                    run = self.tool("export", name, "--limit", "1", *force, code=WOULD_OVERWRITE)
                    self.assertIn("what path of [dead_letter.config] names, and would be replaced", run.stderr)
        for name in ("Topology.toml", "out"):
            self.assertIn("would be replaced", self.tool("export", name, "--force", code=WOULD_OVERWRITE).stderr)
        self.assertEqual(self.lines("letters"), kept)
        (self.folder / "soft").unlink()
        self.tool("export", "soft", "--force")
        self.assertEqual(self.lines("soft"), kept)

    def test_what_the_source_cannot_take_stays_a_letter(self):
        keyed = json.loads(envelope("a"))
        self.store(json.dumps({**keyed, "key": "k"}), envelope("b", "2-0"))
        run = self.tool("replay", "--all", code=FAILURE)
        self.assertEqual(run.stdout, "replayed 1 message; 1 rejected\n")
        self.assertIn("no key_field", run.stderr)
        self.assertEqual(len(self.lines("letters")), 1)

    def test_what_its_header_makes_too_large_stays_a_letter(self):
        self.store(envelope("x" * 990), envelope("b", "2-0"))
        run = self.tool("replay", "--all", "--set", "topology.max_message_bytes=1000", code=FAILURE)
        self.assertEqual(run.stdout, "replayed 1 message; 1 rejected\n")
        self.assertIn("max_message_bytes = 1000: let it be more", run.stderr)
        self.assertEqual(self.tool("replay", "--all").stdout, "replayed 1 message\n")
        self.assertEqual(self.lines("letters"), [])

    def test_a_source_that_is_away(self):
        self.store(envelope("a"))
        self.redis.stop()
        self.assertIn("the source takes no more now", self.tool("replay", "--all", code=UNAVAILABLE).stderr)
        self.assertEqual(len(self.lines("letters")), 1)

    def test_a_store_that_is_away(self):
        self.configure("redis_stream", self.stream(self.redis), self.in_redis(self.redis))
        self.redis.stop()
        self.assertIn("the dead letters cannot be read: Redis at", self.tool("list", code=UNAVAILABLE).stderr)

    def test_a_store_that_cannot_be_written_or_read(self):
        self.store(envelope("a"), envelope("b", "2-0"))
        kept = self.lines("letters")

        def takes_nothing():  # as a disk that fails: the tool may write to no file
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        for verb in ("discard", "replay"):
            run = subprocess.run([self.program, "dead-letters", verb, "--all"], cwd=self.folder, env=self.environment(),
                                 preexec_fn=takes_nothing, restore_signals=False, capture_output=True, text=True, timeout=60)
            self.assertEqual(run.returncode, IO, run.stderr)
            self.assertRegex(run.stderr, "dead letters cannot be removed: cannot write '.*letters': File too large")
            self.assertEqual(self.lines("letters"), kept)
        self.assertEqual(sorted(self.payloads(self.redis, "s")), ["a", "b"], "they went back before that")
        run = self.tool("list", "--set", "dead_letter.config.path=.", code=IO)
        self.assertIn("the dead letters cannot be read: '.' is no regular file", run.stderr)

    def test_what_is_discarded_while_there_is_no_room_for_the_rest(self):
        self.store(*(envelope("a" * 1000, f"{number}-0") for number in range(100)))

        def is_full():
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        first = self.listed()[0]["id"]
        run = subprocess.run([self.program, "dead-letters", "discard", first], cwd=self.folder, env=self.environment(),
                             preexec_fn=is_full, restore_signals=False, capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout), (OK, "discarded 1 letter\n"), run.stderr)
        self.assertRegex(run.stderr, "what was erased is gone, but keeps its room, as .*File too large")
        self.assertEqual((len(self.listed()), len(self.lines("letters"))), (99, 100))
        self.tool("discard", self.listed()[0]["id"])
        self.assertEqual(len(self.lines("letters")), 98)

    def test_every_command_of_the_documentation(self):
        self.store(envelope("a"), envelope("b", "2-0", last="2999-01-01T00:00:00.000Z"))
        kept = (self.folder / "letters").read_text()
        text = (ROOT / "docs/dead-letters.md").read_text()
        commands = re.findall(r"^tempest (dead-letters .*?)(?: +#.*)?$", text, re.M)
        self.assertGreater(len(commands), 7)
        for line in commands:
            self.write("letters", kept)
            with self.subTest(line=line):
                self.expect(OK, *shlex.split(line.replace(SOME_ID, self.listed()[0]["id"])))


class WithoutTheFunctions(DeadLetters):
    """Sources and sinks that cannot: the command says so, and what to do."""

    def test_a_file_source_takes_nothing_back(self):
        self.write("in", "one\ntwo\n")
        self.configure("file", 'path = "in"', IN_FILE)
        self.run_all()
        self.assertEqual(len(self.listed()), 2)
        run = self.tool("replay", "--all", code=BAD_CONFIG)
        self.assertIn("source 'file' takes no messages back", run.stderr)
        self.assertIn("tempest dead-letters export FILE", run.stderr)
        self.assertEqual(len(self.lines("letters")), 2)
        self.tool("export", "letters.jsonl")
        self.assertEqual(self.tool("discard", "--all").stdout, "discarded 2 letters\n")

    def test_a_sink_that_does_not_show_what_it_has(self):
        self.configure("mock", "", LETTERS.format(sink="stdout", config=""))
        for words in ("list", "show x", "replay --all", "discard --all", "export f"):
            self.assertIn("sink 'stdout', which cannot show again", self.tool(*words.split(), code=BAD_CONFIG).stderr)

    def test_a_topology_without_dead_letters(self):
        self.configure("mock", "", "")
        self.assertIn("Add [dead_letter] with a sink", self.tool("list", code=BAD_CONFIG).stderr)

    def test_looking_makes_no_file(self):
        self.configure("mock", "", LETTERS.format(sink="file", config='path = "deep/letters"'))
        self.assertEqual(self.tool("list").stderr, "no dead letters\n")
        self.assertFalse((self.folder / "deep").exists())


class SinkThatIsDown(DeadLetters):
    def test_messages_wait_while_the_dead_letters_cannot_be_written(self):
        redis, dead = self.server("redis"), self.server("dead", durable=True)
        self.configure("redis_stream", self.stream(redis) + "read_msg_count = 10\n", self.in_redis(dead))
        redis.add_numbers("s", range(100))
        run = self.start()
        self.wait_for(lambda: dead.command("XLEN", "dead") == 100, "the sink takes letters")
        dead.kill()
        redis.add_numbers("s", range(100, 1100))
        self.wait_for(lambda: redis.command("XPENDING", "s", "g")[0] >= 30, "almost as many are read as may be pending")
        time.sleep(2)
        self.assertIsNone(run.poll())
        self.assertLess(redis.command("XPENDING", "s", "g")[0], 150, "the source is held back")
        dead.start()
        self.wait_for(lambda: dead.command("XLEN", "dead") >= 1100, "all letters are written", limit_s=120)
        self.wait_for(lambda: redis.unsettled() == 0, "all are acknowledged")
        run.terminate()
        self.assertEqual(run.wait(60), OK)
        self.assertEqual({base64.b64decode(json.loads(one)["payload_base64"]).decode() for one in self.payloads(dead, "dead")},
                         {str(number) for number in range(1100)})


if __name__ == "__main__":
    unittest.main()
