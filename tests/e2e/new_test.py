"""`new`: what it writes, what it refuses."""
import unittest

from support import IO, NO_INPUT, OK, USAGE, WOULD_OVERWRITE, CommandTest


class New(CommandTest):
    def files(self, project):
        return sorted(str(path.relative_to(project)) for path in project.rglob("*") if path.is_file())

    def test_a_project_has_all_files_and_no_placeholder_left(self):
        run = self.expect(OK, "new", "my-shop")
        self.assertIn("cd my-shop", run.stdout)
        project = self.folder / "my-shop"
        for name in (".gitignore", "CMakeLists.txt", "CMakeUserPresets.json", "README.md", "Topology.toml"):
            self.assertTrue((project / name).is_file(), name)
        for name in self.files(project):
            self.assertNotRegex((project / name).read_text(), r"\{\{[a-z_]+\}\}", name)
        self.assertIn("CMakeUserPresets.json", (project / ".gitignore").read_text())
        self.assertIn('name = "my_shop"', (project / "Topology.toml").read_text())

    def test_dry_run_writes_nothing_and_tells_the_truth(self):
        told = self.expect(OK, "new", "shop", "--dry-run").stdout.split()
        self.assertFalse((self.folder / "shop").exists())
        self.expect(OK, "new", "shop")
        self.assertEqual(sorted(told), [f"shop/{name}" for name in self.files(self.folder / "shop")])

    def test_overwriting_needs_force(self):
        self.expect(OK, "new", "shop")
        topology = self.folder / "shop/Topology.toml"
        topology.write_text("mine")
        self.assertIn("--force", self.expect(WOULD_OVERWRITE, "new", "shop").stderr)
        self.assertEqual(topology.read_text(), "mine")
        self.expect(OK, "new", "shop", "--force")
        self.assertNotEqual(topology.read_text(), "mine")

    def test_a_folder_with_other_files_is_no_obstacle(self):
        self.write("shop/notes.txt", "mine")
        self.expect(OK, "new", "shop")
        self.assertEqual((self.folder / "shop/notes.txt").read_text(), "mine")

    def test_a_path_ends_with_the_name(self):
        self.expect(OK, "new", "work/shop/")
        self.assertTrue((self.folder / "work/shop/Topology.toml").is_file())
        self.expect(OK, "new", self.folder / "absolute")
        self.assertTrue((self.folder / "absolute/Topology.toml").is_file())

    def test_values_of_the_template(self):
        self.expect(OK, "new", "shop", "--define", "count=5")
        self.assertIn("count = 5\n", (self.folder / "shop/Topology.toml").read_text())

    def test_list_shows_templates_and_values(self):
        listed = self.expect(OK, "new", "--list").stdout
        for word in ("default", "redis_list", "redis_stream", "source", "--define count="):
            self.assertIn(word, listed)

    def test_what_it_refuses(self):
        for code, words, expected in [
                (USAGE, ["new", "Shop"], "must begin with a letter"),
                (USAGE, ["new", "sh op"], "only a-z"),
                (USAGE, ["new", "../.."], "cannot be a project's name"),
                (USAGE, ["new", ""], "NAME: its value is empty"),
                (NO_INPUT, ["new", "shop", "--template", "defualt"], "did you mean default?"),
                (USAGE, ["new", "shop", "--define", "cuont=3"], "did you mean count?"),
                (USAGE, ["new", "shop", "--define", 'count=3"\nx'], "quotes")]:
            with self.subTest(words=words):
                self.assertIn(expected, self.expect(code, *words).stderr)
                self.assertFalse((self.folder / "shop").exists())

    def test_a_file_where_a_folder_should_be(self):
        self.write("shop", "a file")
        self.assertIn("shop", self.expect(IO, "new", "shop").stderr)
        self.assertEqual((self.folder / "shop").read_text(), "a file")


if __name__ == "__main__":
    unittest.main()
