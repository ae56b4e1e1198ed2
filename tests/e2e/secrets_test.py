"""A password in Topology.toml, in an environment variable or on the command line appears in no output, ever."""
import unittest

from support import CommandTest

PASSWORD = "pw-hunter2-XYZZY"

TOPOLOGY = """name = "demo"
{top}
[source]
type = "redis_stream"
[source.config]
uri = {uri}
key = "k"
group = "g"
{more}
[[task]]
name = "out"
sink = "file"
[task.config]
path = "out.txt"
"""

WORDS = [["check"], ["check", "--format", "json"], ["check", "--online"], ["check", "--online", "--format", "json"],
         ["run", "standalone", "--duration", "300ms", "--log-level", "debug", "--report", "-"],
         ["run", "standalone", "--duration", "300ms", "--log-level", "debug", "--log-format", "json"],
         ["run", "topology", "--port", "0", "--duration", "300ms", "--log-level", "debug", "--report", "-"],
         ["run", "task", "out", "--topology", "127.0.0.1:1", "--duration", "300ms", "--log-level", "debug"],
         ["tasks", "list", "--all"], ["sources", "show", "redis_stream"], ["sources", "show", "redis_stream", "--format", "json"]]


class Secrets(CommandTest):
    def assert_silent(self, run, words):
        self.assertNotIn(PASSWORD, run.stdout + run.stderr, words)
        self.assertNotIn("hunter2", run.stdout + run.stderr, words)

    def everywhere(self, text, **environment):
        self.write("Topology.toml", text)
        for words in WORDS:
            with self.subTest(words=words):
                self.assert_silent(self.run_command(*words, **environment), words)

    def test_in_the_uri(self):
        self.everywhere(TOPOLOGY.format(top="", uri=f'"redis://user:{PASSWORD}@127.0.0.1:1/0"', more=""))

    def test_in_a_uri_that_is_wrong(self):
        for uri in (f'"redis://user:{PASSWORD}@:notaport/x"', f'"rediss:{PASSWORD}"', f'"{PASSWORD}"', f'["{PASSWORD}"]'):
            with self.subTest(uri=uri):
                self.write("Topology.toml", TOPOLOGY.format(top="", uri=uri, more=""))
                for words in WORDS[:8]:
                    self.assert_silent(self.run_command(*words), words)

    def test_from_the_environment(self):
        self.everywhere(TOPOLOGY.format(top="", uri='"redis://:${E2E_PASSWORD}@127.0.0.1:1"', more=""), E2E_PASSWORD=PASSWORD)

    def test_in_a_file_with_a_syntax_error(self):
        self.everywhere(TOPOLOGY.format(top="", uri=f'"redis://user:{PASSWORD}@127.0.0.1:1', more=""))
        self.everywhere(TOPOLOGY.format(top="", uri=f'"redis://user:{PASSWORD}@127.0.0.1:1" x', more=""))

    def test_under_a_key_that_does_not_exist(self):
        self.everywhere(TOPOLOGY.format(top=f'auth_token = "{PASSWORD}"', uri='"redis://127.0.0.1:1"',
                                        more=f'password = "{PASSWORD}"'))
        self.everywhere(TOPOLOGY.format(top="", uri='"redis://127.0.0.1:1"',
                                        more=f'[admin]\nlisten = "127.0.0.1:0"\nauth_token = "{PASSWORD}"\ntokn = 1'))

    def test_of_the_admin(self):
        listeners = '[admin]\nlisten = "127.0.0.1:0"\nauth_token = "{}"\n[admin.task]\nlisten = "127.0.0.1:0"\n'
        self.everywhere(TOPOLOGY.format(top="", uri='"redis://127.0.0.1:1"', more=listeners.format(PASSWORD)))

    def test_on_the_command_line(self):
        self.write("Topology.toml", TOPOLOGY.format(top="", uri='"redis://127.0.0.1:1"', more=""))
        for setting in (f"source.config.uri=redis://u:{PASSWORD}@127.0.0.1:1", f"source.config.password={PASSWORD}",
                        f"{PASSWORD}", f"auth_token={PASSWORD}"):
            for words in (["check", "--set", setting], ["run", "standalone", "--duration", "300ms", "--set", setting]):
                with self.subTest(words=words[0], setting=setting):
                    self.assert_silent(self.run_command(*words), words)


if __name__ == "__main__":
    unittest.main()
