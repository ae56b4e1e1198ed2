#include "plugins/redis/pipelined_sink.hpp"

#include <optional>
#include <stdexcept>

namespace redis {

namespace {

constexpr int hang_ups = 3; // on one message: from then on it is rejected

} // namespace

void pipelined_sink::write(const tempest::messages& batch, std::span<tempest::written> results) {
  try {
    try {
      write_all(batch, results);
    } catch (const hung_up&) {
      if (batch.size() > 1 || results[0] != tempest::written{}) throw; // who it was will be known
      write_again(batch, results);
    }
  } catch (const unavailable&) {
    line().close();
    throw; // what has no outcome yet is tried again
  }
}

void pipelined_sink::write_all(const tempest::messages& batch,
                               std::span<tempest::written> results) {
  sent_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    try {
      encode(batch[i]);
      sent_.push_back(i);
    } catch (const std::invalid_argument& error) {
      context_.explain(i, error.what());
      results[i] = tempest::written::rejected;
    }
    if (line().queued() >= piece_bytes) collect(results);
  }
  collect(results);
}

// The server hung up while it had this message alone. When it does so each time, and answers before
// and after, it is the message: over some limits a server says nothing at all.
void pipelined_sink::write_again(const tempest::messages& one, std::span<tempest::written> result) {
  for (int times = 2; times <= hang_ups; ++times) {
    connect();
    try {
      return write_all(one, result);
    } catch (const hung_up&) {
      continue;
    }
  }
  connect();
  result[0] = tempest::written::rejected;
  context_.explain(
      0, "Redis at " + line().address() + ": the connection was closed on this message " +
             std::to_string(hang_ups) +
             " times in a row, and works without it: perhaps it is larger than the server takes "
             "(its settings client-query-buffer-limit and proto-max-bulk-len), or than something "
             "on the way to it does");
}

void pipelined_sink::collect(std::span<tempest::written> results) {
  if (sent_.empty()) return;
  const std::size_t behind = finish_piece();
  for (const std::size_t index : sent_) {
    const std::optional<std::string> error = line().result();
    results[index] = error ? tempest::written::failed : tempest::written::ok;
    if (error) context_.explain(index, *error);
    if (line().was_too_large()) {
      results[index] = tempest::written::rejected;
      throw unavailable(*error); // it hung up on those that follow
    }
    if (line().refused_all()) not_ready_ = *error;
  }
  sent_.clear();
  for (std::size_t i = 0; i < behind; ++i) (void)line().result();
}

bool pipelined_sink::healthy(std::string& reason) {
  reason = not_ready_;
  if (!reason.empty()) return false;
  if (line().connected()) return true;
  reason = "the connection to Redis at " + line().address() + " is gone";
  return false;
}

} // namespace redis
