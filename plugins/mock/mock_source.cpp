// Source `mock`: makes messages, for trying things out and for tests. Needs no broker.
//
// A token is the message's number and how often it was handed over: unique without a table.
#include <tempest/source.hpp>
#include <tempest/source_pause.hpp>

#include <algorithm>
#include <charconv>
#include <deque>
#include <string>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::string_view number_mark = "{n}";
constexpr std::uint64_t delivery_bits = 16;
constexpr std::uint64_t most_deliveries = (1u << delivery_bits) - 1;

std::uint64_t make_token(std::uint64_t number, std::uint64_t deliveries) {
  return number << delivery_bits | std::min(deliveries, most_deliveries);
}

class mock_source {
 public:
  explicit mock_source(tempest::source_context& context)
      : context_(context),
        count_(context.get<std::uint64_t>("count")),
        rate_(context.get<double>("rate")),
        size_(static_cast<std::size_t>(context.get<tempest::size>("size").bytes)),
        redeliver_(context.get<std::uint64_t>("redeliver")),
        redeliver_delay_(context.get<std::chrono::milliseconds>("redeliver_delay")) {
    const auto pattern = context.get<std::string>("payload");
    const std::size_t mark = pattern.find(number_mark);
    before_ = pattern.substr(0, mark);
    numbered_ = mark != std::string::npos;
    if (numbered_) after_ = pattern.substr(mark + number_mark.size());
  }

  static tempest::source_traits traits(const tempest::options&) {
    return {tempest::guarantee::at_least_once, true, std::chrono::milliseconds{0}};
  }

