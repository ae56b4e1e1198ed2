// The file of JSON lines: what is in it, how it grows old, and whose it is.
#include "runtime/metrics/exporters/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/base/error.hpp"
#include "runtime/metrics/exporters/json_lines.hpp"
#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct a_file : testing::Test {
  a_file() {
    std::string made = (fs::temp_directory_path() / "tempest-metrics-XXXXXX").string();
    folder_ = ::mkdtemp(made.data());
    settings_.path = folder_ / "deep" / "m.jsonl";
    settings_.instance = "web-0";
    within_.begins(60'000'000'000);
  }
  ~a_file() override { fs::remove_all(folder_); }

  static std::string text_of(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::string text() const { return text_of(settings_.path); }
  void write(exporter& to) { to.flush(some_.now(), 7, within_); }
  [[nodiscard]] std::string one_flush() const { return json_lines(some_.now(), 7, "web-0", ""); }
  std::string trouble(exporter& to) {
    try {
      write(to);
    } catch (const base::failure& why) {
      return why.what();
    }
    return "";
  }

  fs::path folder_;
  file_export settings_;
  sample_registry some_;
  patience within_;
};

TEST_F(a_file, is_made_with_its_folder_and_added_to) {
  for (int run = 0; run < 2; ++run) {
    const auto to = make_file_exporter(settings_);
    write(*to);
    write(*to);
  }
  EXPECT_EQ(text(), one_flush() + one_flush() + one_flush() + one_flush());
}

TEST_F(a_file, begins_anew_with_the_run_when_it_is_to_be_clobbered) {
  settings_.clobber = true;
  for (int run = 0; run < 2; ++run) {
    const auto to = make_file_exporter(settings_);
    write(*to);
    write(*to);
  }
  EXPECT_EQ(text(), one_flush() + one_flush());
}

TEST_F(a_file, is_put_aside_when_it_has_grown) {
  settings_.max_file_bytes = one_flush().size() * 2;
  settings_.max_files = 3;
  const auto to = make_file_exporter(settings_);
  for (int i = 0; i < 9; ++i) write(*to);
  const std::string path = settings_.path;
  EXPECT_EQ(text(), one_flush());
  EXPECT_EQ(text_of(path + ".1"), one_flush() + one_flush());
  EXPECT_EQ(text_of(path + ".2"), one_flush() + one_flush());
  EXPECT_FALSE(fs::exists(path + ".3"));
}

TEST_F(a_file, that_is_kept_alone_begins_again) {
  settings_.max_file_bytes = one_flush().size();
  settings_.max_files = 1;
  const auto to = make_file_exporter(settings_);
  for (int i = 0; i < 3; ++i) write(*to);
  EXPECT_EQ(text(), one_flush());
  EXPECT_FALSE(fs::exists(settings_.path + ".1"));
}

TEST_F(a_file, that_is_moved_away_is_made_anew) {
  const auto to = make_file_exporter(settings_);
  write(*to);
  fs::rename(settings_.path, settings_.path + ".old");
  write(*to);
  EXPECT_EQ(text(), one_flush());
}

TEST_F(a_file, of_another_process_is_left_alone_until_it_is_free) {
  auto first = make_file_exporter(settings_);
  const auto second = make_file_exporter(settings_);
  write(*first);
  EXPECT_THAT(trouble(*second),
              HasSubstr("another process writes it; with {instance} in its path"));
  EXPECT_EQ(text(), one_flush());
  first.reset();
  EXPECT_EQ(trouble(*second), "");
  EXPECT_EQ(text(), one_flush() + one_flush());
}

TEST_F(a_file, half_a_line_of_a_run_that_died_is_ended) {
  fs::create_directories(folder_ / "deep");
  std::ofstream(settings_.path) << R"({"time_ms":)";
  write(*make_file_exporter(settings_));
  EXPECT_EQ(text(), "{\"time_ms\":\n" + one_flush());
}

TEST_F(a_file, what_is_none_is_refused) {
  fs::create_directories(settings_.path);
  EXPECT_EQ(trouble(*make_file_exporter(settings_)), "Is a directory");
  fs::remove(settings_.path);
  ASSERT_EQ(::mkfifo(settings_.path.c_str(), 0600), 0);
  EXPECT_EQ(trouble(*make_file_exporter(settings_)), "it is no regular file");
}

// As on a full disk.
TEST_F(a_file, a_flush_that_breaks_off_leaves_no_half_lines) {
  const auto to = make_file_exporter(settings_);
  write(*to);
  const std::string before = text();
  const auto on_limit = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{before.size() + 10, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_EQ(trouble(*to), "File too large");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  (void)std::signal(SIGXFSZ, on_limit);
  EXPECT_EQ(text(), before);
  EXPECT_EQ(trouble(*to), "");
  EXPECT_EQ(text(), before + before);
}

} // namespace
} // namespace tempest::metrics
