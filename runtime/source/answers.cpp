// What the source plugin calls: messages come, settlements are answered, messages are lost.
#include <fmt/format.h>

#include <cstring>
#include <exception>

#include "runtime/base/clock.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::source {

void pump::push(void* self, const tempest_source_message* messages, std::size_t count,
                std::size_t stride) noexcept try {
  auto& me = *static_cast<pump*>(self);
  const auto* at = reinterpret_cast<const char*>(messages);
  for (std::size_t i = 0; i < count; ++i, at += stride) {
    const std::uint64_t bytes_before = me.copier_.bytes();
    if (stride >= sizeof(tempest_source_message)) {
      me.copier_.add(*reinterpret_cast<const tempest_source_message*>(at));
    } else { // an older plugin knows fewer fields
      tempest_source_message known{};
      std::memcpy(&known, at, stride);
      me.copier_.add(known);
    }
    ++me.now_.counts.read;
    me.read_bytes_ += me.copier_.bytes() - bytes_before;
  }
} catch (const std::exception& error) {
  // No memory: what was not taken stays open at the source, which hands it out again after its
  // lease or a restart.
  static_cast<pump*>(self)->say(
      base::log_level::error, fmt::format("pushed messages that cannot be held: {}", error.what()));
}

void pump::settled(void* self, const std::uint64_t* tokens, std::size_t count,
                   std::uint32_t outcome, std::uint32_t result) noexcept {
  auto& me = *static_cast<pump*>(self);
  if (result == TEMPEST_SETTLED_RETRY) {
    return me.unsettled_.again(tokens, count, outcome, base::steady_ns());
  }
  me.unsettled_.answered(count);
  me.confirm(tokens, count);
  pump_counts& counts = me.now_.counts;
  if (result != TEMPEST_SETTLED_OK) {
    counts.gone += count;
  } else if (outcome == TEMPEST_ACK) {
    counts.acked += count;
  } else if (outcome == TEMPEST_FAIL) {
    counts.failed += count;
  } else {
    counts.returned += count;
  }
}

void pump::confirm(const std::uint64_t* tokens, std::size_t count) {
  for (std::size_t i = 0; i < count && !awaited_.empty(); ++i) {
    if (awaited_.erase(tokens[i]) > 0) confirmed_tokens_.push_back(tokens[i]);
  }
}

void pump::withdraw(void* self, const std::uint64_t* tokens, std::size_t count) noexcept {
  auto& me = *static_cast<pump*>(self);
  me.unsettled_.forget(tokens, count);
  me.confirm(tokens, count);
  me.now_.counts.withdrawn += count;
  me.lost_tokens_.insert(me.lost_tokens_.end(), tokens, tokens + count);
}

} // namespace tempest::source
