// Standard output as a backend: a reader that is slow, or gone.
#include "runtime/metrics/exporters/console.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <string>
#include <utility>

#include "runtime/base/error.hpp"
#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

constexpr int series_of_counters = 200;

struct a_console : testing::Test {
  a_console() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    EXPECT_GT(::fcntl(ends_[1], F_SETPIPE_SZ, 4096), 0);
    for (int i = 0; i < series_of_counters; ++i) {
      some_.all.of_plugin({subject::task, fmt::format("t{}", i)}, kind::counter, "n", "")
          ->update(1);
    }
    console_ = make_console_exporter("", ends_[1]);
  }
  ~a_console() override {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  // Why it did not write all, with a millisecond of patience; empty when it did.
  std::string trouble() {
    patience within;
    within.begins(1'000'000);
    try {
      console_->flush(some_.now(), 7, within);
    } catch (const base::failure& why) {
      return why.what();
    }
    return "";
  }
  std::string read() {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

  sample_registry some_;
  std::array<int, 2> ends_{-1, -1};
  std::unique_ptr<exporter> console_;
};

TEST_F(a_console, that_nobody_reads_is_waited_for_in_vain_and_misses_nothing) {
  EXPECT_EQ(trouble(), "nobody reads it");
  std::string all = read();
  for (int tries = 0; tries < 1'000 && !trouble().empty(); ++tries) all += read();
  all += read();
  std::istringstream lines(all);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(line.starts_with("counter tempest_task_n_total{topology=\"shop\",task=\"t") ||
                line == "gauge " + level_text + " 0")
        << line;
  }
  EXPECT_EQ(count, series_of_counters + 1U);
}

TEST_F(a_console, whose_reader_is_gone_is_away) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  ::close(std::exchange(ends_[0], -1));
  EXPECT_EQ(trouble(), "Broken pipe");
  (void)std::signal(SIGPIPE, before);
}

} // namespace
} // namespace tempest::metrics
