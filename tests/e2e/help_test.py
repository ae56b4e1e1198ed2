"""Help of every command, and what is said about words that mean nothing."""
import re
import shlex
import unittest

from support import OK, ROOT, USAGE, CommandTest

GROUPS = ["", "run", "dead-letters", "sources", "sinks", "tasks", "metrics", "plugin"]
COMMANDS = ["new", "build", "check", "test", "run standalone", "run topology", "run task", "status", "inflight", "errors", "tap", "pause", "resume", "drain", "stop", "top", "log-level",
            "dead-letters list", "dead-letters show", "dead-letters replay", "dead-letters discard", "dead-letters export", "sources list",
            "sources show", "sinks list", "sinks show", "tasks list", "tasks show", "metrics list",
            "plugin check"]


class Help(CommandTest):
    def test_help_of_every_command(self):
        for command in GROUPS + COMMANDS:
            with self.subTest(command=command):
                run = self.expect(OK, *command.split(), "--help")
                self.assertEqual(run.stderr, "")
                self.assertIn("Examples:", run.stdout)
                self.assert_golden(f"help{'_' if command else ''}{command.replace(' ', '_')}.txt", run.stdout)

    def test_every_command_of_the_list_is_tested_here(self):
        listed = re.findall(r"^  ([\w-]+) ", self.expect(OK, "--help").stdout.split("Commands:")[1].split("Examples:")[0], re.M)
        self.assertEqual(set(listed), {command.split()[0] for command in COMMANDS})

    def test_nothing_at_all_is_answered_with_help(self):
        self.assertEqual(self.expect(OK).stdout, self.expect(OK, "--help").stdout)

    def test_version(self):
        version = re.search(r'TEMPEST_VERSION "(.*)"', (ROOT / "sdk/include/tempest/version.h").read_text()).group(1)
        self.assertEqual(self.expect(OK, "--version").stdout, f"tempest {version}\n")


class WrongWords(CommandTest):
    CASES = {
        "nwe": "no command `tempest nwe`; did you mean new?",
        "elephant": "no command `tempest elephant`; there are new, build",
        "sources lst": "did you mean list?",
        "dead-leters list": "did you mean dead-letters?",
        "dead-letters reply --all": "did you mean replay?",
        "dead-letters list --tsak x": "no option --tsak; did you mean --task?",
        "run standalnoe": "did you mean standalone?",
        "sources": "which command? (list, show)",
        "new a --tempalte x": "no option --tempalte; did you mean --template?",
        "new a b": "'b' is one word too many",
        "new": "which name?",
        "new a --define x": "KEY=VALUE",
        "sources show": "NAME is required",
        "sources list --format yaml": "'yaml' is none of text, json",
        "run standalone --duration soon": "'soon' is not a duration",
        "run standalone --log-level loud": "none of debug, info, warn, error, off",
        "run standalone --duration": "--duration",
        "run task a b a": "task 'a' is named twice; name it once, and write --workers",
        "run task a --topology ''": "an address is missing in ''; write HOST:PORT",
        "run task a --topology localhost:1,": "an address is missing in 'localhost:1,'",
        "run task a --topology ,localhost:1": "an address is missing in ',localhost:1'",
        "run task a --topology h:1,,h:2": "an address is missing in 'h:1,,h:2'; write HOST:PORT",
        "run task a --topology h:1,h": "'h' is no address; write HOST:PORT",
        "build --release --debug": "exclude each other",
        "--verison": "did you mean --version?",
    }

    def test_wrong_usage_is_exit_code_2_with_a_hint_on_standard_error(self):
        for words, expected in self.CASES.items():
            with self.subTest(words=words):
                run = self.expect(USAGE, *shlex.split(words))
                self.assertEqual(run.stdout, "")
                self.assertTrue(run.stderr.startswith("error: "), run.stderr)
                self.assertIn(expected, run.stderr)


if __name__ == "__main__":
    unittest.main()
