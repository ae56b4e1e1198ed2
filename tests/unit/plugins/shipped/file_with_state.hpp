// Runs of source `file` with `state`, one after the other.
#pragma once

#include <gmock/gmock.h>
#include <zlib.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {

class file_with_state : public testing::Test {
 protected:
  // Begins a run; the one before has ended in whatever way.
  source_harness& start(given_options more = {}, const std::string& path = "log") {
    source_.reset();
    more.emplace("path", toml(folder_ / path));
    more.emplace("state", toml(folder_ / "state"));
    source_ = std::make_unique<source_harness>(descriptor_, more);
    EXPECT_TRUE(source_->connect());
    return *source_;
  }
  source_harness& follow(const std::string& path = "log") {
    config::value on;
    on.data = true;
    return start({{"follow", on}}, path);
  }
  // All that there is, or until `count` messages came.
  std::vector<std::string> read(std::size_t count = SIZE_MAX) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (source_->messages.size() < count && std::chrono::steady_clock::now() < limit) {
      if (source_->poll() == TEMPEST_POLL_END) break;
    }
    return payloads();
  }
  std::vector<std::string> payloads() const {
    std::vector<std::string> made;
    for (const pushed_message& one : source_->messages) made.push_back(one.payload);
    return made;
  }
  void settle(const std::string& payload, tempest_outcome outcome) {
    for (const pushed_message& one : source_->messages) {
      if (one.payload == payload && source_->open.count(one.token) > 0) {
        return source_->settle({one.token}, outcome);
      }
    }
    FAIL() << payload << " is not open";
  }
  void end() {
    source_->close();
    EXPECT_EQ(source_->broken, "");
    EXPECT_THAT(source_->settling, testing::IsEmpty());
  }
  // A run that does all.
  std::vector<std::string> run(const std::string& path = "log") {
    start({}, path);
    read();
    source_->settle_open(TEMPEST_ACK);
    end();
    return payloads();
  }
  void append(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary | std::ios::app) << bytes;
  }
  void move(const std::string& from, const std::string& to) {
    std::filesystem::rename(folder_ / from, folder_ / to);
  }
  void pack(const std::string& name, const std::string& text) {
    const gzFile file = ::gzopen((folder_ / name).c_str(), "w");
    ::gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    ::gzclose(file);
  }
  const std::string& logged() const { return source_->host.logged; }

  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_FILE_LIBRARY, TEMPEST_KIND_SOURCE, "file");
  scratch_folder folder_;
  std::unique_ptr<source_harness> source_;
};

} // namespace tempest::test
