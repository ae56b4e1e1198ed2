#include "sdk/testing/run_source.hpp"

#include <tempest/source.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "sdk/testing/run_script.hpp"
#include "sdk/testing/text.hpp"

namespace tempest::testing {
namespace {

class run_source {
 public:
  explicit run_source(source_context& context)
      : context_(context), messages_(current_script->messages) {}

  static source_traits traits(const options&) {
    return {guarantee::at_least_once, true, std::chrono::milliseconds{0}};
  }
  void connect() {}

  poll_status poll(std::size_t max_messages, std::size_t max_bytes, deadline until) {
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < max_messages && next_ < messages_.size(); ++count) {
      if (count > 0 && bytes + messages_[next_].payload.size() > max_bytes) break;
      bytes += messages_[next_].payload.size();
      push(messages_[next_], next_ + 1);
      ++next_;
    }
    if (next_ == messages_.size()) return poll_status::end;
    if (max_messages == 0) wait(until);
    return poll_status::ok;
  }
  void settle(std::span<const std::uint64_t> tokens, std::span<const outcome> outcomes) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      context_.settled(tokens[i], outcomes[i], settled::ok);
    }
  }
  void interrupt() noexcept {
    {
      const std::scoped_lock lock(mutex_);
      interrupted_ = true;
    }
    woken_.notify_one();
  }

 private:
  void push(const input& one, std::uint64_t number) {
    const std::string id = one.id.empty() ? std::to_string(number) : one.id;
    const auto c_headers = to_c(one.headers);
    source_message made{};
    made.token = number;
    made.id = slice(id);
    made.payload = slice(one.payload);
    if (one.key) made.key = slice(*one.key);
    made.headers = c_headers.data();
    made.header_count = static_cast<std::uint32_t>(c_headers.size());
    made.deliveries = one.deliveries;
    made.timestamp_ms = one.timestamp;
    context_.push(std::span(&made, 1));
  }
  void wait(deadline until) {
    std::unique_lock lock(mutex_);
    woken_.wait_until(lock, until, [this] { return interrupted_; });
    interrupted_ = false;
  }

  source_context& context_;
  const std::vector<input>& messages_;
  std::size_t next_ = 0;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;
};

} // namespace

const tempest_source_functions& run_source_functions() {
  return *impl::source_functions<run_source>();
}

} // namespace tempest::testing
