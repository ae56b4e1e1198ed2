// Component Testing, for the tests of a plugin's author. One header, one shared library
// (tempest::testing in CMake), any test framework.
//
//   tempest::testing::task_harness task(tempest::task<split_words>("split_words", "..."));
//   EXPECT_EQ(task.handle("a b").payloads(), (std::vector<std::string>{"a", "b"}));
//
//   const auto run = tempest::test_run(PROJECT_FOLDER).messages({"a b", "c"}).run();
//   EXPECT_TRUE(run.all_settled) << run.why;
//   EXPECT_EQ(run.task("split").outflow, 3u);
#pragma once

#include <tempest/task_harness.hpp>
#include <tempest/test_run.hpp>
#include <tempest/testing_message.hpp>
