"""Each template: scaffolded into a temporary folder, built, tested, checked and run, as a user would."""
import base64
import fcntl
import json
import os
import shutil
import subprocess
import time
import tomllib
import unittest

import support
from redis_server import RedisServer
from support import BAD_CONFIG, FAILURE, OK, UNAVAILABLE, CommandTest


class Project(CommandTest):
    template = "default"

    def scaffold(self, *words):
        self.expect(OK, "new", "shop", "--template", self.template, *words)
        self.project = self.folder / "shop"

    def here(self, code, *words, **how):
        return self.expect(code, *words, cwd=self.project, **how)

    def build(self, *words):
        run = self.here(OK, "build", *words, timeout=600)
        self.assertNotIn("warning", run.stdout + run.stderr)
        self.assertEqual(run.stderr, "", "a build without a warning says nothing else")
        return run

    def report(self, *words, **how):
        return json.loads(self.here(OK, "run", "standalone", "--report", "-", *words, **how).stdout)

    def passes_its_own_tests(self):
        tested = self.here(OK, "test", timeout=600)
        self.assertRegex(tested.stdout, r"100% tests passed, 0 tests failed out of [1-9]")


class Default(Project):
    def test_everything_a_new_user_does(self):
        self.scaffold()
        start = time.monotonic()
        self.assertIn("libtasks.so", self.build().stdout)
        self.assertEqual(list(self.project.glob("build/.release/tests/shop_tests")), [], "`test` builds what it needs")
        print(f"clean build of a scaffold: {time.monotonic() - start:.1f} s", flush=True)  # told, never asserted
        self.passes_its_own_tests()
        checked = self.here(OK, "check")
        self.assertEqual(checked.stdout,
                         "ok: mock -> drop_trials, split_order, count_items (at least once); nothing connected\n")
        made = self.report()
        self.assertEqual((made["source"]["read"], made["source"]["acked"]), (1000, 1000))
        self.assertEqual({name: (task["inflow"], task["handled"], task["skipped"], task["outflow"])
                          for name, task in made["tasks"].items()},
                         {"drop_trials": (1000, 900, 100, 900), "split_order": (900, 900, 0, 1800),
                          "count_items": (1800, 1800, 0, 0)})
        listed = self.here(OK, "tasks", "list").stdout
        for task in ("drop_trials", "split_order", "count_items"):
            self.assertIn(task, listed)
        run = self.here(BAD_CONFIG, "check", "--set", "task.split_order.config.seperator=x")
        self.assertIn("did you mean 'separator'?", run.stdout)
        self.what_cannot_be_processed_is_in_the_dead_letters()
        self.a_failing_test_fails_the_command()

    def what_cannot_be_processed_is_in_the_dead_letters(self):
        made = self.report("--set", "source.config.count=3", "--set", "source.config.payload=no order {n}")
        self.assertEqual((made["source"]["read"], made["source"]["acked"], made["source"]["dead_lettered"]), (3, 3, 3))
        letters = [json.loads(line) for line in (self.project / "dead_letters.jsonl").read_text().splitlines()]
        self.assertEqual(sorted(base64.b64decode(letter["payload_base64"]).decode() for letter in letters),
                         ["no order 1", "no order 2", "no order 3"])
        for letter in letters:
            self.assertEqual((letter["version"], letter["topology"], letter["task"]), (1, "shop", "drop_trials"))
            self.assertIn("not an order", letter["reason"])

    def a_failing_test_fails_the_command(self):
        drop = self.project / "src/drop_trials.hpp"
        drop.write_text(drop.read_text().replace("% 10 != 0", "% 10 == 0"))
        self.assertIn("tests failed", self.here(FAILURE, "test", timeout=600).stdout)


class WithoutTests(Project):
    """A project whose own tests are taken out: they only cost time here."""

    def scaffold(self):
        super().scaffold()
        shutil.rmtree(self.project / "tests")
        listed = self.project / "CMakeLists.txt"
        listed.write_text(listed.read_text().replace("add_subdirectory(tests)", ""))


