"""`check`: what is wrong in Topology.toml is named with its place, all of it at once, and nothing is run."""
import json
import re
import socket
import time
import unittest

from support import BAD_CONFIG, BUILD, NO_INPUT, OK, UNAVAILABLE, CommandTest

GOOD = """name = "demo"
topology.failure_policy = { type = "none" }
[source]
type = "mock"
[[task]]
name = "out"
sink = "file"
[task.config]
path = "out.txt"
"""

SECOND_TASK = '[[task]]\nname = "more"\nsink = "stdout"\n'
EDGE = '[[edge]]\nfrom = "{}"\nto = "{}"\n'

ECHO = f"{BUILD}/tests/abi/libraries/echo_plugin_tempests_compiler.so"

# What is broken, and a piece of the line that must name it.
BROKEN = {
    "not TOML": ("name = \n", "Topology.toml:1"),
    "empty": ("", "the topology has no name"),
    "unknown key": (GOOD.replace("type =", "tpye =", 1), "did you mean 'type'?"),
    "unknown section": (GOOD + "[admn]\n", "unknown key 'admn'"),
    "a metric target that is none": (GOOD + '[metric]\ntarget = [ { type = "flie", path = "m" } ]\n',
                                     "Topology.toml:11:14: error: type of a target of [metric] cannot be"),
    "an address of [admin] that is none": (GOOD + '[admin]\nlisten = "9091"\n',
                                           'Topology.toml:11:1: error: listen = "9091" of [admin] is no address'),
    "an [admin] for everybody": (GOOD + '[admin]\nlisten = "0.0.0.0:9091"\n',
                                 "Topology.toml:11:1: error: [admin] that listens on 0.0.0.0:9091 can be reached from other hosts"),
    "an [admin.task] for everybody": (GOOD + '[admin.task]\nlisten = "[::]:0"\n',
                                      "Topology.toml:11:1: error: [admin.task] that listens on [::]:0 can be reached"),
    "files of [admin.tls]": (GOOD + '[admin]\nlisten = "[::]:0"\n[admin.tls]\ncert = "no.crt"\nkey = "k"\nca = "c"\n',
                             "Topology.toml:12:1: error: [admin.tls] cert = "),
    "a metric target that is no address": (GOOD + '[metric]\ntarget = [ { type = "statsd", host = "localhost" } ]\n',
                                           'Topology.toml:11:31: error: host = "localhost" of a target of [metric] is no address'),
    "a push gateway that is none": (GOOD + '[metric]\ntarget = [ { type = "prometheus_push", uri = "gw:s3cret@9091" } ]\n',
                                    "Topology.toml:11:40: error: uri of the prometheus_push target "),
    "no source": (GOOD.replace('[source]\ntype = "mock"\n', ""), "there is no [source]"),
    "unknown source": (GOOD.replace('"mock"', '"mokc"'), "mokc"),
    "unknown sink": (GOOD.replace('"file"', '"flie"'), "flie"),
    "unknown option": (GOOD.replace("path =", "paht ="), "did you mean 'path'?"),
    "missing option": (GOOD.replace('path = "out.txt"\n', ""), "needs option 'path'"),
    "option of another type": (GOOD.replace('"mock"\n', '"mock"\n[source.config]\ncount = "many"\n'), "Topology.toml:6:"),
    "option out of bounds": (GOOD.replace('"mock"\n', '"mock"\n[source.config]\ncount = -1\n'), "-1"),
    "rate out of bounds": (GOOD.replace('"mock"\n', '"mock"\n[source.config]\nrate = -5\n'),
                           "Topology.toml:6:1: error: option 'rate' of mock is -5; it must be from 0 to 1000000000"),
    "bad duration": (GOOD.replace('topology.failure', 'topology.msg_timeout = "soon"\ntopology.failure'), "msg_timeout of [topology] is no duration"),
    "workers = 0": (GOOD.replace('"out"\n', '"out"\nworkers = 0\n'), "workers"),
    "missing library": (GOOD + '[[task]]\nname = "x"\nlibrary = "build/libgone.so"\n' + EDGE.format("x", "out"), "libgone.so"),
    "no task": ('name = "demo"\n[source]\ntype = "mock"\n', "the pipeline has no task"),
    "two tasks of one name": (GOOD + SECOND_TASK.replace("more", "out"), "there are two tasks named 'out'"),
    "a task named root": (GOOD.replace('"out"', '"root"'), "cannot be named 'root'"),
    "unknown task in an edge": (GOOD + EDGE.format("uot", "out"), "did you mean 'out'?"),
    "self edge": (GOOD + EDGE.format("out", "out"), "to itself"),
    "edge out of a sink": (GOOD + SECOND_TASK + EDGE.format("out", "more"), "'out' is a sink"),
    "cycle": (GOOD + '[[task]]\nname = "a"\n[[task]]\nname = "b"\n' + EDGE.format("a", "b") + EDGE.format("b", "a"),
              "cycle: a -> b -> a"),
    "unreachable task": (GOOD + SECOND_TASK, "cannot be reached"),
    "unset variable": (GOOD.replace('"out.txt"', '"${E2E_NOT_SET}"'), "environment variable E2E_NOT_SET is not set"),
}


