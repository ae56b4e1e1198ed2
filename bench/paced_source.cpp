// A source that makes 100-byte messages at a fixed rate and measures each from when it was meant to
// be sent until it is acknowledged. Writes the percentiles to a file when it is closed.
#include <tempest/source.hpp>
#include <tempest/source_pause.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace tempest;
using clock = std::chrono::steady_clock;

class paced {
 public:
  explicit paced(source_context& context)
      : context_(context),
        count_(static_cast<std::uint64_t>(context.get<std::int64_t>("count"))),
        gap_(std::chrono::nanoseconds(1'000'000'000 / context.get<std::int64_t>("rate"))),
        report_(context.get<std::string>("report")),
        payload_(100, 'x') {
    latencies_.reserve(count_);
  }
  ~paced() { write_report(); }

  static source_traits traits(const options&) {
    return {guarantee::at_least_once, false, std::chrono::milliseconds{0}};
  }
  void connect() {}

  poll_status poll(std::size_t max_messages, std::size_t, deadline until) {
    if (made_ == 0) began_ = clock::now();
    batch_.clear();
    while (made_ < count_ && batch_.size() < max_messages && meant(made_) <= clock::now()) add();
    if (batch_.empty()) {
      pause_.wait(made_ < count_ && max_messages > 0 ? std::min(until, meant(made_)) : until);
    } else {
      context_.push(batch_);
    }
    return made_ == count_ ? poll_status::end : poll_status::ok;
  }

  void settle(std::span<const std::uint64_t> tokens, std::span<const outcome> outcomes) {
    const clock::time_point now = clock::now();
    for (const std::uint64_t token : tokens) latencies_.push_back(now - meant(token));
    context_.settled(tokens, outcomes[0], settled::ok);
  }

  void interrupt() noexcept { pause_.interrupt(); }

 private:
  [[nodiscard]] clock::time_point meant(std::uint64_t number) const {
    return began_ + number * gap_;
  }
  void add() {
    source_message& one = batch_.emplace_back();
    one = {};
    one.token = made_++;
    one.id = {payload_.data(), 16};
    one.payload = {payload_.data(), payload_.size()};
    one.deliveries = 1;
  }
  void write_report() {
    if (latencies_.empty()) return;
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [this](double share) {
      const auto index = static_cast<std::size_t>(share * static_cast<double>(latencies_.size()));
      return latencies_[std::min(index, latencies_.size() - 1)].count();
    };
    std::ofstream(report_) << latencies_.size() << ' ' << at(0.5) << ' ' << at(0.99) << ' '
                           << at(0.999) << '\n';
  }

  source_pause pause_;
  source_context& context_;
  const std::uint64_t count_;
  const std::chrono::nanoseconds gap_;
  const std::string report_;
  const std::string payload_;
  clock::time_point began_;
  std::uint64_t made_ = 0;
  std::vector<source_message> batch_;
  std::vector<std::chrono::nanoseconds> latencies_;
};

} // namespace

TEMPEST_SOURCE(paced, "paced", "Makes messages at a fixed rate and measures each.",
               tempest::option<std::int64_t>("count", "How many messages it makes.").at_least(1),
               tempest::option<std::int64_t>("rate", "Messages a second.").between(1, 1'000'000),
               tempest::option<std::string>("report", "The file that the percentiles go to."))
