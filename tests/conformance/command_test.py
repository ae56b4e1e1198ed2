"""`tempest plugin check` as a command: its table, its exit codes, and what it says about wrong files."""
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from kit import PLUGINS, KitTest
from support import BAD_CONFIG, FAILURE, NO_INPUT, OK, UNAVAILABLE, USAGE

MOCK, REDIS, FILE = (PLUGINS / f"libtempest_{name}.so" for name in ("mock", "redis", "file"))


# Says who it is, leaves a child in its group and never ends.
ENDLESS = 'begins_anew = true\nfill = "sleep 1000 & echo $$! $$$$ >{file}.new; mv {file}.new {file}; wait"\n[source]\n'


def state_and_parent(pid):
    """As of /proc; of one that is not there any more as of one that nobody waits for."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ["Z", "0"]
    return stat.rpartition(")")[2].split()[:2]


def children(pid):
    everyone = [one.name for one in pathlib.Path("/proc").iterdir() if one.name.isdigit()]
    return {one for one in everyone if state_and_parent(one)[1] == str(pid)}


class Command(KitTest):
    def said(self, code, *words):
        return self.expect(code, "plugin", "check", *words).stderr

    def config(self, text):
        return self.write("kit.toml", text)

    def test_without_a_file_what_can_be_tried_is(self):
        run = self.expect(OK, "plugin", "check", MOCK)
        self.assertRegex(run.stderr, r"\A(source mock: .* s, \d+ messages\n)*\Z", "what is slow is shown as it works")
        self.assertRegex(run.stdout, r"(?m)^source mock\ncase +tried +seen$")
        self.assertRegex(run.stdout, r"(?m)^options +ok +each option .* 6 options, \d+ values; \d+ refused by the host, 0 by the plugin; `wrong` is not given$")
        self.assertRegex(run.stdout, r"(?m)^settle +not tried +.*the command `fill` is not given$")
        self.assertRegex(run.stdout, r"(?m)^ok: 0 of \d+ cases failed$")

    def test_of_what_needs_options_nothing_is_tried_without(self):
        run = self.expect(FAILURE, "plugin", "check", REDIS, "--name", "redis_stream")
        self.assertRegex(run.stdout, r"(?m)^options +not tried +.* needs option 'uri'.*: give it in \[source\] of --config$")
        self.assertNotIn("FAILED", run.stdout)
        self.assertTrue(run.stdout.endswith("\nnothing was tried: the table says what is missing\n"), run.stdout)

    def test_to_try_nothing_is_no_success(self):
        config = self.config('begins_anew = true\n[source]\n[sink]\npath = "{folder}/out"\n')
        run = self.expect(FAILURE, "plugin", "check", MOCK, "--config", config, "--case", "settle", "--case", "limits")
        self.assertRegex(run.stdout, r"(?m)^contract +not tried +.* nothing was tried$")
        self.assertTrue(run.stdout.endswith("\nnothing was tried: the table says what is missing\n"), run.stdout)
        (plugin,) = json.loads(self.expect(FAILURE, "plugin", "check", MOCK, "--config", config, "--case", "settle", "--format", "json").stdout)["plugins"]
        self.assertFalse(plugin["ok"])
        config = self.config('[source]\npath = "{folder}/in"\nfollow = true\n[sink]\npath = "{folder}/out"\n')
        run = self.expect(OK, "plugin", "check", FILE, "--config", config, "--case", "options", "--case", "settle")
        self.assertTrue(run.stdout.endswith("\nok: 0 of 4 cases failed\n"), run.stdout)
        run = self.expect(OK, "plugin", "check", FILE, "--config", config, "--case", "browse")
        self.assertTrue(run.stdout.endswith("\nok: 0 of 2 cases failed; nothing was tried of source file\n"), run.stdout)

    def test_a_wrong_option_in_the_file(self):
        config = self.config("[source]\nnope = 1\n")
        self.assertIn("[source] of the file: mock has no option 'nope'", self.said(BAD_CONFIG, MOCK, "--config", config))

    def test_a_failed_case_is_exit_code_1_and_said_last(self):
        config = self.config('generator = true\npatience = "5s"\n[source]\ncount = 1\n')
        run = self.expect(FAILURE, "plugin", "check", MOCK, "--config", config, "--case", "settle")
        self.assertRegex(run.stdout, r"(?m)^settle +FAILED +.*of 60 messages that are to come not all do: ")
        self.assertTrue(run.stdout.endswith("1 of 2 cases failed\n"), run.stdout)

    def test_what_is_missing(self):
        self.assertIn("there is no file nothing.so", self.said(NO_INPUT, "nothing.so"))
        self.assertIn("no.toml", self.said(NO_INPUT, MOCK, "--config", "no.toml"))
        self.assertIn("has no 'moc'; did you mean mock?", self.said(NO_INPUT, MOCK, "--name", "moc"))

    def test_what_is_no_plugin(self):
        self.assertIn("cannot be used", self.said(BAD_CONFIG, self.write("text.so", "no library")))

    def test_what_is_wrong_in_the_file(self):
        wrong = self.config("brokr = 1\n[source]\n")
        self.assertRegex(self.said(BAD_CONFIG, MOCK, "--config", wrong), r"kit\.toml:1:1: error: .*brokr.*broker")

    def test_which_plugin_and_which_case(self):
        config = self.config("[source]\nuri = \"redis://localhost\"\nkey = \"k\"\ngroup = \"g\"\n")
        self.assertIn("which source? Name one with --name: redis_list, redis_stream", self.said(USAGE, REDIS, "--config", config))
        self.assertIn("there is no case 'setle'; did you mean settle?", self.said(USAGE, MOCK, "--case", "setle"))

    def test_a_command_that_fails_breaks_off_what_was_tried_so_far(self):
        config = self.config('fill = "echo no broker >&2; exit 3"\nbegins_anew = true\n[source]\n')
        why = "the command `fill` failed: exit code 3; it said: no broker"
        run = self.expect(UNAVAILABLE, "plugin", "check", MOCK, "--config", config)
        self.assertIn(why, run.stderr)
        names = [line.split()[0] for line in run.stdout.splitlines()]
        self.assertEqual(names, ["source", "case", "options", "settle", "contract", "0"], run.stdout)
        self.assertRegex(run.stdout, rf"(?m)^options +ok .*\nsettle +BROKEN OFF .* {why}\n")
        self.assertTrue(run.stdout.endswith("\n0 of 2 cases failed, then the check was broken off\n"), run.stdout)
        (plugin,) = json.loads(self.expect(UNAVAILABLE, "plugin", "check", MOCK, "--config", config, "--format", "json").stdout)["plugins"]
        self.assertEqual([one["verdict"] for one in plugin["cases"]], ["ok", "BROKEN OFF", "ok"])
        self.assertFalse(plugin["ok"])

    def test_a_command_that_fails_is_heard_of_where_ends_of_processes_are_ignored(self):
        self.config('fill = "exit 3"\nbegins_anew = true\n[source]\n')
        words = ["env", "--ignore-signal=CHLD", self.program, "plugin", "check", MOCK, "--config", "kit.toml", "--case", "settle"]
        run = subprocess.run(words, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=self.limit_s)
        self.assertEqual(run.returncode, UNAVAILABLE, run.stderr)
        self.assertIn("the command `fill` failed: exit code 3", run.stderr)

    def test_a_check_that_lasts_says_how_far_it_is(self):
        config = self.config('fill = "sleep 11; exit 3"\nbegins_anew = true\n[source]\n')
        run = self.expect(UNAVAILABLE, "plugin", "check", MOCK, "--config", config, "--case", "settle")
        self.assertRegex(run.stderr, r"\Asource mock: settle, \d+ s, 60 messages\n(source mock: .*\n)*error: the command `fill` failed: exit code 3")

    def test_a_signal_ends_all_that_was_started_and_leaves_no_file(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                check, started = self.endless_check(f"--default-signal={number.name[3:]}")
                check.send_signal(number)
                self.assert_ends_by(check, number, started)

    def test_a_signal_that_is_ignored_stays_so(self):
        check, started = self.endless_check("--ignore-signal=HUP")
        check.send_signal(signal.SIGHUP)
        check.send_signal(signal.SIGTERM)
        self.assert_ends_by(check, signal.SIGTERM, started)

    def test_what_was_started_ends_with_a_check_that_is_killed(self):
        check, started = self.endless_check("--default-signal=TERM")
        check.kill()
        check.communicate(timeout=self.limit_s)
        self.assert_ended(started)

    def endless_check(self, signals):
        """A check within its command `fill`, by `env` with that word, and all processes that it has started."""
        self.temporary = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        told = self.folder / "pids"
        told.unlink(missing_ok=True)
        config = self.config(ENDLESS.format(file=told))
        words = ["env", signals, self.program, "plugin", "check", MOCK, "--config", config, "--case", "settle"]
        check = subprocess.Popen(words, cwd=self.folder, env=self.environment(TMPDIR=str(self.temporary)),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, check)
        self.wait_for(told.exists, "the command runs")
        first = children(check.pid)
        self.assertEqual(len(first), 2, "the plugin's process and the command")
        return check, {*first, *told.read_text(encoding="utf-8").split()}

    def assert_ends_by(self, check, number, started):
        printed = check.communicate(timeout=self.limit_s)
        self.assertEqual(check.returncode, -number, printed)
        self.assert_ended(started)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def assert_ended(self, started):
        for pid in started:
            self.wait_for(lambda pid=pid: state_and_parent(pid)[0] == "Z", f"process {pid} has ended")

    def test_a_file_that_breaks_while_it_is_checked_is_a_line_of_the_table(self):
        config = self.config('fill = "rm -r {folder}"\nbegins_anew = true\npatience = "10s"\n[source]\npath = "{folder}/in"\n')
        run = self.expect(FAILURE, "plugin", "check", FILE, "--config", config, "--case", "settle")
        self.assertRegex(run.stdout, r"(?m)^settle +FAILED +.*create refused the options: ")


if __name__ == "__main__":
    unittest.main()
