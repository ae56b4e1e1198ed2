// The plugin as it was built, against a server of the test's own, with a state folder of its own.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "tests/support/plugin_harness.hpp"
#include "tests/support/redis_server.hpp"

namespace tempest::test {

class redis_plugin : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "tempest-state-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    state_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(state_); }

  static const tempest_descriptor& source_descriptor() {
    return find_descriptor(TEMPEST_REDIS_LIBRARY, TEMPEST_KIND_SOURCE, "redis_stream");
  }
  static const tempest_descriptor& sink_descriptor() {
    return find_descriptor(TEMPEST_REDIS_LIBRARY, TEMPEST_KIND_SINK, "redis_stream");
  }
  // What every source here is given; `more` goes over it.
  given_options source_options(given_options more = {}) {
    more.insert({{"uri", toml(server_.uri())},
                 {"key", toml("s")},
                 {"group", toml("g")},
                 {"state_folder", toml(state_.string())}});
    return more;
  }
  given_options sink_options(given_options more = {}) {
    more.insert({{"uri", toml(server_.uri())}, {"key", toml("out")}});
    return more;
  }

  static const tempest_descriptor& list_source_descriptor() {
    return find_descriptor(TEMPEST_REDIS_LIBRARY, TEMPEST_KIND_SOURCE, "redis_list");
  }
  static const tempest_descriptor& list_sink_descriptor() {
    return find_descriptor(TEMPEST_REDIS_LIBRARY, TEMPEST_KIND_SINK, "redis_list");
  }
  given_options list_options(given_options more = {}) {
    more.insert({{"uri", toml(server_.uri())},
                 {"key", toml("l")},
                 {"state_folder", toml(state_.string())}});
    return more;
  }

  redis_server server_;
  std::filesystem::path state_;
};

} // namespace tempest::test
