"""`sources|sinks|tasks list|show`: text and JSON."""
import json
import pathlib
import unittest

from support import NO_INPUT, OK, CommandTest


class Shipped(CommandTest):
    def test_sources_say_what_they_promise(self):
        lines = self.expect(OK, "sources", "list").stdout.splitlines()
        self.assertEqual(lines[0].split(), ["NAME", "VERSION", "DELIVERY", "STATUS", "WHAT", "IT", "DOES"])
        delivery = {line.split()[0]: line for line in lines[1:]}
        self.assertRegex(delivery["mock"], "at least once +ready ")
        self.assertIn("at least once", delivery["redis_stream"])
        self.assertIn("at least once", delivery["redis_list"])
        self.assertIn("at most once", delivery["file"])

    def test_list_as_json(self):
        made = json.loads(self.expect(OK, "sources", "list", "--format", "json").stdout)
        self.assertEqual(made["version"], 1)
        mock = next(one for one in made["sources"] if one["name"] == "mock")
        self.assertEqual((mock["delivery"], mock["status"]), ("at least once", "ready"))
        self.assertTrue(pathlib.Path(mock["library"]).is_file())
        self.assertNotIn("rejected", made)

    def test_sinks(self):
        names = [line.split()[0] for line in self.expect(OK, "sinks", "list").stdout.splitlines()[1:]]
        self.assertEqual(names, sorted(names))
        for name in ("stdout", "file", "redis_list", "redis_stream"):
            self.assertIn(name, names)

    def test_no_tasks_outside_a_project_is_no_failure(self):
        run = self.expect(OK, "tasks", "list")
        self.assertEqual(run.stdout, "")
        self.assertIn("tempest build", run.stderr)
        self.assertEqual(json.loads(self.expect(OK, "tasks", "list", "--format", "json").stdout), {"version": 1, "tasks": []})


class Show(CommandTest):
    def test_every_shipped_plugin_shows_every_option(self):
        for kind in ("sources", "sinks"):
            for one in json.loads(self.expect(OK, kind, "list", "--format", "json").stdout)[kind]:
                with self.subTest(kind=kind, name=one["name"]):
                    made = json.loads(self.expect(OK, kind, "show", one["name"], "--format", "json").stdout)
                    self.assertEqual(made["version"], 1)
                    text = self.expect(OK, kind, "show", one["name"]).stdout
                    for option in made[kind[:-1]]["options"]:
                        self.assertTrue(option["meaning"].strip(), option)
                        self.assertIn(f"\n{option['name']} ", text)
                        if option["type"] == "secret":
                            self.assertIsNone(option["default"])

    def test_text_of_mock(self):
        text = self.expect(OK, "sources", "show", "mock").stdout
        kept = [line for line in text.splitlines() if not line.startswith("Library: ")]
        self.assert_golden("show_mock.txt", "\n".join(kept) + "\n")

    def test_an_unknown_name_gets_the_nearest(self):
        run = self.expect(NO_INPUT, "sources", "show", "mokc")
        self.assertIn("there is no source 'mokc'; did you mean mock?", run.stderr)
        self.assertIn("tempest sources list", run.stderr)


class InAFolder(CommandTest):
    def test_a_file_that_is_no_library_is_passed_over_and_shown_with_all(self):
        self.write("p/Topology.toml", 'name = "p"\n')
        self.write("p/build/libbroken.so", "not a library")
        self.write("p/src/deep/x", "")
        deep = self.folder / "p/src/deep"
        listed = self.expect(OK, "tasks", "list", "--all", cwd=deep)
        self.assertIn("libbroken.so", listed.stdout)
        made = json.loads(self.expect(OK, "tasks", "list", "--all", "--format", "json", cwd=deep).stdout)
        self.assertEqual([pathlib.Path(one["library"]).name for one in made["rejected"]], ["libbroken.so"])
        self.assertTrue(made["rejected"][0]["reason"])


if __name__ == "__main__":
    unittest.main()
