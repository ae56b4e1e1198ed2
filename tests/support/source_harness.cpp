#include <chrono>
#include <stdexcept>

#include "tests/support/plugin_harness.hpp"
#include "tests/support/redis_server.hpp"

namespace tempest::test {

namespace {

std::string copy(const tempest_slice& from) {
  return from.data == nullptr ? std::string() : std::string(from.data, from.length);
}

std::int64_t deadline_in(int wait_ms) {
  const auto at = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

tempest_error empty_error() {
  tempest_error made{};
  made.size = sizeof made;
  return made;
}

} // namespace

source_harness::source_harness(const tempest_descriptor& descriptor, const given_options& given,
                               std::string topology)
    : host(std::move(topology)),
      options_(bind(descriptor, given)),
      functions_(static_cast<const tempest_source_functions*>(descriptor.functions)) {
  source_host_.size = sizeof source_host_;
  source_host_.self = this;
  source_host_.push = [](void* self, const tempest_source_message* first, std::size_t count,
                         std::size_t stride) {
    static_cast<source_harness*>(self)->on_push(first, count, stride);
  };
  source_host_.settled = [](void* self, const std::uint64_t* tokens, std::size_t count,
                            std::uint32_t, std::uint32_t result) {
    static_cast<source_harness*>(self)->on_settled(tokens, count, result);
  };
  source_host_.withdraw = [](void* self, const std::uint64_t* tokens, std::size_t count) {
    static_cast<source_harness*>(self)->on_withdraw(tokens, count);
  };
  tempest_error why = empty_error();
  source_ = functions_->create(&host.table(), &source_host_, options_.view(), &why);
  if (source_ == nullptr) throw std::runtime_error(why.text);
}

source_harness::~source_harness() {
  functions_->destroy(source_);
}

tempest_source_traits source_harness::traits() const {
  tempest_source_traits made{};
  made.size = sizeof made;
  functions_->traits(options_.view(), &made);
  return made;
}

bool source_harness::connect() {
  tempest_error why = empty_error();
  connected_ = functions_->connect(source_, &why) != 0;
  if (!connected_) error = why.text;
  return connected_;
}

tempest_poll_status source_harness::poll(std::size_t count, int wait_ms, std::size_t bytes) {
  tempest_error why = empty_error();
  const int status = functions_->poll(source_, count, bytes, deadline_in(wait_ms), &why);
  if (status == TEMPEST_POLL_UNAVAILABLE) {
    error = why.text;
    connected_ = false;
  }
  return static_cast<tempest_poll_status>(status);
}

bool source_harness::step(std::size_t count, int wait_ms) {
  if (!connected_ && !connect()) return false;
  return poll(count, wait_ms) != TEMPEST_POLL_UNAVAILABLE;
}

void source_harness::settle(const std::vector<std::uint64_t>& tokens, tempest_outcome outcome) {
  settling.insert(tokens.begin(), tokens.end());
  const std::vector<std::uint8_t> outcomes(tokens.size(), static_cast<std::uint8_t>(outcome));
  functions_->settle(source_, tokens.data(), outcomes.data(), tokens.size());
}

void source_harness::settle_open(tempest_outcome outcome) {
  std::vector<std::uint64_t> tokens;
  for (const std::uint64_t one : open) {
    if (!settling.contains(one)) tokens.push_back(one);
  }
  settle(tokens, outcome);
}

void source_harness::extend(const std::vector<std::uint64_t>& tokens) {
  functions_->extend(source_, tokens.data(), tokens.size());
}

bool source_harness::healthy() {
  tempest_error why = empty_error();
  const bool good = functions_->healthy(source_, &why) != 0;
  if (!good) error = why.text;
  return good;
}

void source_harness::close(int wait_ms) {
  functions_->close(source_, deadline_in(wait_ms));
}

bool source_harness::drain(std::size_t count) {
  return eventually([&] {
    step();
    settle_open(TEMPEST_ACK);
    return messages.size() >= count && open.empty();
  });
}

void source_harness::on_push(const tempest_source_message* first, std::size_t count,
                             std::size_t stride) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto& from = *reinterpret_cast<const tempest_source_message*>(
        reinterpret_cast<const char*>(first) + i * stride);
    pushed_message made{from.token, copy(from.id),   copy(from.payload), std::nullopt,
                        {},         from.deliveries, from.failures,      from.timestamp_ms};
    if (from.key.data != nullptr) made.key = copy(from.key);
    for (std::uint32_t k = 0; k < from.header_count; ++k) {
      made.headers.emplace_back(copy(from.headers[k].name), copy(from.headers[k].value));
    }
    if (!ever_.insert(from.token).second) broken += "a token came twice\n";
    open.insert(from.token);
    messages.push_back(std::move(made));
  }
}

void source_harness::on_settled(const std::uint64_t* tokens, std::size_t count,
                                std::uint32_t result) {
  for (std::size_t i = 0; i < count; ++i) {
    if (settling.erase(tokens[i]) == 0) broken += "an answer for what was not settled\n";
    open.erase(tokens[i]);
    ++answers[static_cast<tempest_settled>(result)];
  }
}

void source_harness::on_withdraw(const std::uint64_t* tokens, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (settling.contains(tokens[i])) broken += "withdrawn while it is settled\n";
    if (open.erase(tokens[i]) == 0) broken += "withdrawn though not open\n";
    withdrawn.push_back(tokens[i]);
  }
}

} // namespace tempest::test
