"""What the tests of the conformance kit share: `tempest plugin check` as a user runs it."""
import json
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))

from support import BUILD, FAILURE, OK, RunTest  # noqa: E402

PLUGINS = pathlib.Path(BUILD) / "lib" / "tempest" / "plugins"


class KitTest(RunTest):
    limit_s = 500

    def check(self, library, config, *words, code=OK):
        """The cases of the one plugin that this config is for, by name."""
        words = ["plugin", "check", library, "--config", self.write("kit.toml", config), "--format", "json", *words]
        run = self.expect(code, *words, timeout=self.limit_s)
        (plugin,) = json.loads(run.stdout)["plugins"]
        return {one["name"]: one for one in plugin["cases"]}

    def assert_all_ok(self, cases, but=()):
        """`but`: what cannot be tried with this plugin; nothing else is left out."""
        table = json.dumps(list(cases.values()), indent=1)
        self.assertEqual({name for name, one in cases.items() if one["verdict"] == "not tried"}, set(but), table)
        self.assertEqual({name for name, one in cases.items() if one["verdict"] == "FAILED"}, set(), table)
        self.assertIn("contract", cases)


if __name__ == "__main__":
    sys.exit(unittest.main())
