#!/usr/bin/env python3
"""The SDK as a stranger meets it: find_package(Tempest) in a project of their own, against the build tree and against
an installation that was moved; what a plugin library exports; what the compiler says about a wrong class."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["TEMPEST_BUILD"])
SANITIZED = "TEMPEST_SANITIZE:STRING=\n" not in (BUILD / "CMakeCache.txt").read_text()

CMAKE = """cmake_minimum_required(VERSION 3.22)
project(words LANGUAGES CXX)
set(PACKAGE_tempest_include_dir wrong)
find_package(Tempest REQUIRED COMPONENTS JSON OPTIONAL_COMPONENTS Testing)
tempest_add_plugin(word_count SOURCES word_count.cpp LIBRARIES tempest::json)
if(TARGET tempest::testing)
  add_executable(word_count_test word_count_test.cpp)
  target_link_libraries(word_count_test PRIVATE tempest::testing)
endif()
"""
PLUGIN = """#include <tempest/json.hpp>
#include <tempest/task.hpp>
#include "word.hpp"
TEMPEST_LIBRARY(tempest::task<count_words>("count_words", "Counts words.").single())
"""
HEADER = """#pragma once
#include <tempest/task.hpp>
struct count_words {
  void handle(const tempest::message& in, tempest::outbox& out) { out.forward(in); }
};
"""
TEST = """#include <tempest/testing.hpp>
#include "word.hpp"
int main() {
  tempest::testing::task_harness task(tempest::task<count_words>("count_words", "Counts words."));
  return task.handle("a").payloads() == std::vector<std::string>{"a"} ? 0 : 1;
}
"""
WRONG = {
    "struct none {}; TEMPEST_TASK(none, \"x\", \"y\")": "a task has one public member `handle`",
    "struct odd { int handle(int); }; TEMPEST_TASK(odd, \"x\", \"y\")": "`handle` returns void and takes",
    "struct raw { void handle(const std::string&, tempest::outbox&); }; TEMPEST_TASK(raw, \"x\", \"y\")":
        "a typed `handle` needs tempest::codec",
    "auto o = tempest::option<char*>(\"a\", \"b\");": "an option is a bool, integer",
}


def run(*command, **more):
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


class SdkPackage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tempest-sdk-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def project(self):
        place = self.folder / "project"
        place.mkdir()
        files = {"CMakeLists.txt": CMAKE, "word_count.cpp": PLUGIN, "word.hpp": HEADER, "word_count_test.cpp": TEST}
        for name, text in files.items():
            (place / name).write_text(text)
        return place

    def build_against(self, flavours, *where, has_testing=True):
        project = self.project()
        library = project / "build" / "libword_count.so"
        for flavour in flavours:
            library.unlink(missing_ok=True)
            out = self.folder / flavour
            run("cmake", "-S", project, "-B", out, f"-DCMAKE_BUILD_TYPE={flavour}", *where)
            run("cmake", "--build", out)
            self.assertTrue(library.is_file(), f"the {flavour} build put the plugin elsewhere")
            if has_testing and not SANITIZED:
                run(out / "word_count_test")
        symbols = [line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()]
        self.assertEqual(symbols, ["tempest_plugin_abi1"])
        return library

    def test_against_the_build_tree(self):
        self.build_against(["Release", "Debug"], f"-DTempest_ROOT={BUILD}")

    def test_against_an_installation_that_was_moved(self):
        run("cmake", "--install", BUILD, "--prefix", self.folder / "first")
        prefix = self.folder / "moved"
        (self.folder / "first").rename(prefix)
        library = self.build_against(["Release"], f"-DCMAKE_PREFIX_PATH={prefix}")
        if not SANITIZED:
            listed = run(prefix / "bin" / "tempest", "tasks", "list", "--format", "json",
                         env={**os.environ, "TEMPEST_PLUGIN_PATH": str(library.parent)}, cwd=self.folder)
            self.assertIn("count_words", listed)
        names = {path.name for path in prefix.rglob("*") if path.is_file()}
        for name in ("abi.h", "task.hpp", "TempestConfig.cmake", "plugin.version", "libtempest_mock.so",
                     "libtempest_file.so", "libtempest_stdout.so", "tempest-probe", "tempest-driver",
                     "tempest-stack-names"):
            self.assertIn(name, names)

    def test_against_what_a_package_of_the_system_would_hold(self):
        tree, root = self.folder / "tree", self.folder / "root"
        run("cmake", "-G", "Ninja", "-S", ROOT, "-B", tree, "-DCMAKE_INSTALL_PREFIX=/usr", "-DTEMPEST_TESTS=OFF")
        # Headers and package files alone: nothing has to be built for that.
        run("cmake", "-DCMAKE_INSTALL_LOCAL_ONLY=1", "-P", tree / "sdk" / "cmake_install.cmake",
            env={**os.environ, "DESTDIR": str(root)})
        self.assertEqual([path.name for path in root.iterdir()], ["usr"])
        self.build_against(["Release"], f"-DCMAKE_PREFIX_PATH={root / 'usr'}", has_testing=False)

    def test_a_missing_component_is_named(self):
        place = self.folder / "missing"
        place.mkdir()
        (place / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES CXX)\n"
                                              "find_package(Tempest REQUIRED COMPONENTS Weather)\n")
        done = subprocess.run(["cmake", "-S", place, "-B", place / "out", f"-DTempest_ROOT={BUILD}"],
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("Weather", done.stderr)

    def test_a_wrong_class_gets_a_sentence_first(self):
        include = ROOT / "sdk" / "include"
        for code, sentence in WRONG.items():
            done = subprocess.run(["c++", "-std=c++20", "-fsyntax-only", f"-I{include}", "-x", "c++", "-"],
                                  input="#include <tempest/task.hpp>\n" + code, capture_output=True, text=True)
            first = [line for line in done.stderr.splitlines() if "error:" in line][:1]
            self.assertTrue(first and sentence in first[0], f"{code}: {done.stderr[:600]}")


if __name__ == "__main__":
    unittest.main()
