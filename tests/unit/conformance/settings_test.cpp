#include "runtime/conformance/settings.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace tempest::conformance {
namespace {

using testing::HasSubstr;

struct read_file {
  explicit read_file(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "kit-XXXXXX").string();
    const int made = ::mkstemp(name.data());
    std::ofstream(name) << text;
    given = read_settings(name, found);
    for (const base::problem& one : found) {
      all += std::to_string(one.where.line) + ": " + one.text + "\n";
    }
    ::close(made);
    std::filesystem::remove(name);
  }
  base::problems found;
  settings given;
  std::string all;
};

TEST(Settings, EveryKeyIsRead) {
  const read_file file(R"(
broker = "[::1]:6379"
fill = "a"
read = "b"
failed = "d"
restart = "c"
keys = "e"
headers = "f"
wrong = [{ source = { key = "" } }, { sink = { path = "x" } }]
begins_anew = true
max_bytes = "1KiB"
patience = "2s"
[source]
key = "{case}"
)");
  EXPECT_EQ(file.all, "");
  EXPECT_EQ(file.given.broker_host, "::1");
  EXPECT_EQ(file.given.broker_port, "6379");
  EXPECT_EQ(file.given.fill + file.given.read + file.given.restart + file.given.failed +
                file.given.keys + file.given.headers,
            "abcdef");
  ASSERT_EQ(file.given.wrong_source.size(), 1U);
  EXPECT_EQ(*file.given.wrong_source[0].entries()->at("key").text(), "");
  ASSERT_EQ(file.given.wrong_sink.size(), 1U);
  EXPECT_EQ(*file.given.wrong_sink[0].entries()->at("path").text(), "x");
  EXPECT_TRUE(file.given.begins_anew);
  EXPECT_EQ(file.given.max_bytes, 1024U);
  EXPECT_EQ(file.given.patience.count(), 2000);
  EXPECT_FALSE(file.given.generator);
  ASSERT_TRUE(file.given.source);
  EXPECT_EQ(*file.given.source->entries()->at("key").text(), "{case}");
  EXPECT_FALSE(file.given.sink);
}

TEST(Settings, AGeneratorBeginsAnew) {
  EXPECT_TRUE(read_file("generator = true\n[source]\n").given.begins_anew);
  EXPECT_FALSE(read_file("[source]\n").given.begins_anew);
}

TEST(Settings, WrongOptionsAreThoseOfASourceOrOfASink) {
  const read_file file("wrong = [1, { sourc = {} }, { source = 1 }]\n[source]\n");
  EXPECT_THAT(file.all, HasSubstr("1: each of `wrong` is a table `source` or a table `sink`"));
  EXPECT_THAT(file.all, HasSubstr("sourc"));
  EXPECT_THAT(file.all, HasSubstr("source of one of `wrong` must be a table"));
}

TEST(Settings, WhatIsWrongIsSaidWithItsPlace) {
  const read_file file("broker = \"here\"\nfil = \"x\"\nmax_bytes = \"9MiB\"\n");
  EXPECT_THAT(file.all, HasSubstr("1: broker = \"here\" is no address"));
  EXPECT_THAT(file.all, HasSubstr("neither a table [source] nor [sink]"));
  EXPECT_THAT(file.all, HasSubstr("2: "));
  EXPECT_THAT(file.all, HasSubstr("3: max_bytes may be 8 MiB at most"));
  EXPECT_THAT(file.all, HasSubstr("fil"));
}

} // namespace
} // namespace tempest::conformance