class Builds(WithoutTests):
    def test_release_and_debug_are_kept_apart_and_share_the_place_of_plugins(self):
        self.scaffold()
        sizes = {}
        for words in ([], ["--debug"], ["--release"]):
            self.build(*words)
            sizes[" ".join(words)] = (self.project / "build/libtasks.so").stat().st_size
        self.assertEqual(sizes[""], sizes["--release"])
        self.assertNotEqual(sizes[""], sizes["--debug"])
        self.here(OK, "build", "--clean")
        self.assertEqual([path.name for path in (self.project / "build").iterdir()], [])

    def test_builds_at_one_time_wait_for_each_other(self):
        self.scaffold()
        (self.project / "build").mkdir()
        held = os.open(self.project / "build", os.O_RDONLY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        builds = [subprocess.Popen([self.program, "build"], cwd=self.project, env=self.environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for build in builds:
            self.addCleanup(build.kill)
            self.assertIn("another build is running", build.stderr.readline())
        fcntl.flock(held, fcntl.LOCK_UN)
        for build in builds:
            _, said = build.communicate(timeout=600)
            self.assertEqual((build.returncode, said), (0, ""))

    def test_what_is_not_installed_is_said_first(self):
        self.scaffold()
        tools = self.folder / "tools"
        tools.mkdir()
        for name, missing in (("cmake", "there is no C++ compiler, and neither ninja nor make"), ("ninja", "there is no C++ compiler")):
            (tools / name).symlink_to(shutil.which(name))
            run = self.here(UNAVAILABLE, "build", PATH=str(tools))
            self.assertTrue(run.stderr.startswith(f"error: {missing}; on Debian: apt-get install cmake ninja-build g++\n"), run.stderr)
            self.assertIn("configuring with CMake failed", run.stderr)

    def test_a_changed_sdk_is_noticed(self):
        self.scaffold()
        self.build()
        noted = self.project / "build/.release/.tempest_sdk"
        noted.write_text("/elsewhere 0.0.1\n")
        cache = self.project / "build/.release/CMakeCache.txt"
        cache.write_text(cache.read_text().replace("Tempest_ROOT", "Other_ROOT"))
        self.build()
        self.assertIn("Tempest_ROOT", cache.read_text())
        self.assertNotIn("elsewhere", noted.read_text())

    def test_plain_cmake_in_a_fresh_clone_once_tempest_built_there(self):
        self.scaffold()
        (self.project / "CMakeUserPresets.json").unlink()
        self.build()
        shutil.rmtree(self.project / "build")
        for words in (["cmake", "-B", "build"], ["cmake", "--build", "build", "--parallel", "2"]):
            run = subprocess.run(words, cwd=self.project, env=self.environment(), capture_output=True, text=True, timeout=600)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.here(OK, "check")

    def test_errors_and_warnings_of_the_compiler_are_shown(self):
        self.scaffold()
        source = self.project / "src/tasks.cpp"
        whole = source.read_text()
        source.write_text(whole + "\nstatic int unused_thing = 1;\n")
        self.assertIn("unused_thing", self.here(OK, "build", timeout=600).stderr)
        source.write_text(whole + "\nint nonsense = missing_name;\n")
        run = self.here(FAILURE, "build", timeout=600)
        self.assertIn("missing_name", run.stderr)
        self.assertIn("error: the build failed", run.stderr)
        self.assertNotIn("\x1b", run.stderr + run.stdout)
        self.assertIn("no tests", self.no_tests(source, whole).stderr)

    def no_tests(self, source, whole):
        source.write_text(whole)
        return self.here(FAILURE, "test", timeout=600)


class RedisStream(Project):
    template = "redis_stream"

    def test_a_stream_of_a_real_redis(self):
        self.scaffold("--define", "stream=poems")
        self.build()
        self.passes_its_own_tests()
        self.here(OK, "check")
        with RedisServer(self.folder) as redis:
            environment = {"REDIS_URI": redis.uri}
            self.assertIn("all reachable", self.here(OK, "check", "--online", **environment).stdout)
            for line in ("the quick brown fox", "   ", "jumps over"):
                redis.command("XADD", "poems", "*", "payload", line)
            redis.command("XADD", "poems", "*", "payload", b"not\0text")
            made = self.report("--stop-when-idle", "1s", **environment)
            self.assertEqual({name: made["source"][name] for name in ("read", "acked", "dead_lettered")},
                             {"read": 4, "acked": 4, "dead_lettered": 1})
            words = [fields[fields.index("payload") + 1] for _, fields in redis.command("XRANGE", "poems:words", "-", "+")]
            self.assertEqual(sorted(words), sorted("the quick brown fox jumps over".split()))
            self.assertEqual(redis.command("XLEN", "poems:dead"), 1)
            self.assertEqual(redis.command("XPENDING", "poems", "tempest")[0], 0)

        self.a_password_is_used_and_not_shown()

    def a_password_is_used_and_not_shown(self):
        with RedisServer(self.folder, password="hunter2") as redis:
            redis.command("XADD", "poems", "*", "payload", "a b")
            run = self.here(OK, "run", "standalone", "--stop-when-idle", "1s", "--log-level", "debug", REDIS_URI=redis.uri)
            self.assertEqual(redis.command("XLEN", "poems:words"), 2)
            wrong = redis.uri.replace("hunter2", "hunter3")
            away = self.here(69, "check", "--online", REDIS_URI=wrong)
            for text in (run.stdout, run.stderr, away.stdout, away.stderr):
                self.assertNotIn("hunter", text)
            self.assertIn("password", away.stdout.lower())


class RedisList(Project):
    template = "redis_list"

    def test_a_list_of_a_real_redis(self):
        self.scaffold("--define", "jobs=mails")
        self.build()
        self.passes_its_own_tests()
        self.here(OK, "check")
        with RedisServer(self.folder) as redis:
            environment = {"REDIS_URI": redis.uri}
            self.assertIn("all reachable", self.here(OK, "check", "--online", **environment).stdout)
            redis.command("RPUSH", "mails", "shout: the fox", "count: the fox", "sing: la")
            made = self.report("--stop-when-idle", "1s", **environment)
            self.assertEqual({name: made["source"][name] for name in ("read", "acked", "dead_lettered")},
                             {"read": 3, "acked": 3, "dead_lettered": 1})
            self.assertEqual(sorted(redis.command("LRANGE", "mails:done", "0", "-1")), ["2", "THE FOX"])
            letters = json.loads(self.here(OK, "dead-letters", "list", "--format", "json", **environment).stdout)
            self.assertIn("no kind of job", json.dumps(letters))
            replayed = self.here(OK, "dead-letters", "replay", "--all", **environment)
            self.assertIn("replayed 1 message", replayed.stdout)
            self.assertEqual(redis.command("LRANGE", "mails", "0", "-1"), ["sing: la"])
            self.assertEqual(redis.command("EXISTS", "mails:dead", "mails:consumers"), 0)


class Source(Project):
    template = "source"

    def test_a_source_of_ones_own_keeps_its_contract(self):
        self.scaffold("--define", "folder=spool")
        self.build()
        self.passes_its_own_tests()  # the conformance test among them
        self.assertIn("at least once", self.here(OK, "sources", "list").stdout)
        spool = self.project / "spool"
        spool.mkdir()
        for name in ("one", "two", ".half written"):
            (spool / name).write_text(name)
        run = self.here(OK, "run", "standalone", "--stop-when-idle", "1s", "--report", "report.json")
        self.assertEqual(run.stdout, "one\ntwo\n")
        made = json.loads((self.project / "report.json").read_text())
        self.assertEqual((made["source"]["read"], made["source"]["acked"]), (2, 2))
        self.assertEqual(sorted(path.name for path in spool.iterdir()), [".half written", ".lock", "failed"])
        self.what_is_given_up_is_kept(spool)
        self.what_it_may_not_read_is_said(spool)

    def test_its_command_that_prints_what_failed_bears_that_nothing_did(self):
        self.scaffold()
        with open(self.project / "tests" / "conformance.toml", "rb") as file:
            command = tomllib.load(file)["failed"].replace("{folder}", str(self.folder)).replace("$$", "$")
        failed = self.folder / "inbox" / "failed"
        failed.mkdir(parents=True)
        self.assertEqual(subprocess.check_output(["sh", "-c", command], text=True), "")
        for name in ("one", "two"):
            (failed / name).write_text(name)
        self.assertEqual(sorted(subprocess.check_output(["sh", "-c", command], text=True).splitlines()), ["one", "two"])

    def what_is_given_up_is_kept(self, spool):
        for text in ("too large", "too large, too"):
            (spool / "same").write_text(text)
            self.here(FAILURE, "run", "standalone", "--stop-when-idle", "300ms", "--set", "topology.max_message_bytes=5",
                      "--set", "topology.failure_policy.on_exhausted=leave")
        self.assertEqual({path.name: path.read_text() for path in (spool / "failed").iterdir()},
                         {"same": "too large", "same.2": "too large, too"})

    def what_it_may_not_read_is_said(self, spool):
        (spool / "loop").symlink_to("/proc/self/mem")  # a file that not even root can read from its beginning
        run = self.here(69, "run", "standalone", "--stop-when-idle", "1s")
        self.assertIn("cannot read 'loop' in the folder 'spool': Input/output error", run.stderr)


class Installed(WithoutTests):
    """The same command from a prefix of its own: it finds templates, plugins, probe and SDK there."""

    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        subprocess.run(["cmake", "--install", support.BUILD, "--prefix", self.prefix], check=True, capture_output=True)
        self.program = str(self.prefix / "bin/tempest")

    def test_build_and_run_from_a_prefix(self):
        self.scaffold()
        self.build()
        self.assertIn(str(self.prefix), (self.project / "CMakeUserPresets.json").read_text())
        self.assertEqual(self.report()["source"]["acked"], 1000)
        listed = json.loads(self.here(OK, "sources", "list", "--format", "json").stdout)["sources"]
        self.assertTrue(listed)
        for source in listed:
            self.assertTrue(source["library"].startswith(str(self.prefix)), source)


if __name__ == "__main__":
    unittest.main()
