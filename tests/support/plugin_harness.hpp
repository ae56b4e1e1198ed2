// Drives a source or a sink of a built library through its descriptor's functions, step by step, as
// the runtime would, and remembers what it says.
#pragma once

#include <tempest/abi.h>

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/config/value.hpp"
#include "runtime/plugin/options.hpp"

namespace tempest::test {

// Options as they would stand in Topology.toml.
using given_options = std::map<std::string, config::value>;
[[nodiscard]] config::value toml(const char* text);
[[nodiscard]] config::value toml(const std::string& text);
template <std::integral Number> // an exact match for a literal 0, which is a pointer otherwise
[[nodiscard]] config::value toml(Number number) {
  config::value made;
  made.data = std::int64_t{number};
  return made;
}
template <std::floating_point Number>
[[nodiscard]] config::value toml(Number number) {
  config::value made;
  made.data = double{number};
  return made;
}
[[nodiscard]] config::value toml(config::table entries);
[[nodiscard]] config::value toml(config::array entries);

// The descriptor in the library at `path`; throws std::runtime_error when it is not there.
[[nodiscard]] const tempest_descriptor& find_descriptor(const std::string& path, tempest_kind kind,
                                                        const std::string& name);
// Throws std::runtime_error with all problems when the options are refused.
[[nodiscard]] plugin::bound_options bind(const tempest_descriptor& descriptor,
                                         const given_options& given);

// What both kinds get from their host; collects the log.
class host_harness {
 public:
  explicit host_harness(std::string topology);
  host_harness(const host_harness&) = delete;
  host_harness& operator=(const host_harness&) = delete;
  [[nodiscard]] const tempest_host& table() const { return host_; }
  std::string logged;

 private:
  std::string topology_;
  tempest_host host_{};
};

// A message as the source pushed it, copied.
struct pushed_message {
  std::uint64_t token = 0;
  std::string id;
  std::string payload;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint32_t deliveries = 0;
  std::uint32_t failures = 0;
  std::int64_t timestamp_ms = 0;
};

// One source. Checks by itself that tokens are unique, that each settlement is answered once, and
// that nothing is answered or withdrawn that is not open (`broken` then says what happened).
class source_harness {
 public:
  // Throws std::runtime_error when the options or the source's constructor refuse.
  source_harness(const tempest_descriptor& descriptor, const given_options& given,
                 std::string topology = "test");
  ~source_harness();
  source_harness(const source_harness&) = delete;
  source_harness& operator=(const source_harness&) = delete;

  [[nodiscard]] tempest_source_traits traits() const;
  bool connect(); // false: `error` says why
  tempest_poll_status poll(std::size_t messages = 100000, int wait_ms = 20,
                           std::size_t bytes = std::size_t{64} << 20);
  // Connects when needed, then polls; whether the broker was there.
  bool step(std::size_t messages = 100000, int wait_ms = 20);
  void settle(const std::vector<std::uint64_t>& tokens, tempest_outcome outcome);
  void settle_open(tempest_outcome outcome); // all that is open and not settled yet
  void failed(std::uint64_t token, std::uint32_t failures) {
    functions_->failed(source_, &token, &failures, 1);
  }
  void extend(const std::vector<std::uint64_t>& tokens);
  void interrupt() { functions_->interrupt(source_); } // any thread
  bool healthy();
  void close(int wait_ms = 10000);
  std::int64_t depth() { return functions_->depth(source_); }
  // Steps and acknowledges until `count` messages came and all is answered.
  bool drain(std::size_t count);

  std::vector<pushed_message> messages;
  std::set<std::uint64_t> open;     // pushed, not answered, not withdrawn
  std::set<std::uint64_t> settling; // of these: settled, not answered
  std::map<tempest_settled, std::size_t> answers;
  std::vector<std::uint64_t> withdrawn;
  std::string broken;
  std::string error;
  host_harness host;

 private:
  void on_push(const tempest_source_message* first, std::size_t count, std::size_t stride);
  void on_settled(const std::uint64_t* tokens, std::size_t count, std::uint32_t result);
  void on_withdraw(const std::uint64_t* tokens, std::size_t count);

  plugin::bound_options options_;
  const tempest_source_functions* functions_;
  tempest_source_host source_host_{};
  std::set<std::uint64_t> ever_;
  void* source_ = nullptr;
  bool connected_ = false;
};

// What to write through a sink_harness.
struct written_message {
  std::string payload;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string id = {}; // that it had, when it is put back
};

// A message as a sink shows it.
struct stored_message {
  std::string id;
  std::string payload;
  std::optional<std::string> problem;
};

// What `requeue` of a source says about messages; `sink` holds them under `stored_ids`, or is null.
struct requeue_outcome {
  std::vector<tempest_requeued> results;
  std::string reason; // empty: it said that all is well
};
[[nodiscard]] requeue_outcome requeue(const tempest_descriptor& source, const given_options& given,
                                      const std::vector<written_message>& messages,
                                      const tempest_descriptor* sink = nullptr,
                                      const given_options& sink_given = {},
                                      const std::vector<std::string>& stored_ids = {});

// One sink.
class sink_harness {
 public:
  sink_harness(const tempest_descriptor& descriptor, const given_options& given,
               std::string topology = "test");
  ~sink_harness();
  sink_harness(const sink_harness&) = delete;
  sink_harness& operator=(const sink_harness&) = delete;

  bool connect(); // false: `error` says why
  std::vector<tempest_write_result> write(const std::vector<written_message>& batch);
  bool flush();
  bool healthy();
  void close();
  // What there is, in pages of `page` messages, from its beginning. Throws std::runtime_error with
  // the reason when it cannot be read.
  std::vector<stored_message> browse(std::size_t page = 100,
                                     std::size_t bytes = std::size_t{1} << 20);
  // One page from `cursor`, which then is that of the next; false: there is none.
  bool browse_page(std::string& cursor, std::size_t most, std::size_t bytes,
                   std::vector<stored_message>& into);
  // How many were there. Throws std::runtime_error with the reason when none is erased.
  std::size_t erase(const std::vector<std::string>& ids);

  std::map<std::size_t, std::string> reasons; // of the last write, by index
  std::string error;
  host_harness host;

 private:
  plugin::bound_options options_;
  const tempest_sink_functions* functions_;
  tempest_sink_host sink_host_{};
  void* sink_ = nullptr;
};

} // namespace tempest::test
