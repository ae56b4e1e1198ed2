#!/usr/bin/env python3
"""The rules of the house that a machine can check: which way includes point, which folder may name which library,
how long files, lines and functions are, and that every file is formatted. Prints one line a finding."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Lowest first: a room may include itself and the rooms before it.
ROOMS = ["base", "engine", "config", "plugin", "conformance", "metrics", "worker", "source", "wire", "net", "admin", "service"]

# Header prefix -> folders that may include it (besides tests/ and bench/).
LIBRARIES = {
    r"boost/dll": ["runtime/plugin/"],
    r"boost/(asio|beast)": ["runtime/net/", "runtime/admin/", "runtime/metrics/exporters/", "plugins/"],
    r"toml": ["runtime/config/"],
    r"CLI/": ["cli/"],
    r"hiredis/": ["plugins/redis/"],
    r"zlib": ["plugins/file/"],
    r"curl/": ["runtime/metrics/exporters/"],
    r"(flatbuffers/|wire_generated)": ["runtime/wire/"],
    r"spdlog/": ["runtime/base/"],
    r"prometheus/": ["runtime/metrics/"],
    r"iostream": ["cli/"],
}

HARD_FILE_LINES = 500
# The contract is one file, so that a plugin in another language needs that file alone.
LONGER_FILES = {"sdk/include/tempest/abi.h": 600}
LINE_COLUMNS = 100
# `runtime/engine/take.cpp`, `tests/style`: what stands in backticks and begins with a folder of ours.
DOCUMENTED_PATH = re.compile(r"`((?:bench|cli|cmake|docs|plugins|runtime|scripts|sdk|templates|tests)/[\w./-]*)`")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.M)


def sources(*tops):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", *tops], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split()
    return [name for name in listed if name.endswith((".cpp", ".hpp", ".h", ".c")) and (ROOT / name).is_file()]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


class House(unittest.TestCase):
    def assert_none(self, findings):
        self.assertFalse(findings, "\n" + "\n".join(findings))

    def test_there_is_something_to_check(self):
        self.assertGreater(len(sources("runtime", "sdk")), 20)

    def test_includes_point_down(self):
        findings = []
        for name in sources("runtime"):
            room = name.split("/")[1]
            for target in INCLUDE.findall(text_of(name)):
                parts = target.split("/")
                if parts[0] in ("cli", "plugins", "tests", "bench", "templates"):
                    findings.append(f"{name} includes {target}, which is above it")
                if parts[0] == "runtime" and ROOMS.index(parts[1]) > ROOMS.index(room):
                    findings.append(f"{name} includes {target}: {parts[1]} is above {room}")
                if parts[0] == "tempest" and target not in ("tempest/abi.h", "tempest/version.h"):
                    findings.append(f"{name} includes {target}: the runtime speaks the C contract only")
        self.assert_none(findings)

    def test_the_sdk_and_plugins_stand_alone(self):
        findings = []
        for name in sources("sdk/include", "plugins"):
            for target in INCLUDE.findall(text_of(name)):
                if target.split("/")[0] in ("runtime", "cli"):
                    findings.append(f"{name} includes {target}")
        for name in sources("sdk/include"):
            for target in INCLUDE.findall(text_of(name)):
                third_party = "/" in target and not target.startswith(("tempest/", "sys/"))
                if third_party and name != "sdk/include/tempest/json.hpp":
                    findings.append(f"{name} includes {target}: the SDK needs the standard library alone")
        self.assert_none(findings)

    def test_libraries_stay_in_their_folders(self):
        findings = []
        for name in sources("sdk", "runtime", "cli", "plugins"):
            for target in INCLUDE.findall(text_of(name)):
                for pattern, folders in LIBRARIES.items():
                    if re.match(pattern, target) and not name.startswith(tuple(folders)):
                        findings.append(f"{name} includes {target}; only {', '.join(folders)} may")
        self.assert_none(findings)

    def test_files_and_lines_stay_short(self):
        findings = []
        for name in sources("sdk", "runtime", "cli", "plugins", "tests", "bench"):
            lines = text_of(name).splitlines()
            if len(lines) > (most := LONGER_FILES.get(name, HARD_FILE_LINES)):
                findings.append(f"{name} has {len(lines)} lines; at most {most}: split it by verb")
            findings += [f"{name}:{number} is longer than {LINE_COLUMNS} columns"
                         for number, line in enumerate(lines, 1)
                         if len(line) > LINE_COLUMNS and "http" not in line and 'R"' not in line]
        self.assert_none(findings)

    def test_headers_say_what_they_are(self):
        findings = [f"{name} does not open with a comment" for name in sources("sdk/include", "runtime", "cli", "plugins")
                    if name.endswith((".hpp", ".h")) and not text_of(name).startswith(("//", "/*"))]
        self.assert_none(findings)

    def test_nothing_is_left_undone(self):
        words = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK"]))
        findings = [f"{name} holds {found.group(0)}" for name in sources()
                    if (found := words.search(text_of(name)))]
        self.assert_none(findings)

    def test_each_guarantee_names_tests_that_exist(self):
        rows = [row for row in text_of("docs/guarantees.md").splitlines() if row.startswith("| G")]
        self.assertEqual([row.split("|")[1].strip() for row in rows], [f"G{number}" for number in range(1, 11)])
        findings = []
        for row in rows:
            file = None
            for word in re.findall(r"`([^`]+)`", row.split("|")[3]):
                if word.startswith("tests/"):
                    file = word
                    if not (ROOT / file).is_file():
                        findings.append(f"docs/guarantees.md names {file}, which does not exist")
                elif word not in text_of(file):
                    findings.append(f"docs/guarantees.md names {word}, which is not in {file}")
        self.assert_none(findings)

    def test_each_mutation_still_applies(self):
        findings = []
        for line in text_of("scripts/mutants.tsv").splitlines():
            if line.startswith("#"):
                continue
            file, before, after, breaks = [part.replace("\\n", "\n") for part in line.split("\t")]
            places = text_of(file).count(before)
            if places != 1 or before == after:
                findings.append(f"scripts/mutants.tsv: '{breaks}' applies to {places} places of {file}; it must be one")
        self.assert_none(findings)

    def test_documents_name_files_that_exist(self):
        findings, named = [], 0
        for document in sorted(ROOT.glob("docs/*.md")) + [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
            for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
                for path in DOCUMENTED_PATH.findall(line):
                    named += 1
                    if not (ROOT / path).exists():
                        findings.append(f"{document.relative_to(ROOT)}:{number} names {path}, which is not there")
        self.assertGreater(named, 20, "the walk through the code names its files")
        self.assert_none(findings)

    def test_files_are_formatted(self):
        names = sources("sdk", "runtime", "cli", "plugins", "tests", "bench")
        run = subprocess.run(["clang-format", "--dry-run", "-Werror", *names], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, "\n" + "\n".join(run.stderr.splitlines()[:40]))


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=1))