  void connect() { start_ = clock_type::now(); }

  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until) {
    batch_.clear();
    bytes_.clear();
    wait_for_work(max_messages, until);
    const auto now = clock_type::now();
    const std::uint64_t made_at_most = made_ + fresh_allowed(now);
    payload_bytes_ = 0;
    while (batch_.size() < max_messages) {
      const bool is_again = !again_.empty() && again_.front().due <= now;
      if (!is_again && made_ == made_at_most) break;
      if (!add(is_again ? again_.front().token : make_token(made_ + 1, 1), max_bytes)) break;
      if (is_again) {
        again_.pop_front();
      } else {
        ++made_;
      }
    }
    push();
    const bool all_made = count_ != 0 && made_ == count_;
    return all_made && again_.empty() ? tempest::poll_status::end : tempest::poll_status::ok;
  }

  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes) {
    const auto now = clock_type::now();
    std::size_t start = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (outcomes[i] == tempest::outcome::fail) hand_over_again(tokens[i], now);
      if (outcomes[i] == tempest::outcome::give_back) schedule(tokens[i], now);
      const bool row_ends = i + 1 == tokens.size() || outcomes[i + 1] != outcomes[i];
      if (!row_ends) continue;
      context_.settled(tokens.subspan(start, i + 1 - start), outcomes[i], tempest::settled::ok);
      start = i + 1;
    }
  }

  void interrupt() noexcept { pause_.interrupt(); }

 private:
  struct waiting {
    std::uint64_t token;
    clock_type::time_point due;
  };
  struct place { // of a payload, id in `bytes_`
    std::size_t id_start, id_length, payload_start, payload_length;
  };

  void hand_over_again(std::uint64_t token, clock_type::time_point now) {
    if ((token & most_deliveries) <= redeliver_) schedule(token, now + redeliver_delay_);
  }
  void schedule(std::uint64_t token, clock_type::time_point due) {
    const waiting added{make_token(token >> delivery_bits, (token & most_deliveries) + 1), due};
    const auto at = std::upper_bound(again_.begin(), again_.end(), due,
                                     [](auto when, const waiting& one) { return when < one.due; });
    again_.insert(at, added);
  }

  // How many new messages may be made by now.
  std::uint64_t fresh_allowed(clock_type::time_point now) const {
    std::uint64_t allowed = (count_ == 0 ? UINT64_MAX : count_) - made_;
    if (rate_ > 0) {
      const double seconds = std::chrono::duration<double>(now - start_).count();
      const auto due = static_cast<std::uint64_t>(seconds * rate_) + 1;
      allowed = std::min(allowed, due > made_ ? due - made_ : 0);
    }
    return allowed;
  }

  void wait_for_work(std::size_t max_messages, tempest::deadline until) {
    for (;;) {
      const auto now = clock_type::now();
      if (max_messages > 0 && fresh_allowed(now) > 0) return;
      auto next = until;
      if (!again_.empty() && max_messages > 0) next = std::min(next, again_.front().due);
      const bool more = count_ == 0 || made_ < count_;
      if (rate_ > 0 && more && max_messages > 0) {
        const std::chrono::duration<double> at(static_cast<double>(made_) / rate_);
        // Compared as seconds: a slow rate's next message may lie beyond what a clock can count.
        if (at < next - start_) next = start_ + std::chrono::ceil<clock_type::duration>(at);
      }
      if (!more && again_.empty()) return; // the end: nothing to wait for
      if (next <= now || pause_.wait(next) || next == until) return;
    }
  }

  // False when it would pass the limit; the first of a batch never does.
  bool add(std::uint64_t token, std::size_t max_bytes) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, token >> delivery_bits).ptr;
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    const std::size_t said = before_.size() + after_.size() + (numbered_ ? number.size() : 0);
    const std::size_t length = std::max(size_, said);
    if (!batch_.empty() && payload_bytes_ + length > max_bytes) return false;
    payload_bytes_ += length;
    place at{bytes_.size(), number.size(), 0, 0};
    bytes_.append(number);
    at.payload_start = bytes_.size();
    bytes_.append(before_);
    if (numbered_) bytes_.append(number).append(after_);
    bytes_.append(length - said, '.');
    at.payload_length = length;
    places_.resize(batch_.size());
    places_.push_back(at);
    tempest::source_message& made = batch_.emplace_back();
    made = {};
    made.token = token;
    made.deliveries = static_cast<std::uint32_t>(token & most_deliveries);
    return true;
  }

  // Only now: the bytes have moved while they grew.
  void push() {
    if (batch_.empty()) return;
    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count();
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      batch_[i].id = {bytes_.data() + places_[i].id_start, places_[i].id_length};
      batch_[i].payload = {bytes_.data() + places_[i].payload_start, places_[i].payload_length};
      batch_[i].timestamp_ms = now_ms;
    }
    context_.push(batch_);
  }

  tempest::source_context& context_;
  const std::uint64_t count_;
  const double rate_;
  const std::size_t size_;
  const std::uint64_t redeliver_;
  const std::chrono::milliseconds redeliver_delay_;
  std::string before_;
  std::string after_;
  bool numbered_ = false;
  clock_type::time_point start_ = clock_type::now();
  std::uint64_t made_ = 0;
  std::deque<waiting> again_; // by due time
  std::vector<tempest::source_message> batch_;
  std::vector<place> places_;
  std::string bytes_; // ids and payloads of the batch
  std::size_t payload_bytes_ = 0;
  tempest::source_pause pause_;
};

} // namespace

TEMPEST_SOURCE(
    mock_source, "mock", "Makes messages, for trying things out and for tests.",
    tempest::option<std::int64_t>("count", "How many messages it makes; 0 = without end.")
        .by_default(1000)
        .at_least(0),
    tempest::option<double>("rate", "Messages a second; 0 = as fast as they are taken.")
        .by_default("0")
        .between(0, 1'000'000'000),
    tempest::option<tempest::size>("size", "Payloads are filled up with dots to this many bytes.")
        .by_default(0)
        .between(0, 1'073'741'824),
    tempest::option<std::string>("payload", "What a message says; {n} is its number, from 1.")
        .by_default("message {n}"),
    tempest::option<std::int64_t>("redeliver",
                                  "How often a message that failed is handed over again.")
        .by_default(3)
        .between(0, 60000),
    tempest::option<std::chrono::milliseconds>("redeliver_delay", "How long it waits before that.")
        .by_default("1s")
        .between(0, 86'400'000))