class Check(CommandTest):
    def test_a_good_file(self):
        self.write("Topology.toml", GOOD)
        self.assertIn("ok: mock -> out (at least once)", self.expect(OK, "check").stdout)
        self.assertFalse((self.folder / "out.txt").exists(), "check must not run anything")

    def test_each_broken_file_is_named(self):
        for what, (text, expected) in BROKEN.items():
            with self.subTest(what=what):
                self.write("Topology.toml", text)
                run = self.expect(BAD_CONFIG, "check")
                self.assertIn(expected, run.stdout)
                self.assertRegex(run.stdout, r"(?m)^\S*Topology\.toml(:\d+:\d+)?: error: ")
                self.assertIn("it would not run", run.stdout)
                self.assertNotIn("internal", run.stdout + run.stderr)
                refused = self.expect(BAD_CONFIG, "run", "standalone")
                self.assertIn(expected, refused.stderr)
                self.assertEqual(refused.stdout, "")

    def test_all_problems_at_once(self):
        self.write("Topology.toml", GOOD.replace("type =", "tpye =", 1).replace("path =", "paht =") + EDGE.format("a", "out"))
        self.assertGreaterEqual(len(re.findall(r": error: ", self.expect(BAD_CONFIG, "check").stdout)), 2)

    def test_json(self):
        self.write("Topology.toml", BROKEN["self edge"][0])
        made = json.loads(self.expect(BAD_CONFIG, "check", "--format", "json").stdout)
        self.assertEqual((made["version"], made["ok"], made["topology"]), (1, False, "demo"))
        problem = made["problems"][0]
        self.assertEqual(problem["severity"], "error")
        self.assertEqual(problem["line"], 10)
        self.assertTrue(problem["file"].endswith("Topology.toml"))
        self.write("Topology.toml", GOOD)
        made = json.loads(self.expect(OK, "check", "--format", "json").stdout)
        self.assertEqual(made["source"], {"type": "mock", "delivery": "at least once"})
        self.assertEqual((made["ok"], made["tasks"], made["problems"]), (True, ["out"], []))

    def test_a_policy_that_does_not_say_what_follows_its_last_attempt_is_warned_of(self):
        self.write("Topology.toml", GOOD.replace('"none"', '"retry", attempts = 5'))
        run = self.expect(OK, "check")
        self.assert_golden("check_no_dead_letter.txt", run.stdout)
        made = json.loads(self.expect(OK, "check", "--format", "json").stdout)
        self.assertTrue(made["ok"])
        self.assert_golden("check_no_dead_letter.json", json.dumps(made["problems"], indent=2) + "\n")
        self.assertIn("warning: there is no [dead_letter]", self.expect(OK, "run", "standalone", "--duration", "10ms").stderr)
        self.write("Topology.toml", GOOD.replace('"none"', '"retry"') + '[dead_letter]\nsink = "stdout"\n')
        self.assertNotIn("warning", self.expect(OK, "check").stdout)

    def test_a_branch_that_would_end_the_retries_of_others_is_warned_of(self):
        text = GOOD.replace('"none"', '"retry", on_exhausted = "leave"')
        fork = '[[task]]\nname = "{}"\nsink = "file"\nfailure_policy = {{ type = "{}" }}\n[task.config]\npath = "{}"\n'
        root = '[[task]]\nname = "top"\ntype = "c_echo"\nlibrary = "' + ECHO + '"\n'
        def warnings(policy, *edges, first="retry"):
            sinks = fork.format("out", first, "a") + fork.format("side", policy, "b")
            self.write("Topology.toml", text[:text.index("[[task]]")] + root + sinks + "".join(EDGE.format(*one) for one in edges))
            return self.expect(OK, "check").stdout
        forked = (("top", "out"), ("top", "side"))
        for policy, end in {"best_effort": "acknowledged", "none": "left to its source"}.items():
            self.assertIn(f"warning: task 'side' has failure_policy \"{policy}\": when it fails, its whole message is {end}, and "
                          "what 'out', on another branch,", warnings(policy, *forked))
        self.assertNotIn("another branch", warnings("retry", *forked))
        self.assertNotIn("another branch", warnings("none", *forked, first="best_effort"))

    def test_which_file(self):
        self.assertIn("tempest new", self.expect(NO_INPUT, "check").stderr)
        self.assertIn("elsewhere", self.expect(NO_INPUT, "check", "elsewhere").stderr)
        self.write("p/Topology.toml", GOOD)
        self.write("p/src/x", "")
        self.expect(OK, "check", cwd=self.folder / "p/src")
        self.expect(OK, "check", "p")
        self.expect(OK, "check", "p/Topology.toml")
        self.write("other.toml", GOOD)
        self.expect(OK, "check", "other.toml")

    def test_what_is_set_on_the_command_line_is_checked_too(self):
        self.write("Topology.toml", GOOD)
        self.expect(OK, "check", "--set", "source.config.count=5")
        self.assertIn("cuont", self.expect(BAD_CONFIG, "check", "--set", "source.config.cuont=5").stdout)

    def test_what_a_plugin_refuses_of_the_command_line_is_placed_there(self):
        config = '{}uri = "redis://h"\nkey = "{}"\n'
        self.write("Topology.toml", 'name = "demo"\n[source]\ntype = "redis_stream"\n[source.config]\n' + config.format('group = "g"\n', "in") +
                   '[[task]]\nname = "out"\nsink = "redis_stream"\n[task.config]\n' + config.format("", "out") +
                   '[dead_letter]\nsink = "redis_stream"\n[dead_letter.config]\n' + config.format("", "dead"))
        self.expect(OK, "check")
        for key in ("source.config.uri", "task.out.config.uri", "dead_letter.config.uri"):
            with self.subTest(key=key):
                refused = self.expect(BAD_CONFIG, "check", "--set", f"{key}=redis://h:x").stdout
                self.assertTrue(refused.startswith(f"--set {key}: error: redis_stream refuses its options: uri: the port 'x' "), refused)

    def test_a_file_that_is_no_text(self):
        (self.folder / "Topology.toml").write_bytes(bytes(range(256)) * 20)
        self.expect(BAD_CONFIG, "check")


class Online(CommandTest):
    def test_a_broker_that_is_away_is_said_at_once(self):
        with socket.socket() as taken:  # bound, not listening: connections are refused
            taken.bind(("127.0.0.1", 0))
            uri = f"redis://127.0.0.1:{taken.getsockname()[1]}"
            self.write("Topology.toml", GOOD.replace(
                '"mock"\n', f'"redis_stream"\n[source.config]\nuri = "{uri}"\nkey = "k"\ngroup = "g"\n'))
            self.expect(OK, "check")
            start = time.monotonic()
            run = self.expect(UNAVAILABLE, "check", "--online")
            self.assertLess(time.monotonic() - start, 60)
            self.assertIn("unreachable: source redis_stream: ", run.stdout)
            made = json.loads(self.expect(UNAVAILABLE, "check", "--online", "--format", "json").stdout)
            self.assertEqual(len(made["unreachable"]), 1)

    def test_all_reachable(self):
        self.write("Topology.toml", GOOD)
        self.assertIn("all reachable", self.expect(OK, "check", "--online").stdout)


if __name__ == "__main__":
    unittest.main()
