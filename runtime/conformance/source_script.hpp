// A source as a case drives it: step by step, with an account of every message.
#pragma once

#include <tempest/abi.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "runtime/conformance/plugin_process.hpp"

namespace tempest::conformance {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using tokens = std::vector<std::uint64_t>;

struct seen_message {
  std::uint64_t token = 0;
  std::string id;
  std::string payload;
  std::uint32_t deliveries = 0;
  std::uint32_t failures = 0;
  std::int64_t heard_ns = 0;
};

struct polled {
  int status = TEMPEST_POLL_OK;
  std::string error;
  std::size_t pushed = 0;
  std::size_t pushed_bytes = 0;
  microseconds took{0};
  std::int64_t interrupted_us = 0; // how long it took from then on; negative: it had come back
  std::int64_t excused_us = 0;     // what the machine took of that, or of the whole
};

inline constexpr std::size_t any_number = 1000;
inline constexpr std::size_t any_size = std::size_t{64} << 20;
inline constexpr milliseconds short_wait{50};

// One instance in a process of its own. Connects anew by itself when the broker was away, and
// renews leases as the engine does, unless told otherwise.
class source_script {
 public:
  // Makes the instance. Throws found when it cannot.
  explicit source_script(site& at);

  bool connect(); // false: `error` says why
  // The same, interrupted from another thread in between.
  polled interrupted_connect(microseconds after);
  polled poll(std::size_t messages = any_number, milliseconds wait = short_wait,
              std::size_t bytes = any_size, microseconds interrupt_after = microseconds{0});
  // Connects when it has to, then polls. Whether anything came of it.
  bool step();
  // Steps until `holds`. Throws found with `what` when nothing has happened for the patience.
  void until(const std::string& what, const std::function<bool()>& holds);
  // Until all of those have come.
  void read_all_of(const std::vector<std::string>& payloads);
  // Goes on until a message that is left to the source would have come again: its lease and some.
  void watch();

  void settle(const tokens& which, tempest_outcome outcome);
  // Tells how often they failed, where the source keeps that; whether it does.
  bool tell_failures(const tokens& which, std::uint32_t count);
  void settle_open(tempest_outcome outcome); // all that is not being settled already
  void until_answered();                     // in polls without room for messages
  void extend_open();
  bool healthy();
  // How long it took.
  milliseconds close(milliseconds wait);
  void destroy();
  // Closes, destroys and ends the process. Throws found when that leaves something behind.
  void end();
  // Throws found unless it is one of those that were put where the source reads, byte for byte.
  void need_whole(const std::string& payload) const;
  // A new instance in the same process, after destroy.
  void make();
  // Acknowledges what comes until a poll brings nothing. Throws not_applicable when there is always
  // more, or never again.
  void empty();

  [[nodiscard]] bool at_least_once() const { return guarantee_ == TEMPEST_AT_LEAST_ONCE; }
  [[nodiscard]] milliseconds lease() const { return milliseconds{lease_ms_}; }
  [[nodiscard]] bool renews() const { return renews_; }
  [[nodiscard]] bool counts_deliveries() const { return counts_deliveries_; }
  [[nodiscard]] tokens open() const;
  // Payloads whose acknowledgement the broker has confirmed.
  [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }
  [[nodiscard]] const std::set<std::string>& payloads() const { return payloads_; }
  [[nodiscard]] bool connected() const { return connected_; }
  void lost() { connected_ = false; } // as the host does when it is unhealthy
  [[nodiscard]] bool is_settled() const { return settling_.empty(); }
  // How far apart renewals have been at worst.
  [[nodiscard]] milliseconds worst_renewal() const {
    return milliseconds{worst_gap_ns_ / 1'000'000};
  }

  std::vector<seen_message> messages;             // in the order in which they came
  std::map<std::uint64_t, std::uint32_t> results; // token -> tempest_settled
  std::set<std::uint64_t> withdrawn;
  std::string error;
  bool keeps_leases = true;
  std::size_t poll_messages = any_number; // of a step
  std::size_t poll_bytes = any_size;
  polled last;        // of the last step
  bool ended = false; // poll said that there will be no more
  plugin_process process;

 private:
  nlohmann::json ask(nlohmann::json request, std::int64_t due_ms = 0);
  void hear(const nlohmann::json& answer);
  void hear_answer(std::uint64_t token, std::uint32_t outcome, std::uint32_t result);

  site& site_;
  std::uint32_t guarantee_ = 0;
  std::int64_t lease_ms_ = 0;
  bool renews_ = false;
  bool counts_deliveries_ = false;
  bool connected_ = false;
  std::int64_t renewed_ns_ = 0;
  std::int64_t worst_gap_ns_ = 0;
  std::size_t events_ = 0;
  std::map<std::uint64_t, std::string> open_; // token -> payload; settled ones until the answer
  std::map<std::uint64_t, tempest_outcome> settling_;
  std::map<std::uint64_t, tempest_outcome> again_;
  std::set<std::string> acknowledged_;
  std::set<std::string> payloads_;
};

} // namespace tempest::conformance
