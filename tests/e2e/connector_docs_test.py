"""docs/connectors: a page for every shipped connector, its options as the plugin describes them, its examples sound.

TEMPEST_UPDATE_GOLDEN=1 writes the tables anew."""
import json
import os
import pathlib
import re
import unittest

from support import OK, CommandTest

PAGES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "connectors"
TABLE = re.compile(r"(<!-- tempest ((\w+) show (\w+) --format markdown) -->\n)(.*?)(<!-- end -->)", re.S)
EXAMPLE = re.compile(r"```toml\n(.*?)```", re.S)


class Pages(CommandTest):
    def pages(self):
        for path in sorted(PAGES.glob("*.md")):
            with self.subTest(page=path.name):
                yield path, path.read_text(encoding="utf-8")

    def test_each_connector_has_its_tables(self):
        shipped = {(kind, one["name"]) for kind in ("sources", "sinks")
                   for one in json.loads(self.expect(OK, kind, "list", "--format", "json").stdout)[kind]}
        described = {(kind, name) for _, text in self.pages() for _, _, kind, name, _, _ in TABLE.findall(text)}
        self.assertEqual(described, shipped)

    def test_tables_are_what_the_plugins_say(self):
        for path, text in self.pages():
            made = TABLE.sub(lambda at: at[1] + self.expect(OK, *at[2].split()).stdout + at[6], text)
            if os.environ.get("TEMPEST_UPDATE_GOLDEN"):
                path.write_text(made, encoding="utf-8")
            self.assertEqual(made, path.read_text(encoding="utf-8"))

    def test_examples_pass_check(self):
        for path, text in self.pages():
            examples = EXAMPLE.findall(text)
            self.assertTrue(examples)
            for example in examples:
                self.write("Topology.toml", example)
                self.expect(OK, "check")


if __name__ == "__main__":
    unittest.main()
