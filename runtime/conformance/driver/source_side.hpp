// A source in its own process, and what it says to its host.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/conformance/driver/side.hpp"
#include "runtime/conformance/filled_messages.hpp"

namespace tempest::conformance {

class source_side final : public side {
 public:
  explicit source_side(const tempest_descriptor& descriptor);
  ~source_side() override;

 private:
  // What has come of messages that are not kept for the answer.
  struct drained {
    void begin(const json& request);
    void count(std::uint64_t token, std::string_view payload);
    void confirm(std::uint64_t token); // acknowledged
    [[nodiscard]] bool is_bad() const { return stranger || again; }

    bool compares = false;               // whether it is known what is to come
    filled_messages filled;              // that
    std::vector<bool> had{};             // by number, in all that was drained
    std::vector<bool> gone{};            // likewise: acknowledged
    std::size_t came = 0;                // in this drain
    std::size_t confirmed = 0;           // likewise: acknowledged
    std::optional<std::string> stranger; // one that nobody put there
    std::optional<std::string> again;    // one that was acknowledged before
    std::unordered_map<std::uint64_t, std::uint64_t> numbers{}; // by token, of what is open
  };

  std::optional<json> own_answer(const std::string& what, const json& request) override;
  std::string create(const tempest_options* options) override;

  json connect(const json& request);
  json interruptible(const json& request, const std::function<json()>& work);
  json poll(const json& request);
  int poll_once(std::size_t messages, std::size_t bytes, std::int64_t wait_ms);
  json settle(const json& request);
  void settle_now(const std::vector<std::uint64_t>& tokens,
                  const std::vector<std::uint8_t>& outcomes);
  json drain(const json& request);
  json idle(const json& request);
  json close(const json& request);
  void destroy();
  // What the plugin has said since the last answer.
  void tell(json& into);

  void on_push(const tempest_source_message* first, std::size_t count, std::size_t stride);
  void note(const tempest_source_message& message);
  void on_settled(const std::uint64_t* tokens, std::size_t count, std::uint32_t outcome,
                  std::uint32_t result);
  void on_withdraw(const std::uint64_t* tokens, std::size_t count);

  const tempest_source_functions* functions_;
  tempest_source_host table_{};
  tempest_source_traits traits_{};
  void* source_ = nullptr;
  bool keeps_messages_ = true; // for the answer; not while draining
  drained draining_;
  std::unordered_map<std::uint64_t, std::string> open_;      // token -> id
  std::unordered_map<std::uint64_t, std::uint8_t> settling_; // token -> outcome
  std::unordered_set<std::uint64_t> ever_;
  std::unordered_map<std::string, std::uint64_t> ids_; // of what is open
  std::vector<std::uint64_t> fresh_;                   // pushed since they were last taken
  std::vector<std::uint64_t> again_;                   // to be settled once more
  std::size_t pushed_ = 0;
  std::size_t pushed_bytes_ = 0;
  json messages_ = json::array();
  json answers_ = json::array();
  json withdrawn_ = json::array();
};

} // namespace tempest::conformance
