#include "plugins/redis/pipelined_sink.hpp"

#include <optional>
#include <stdexcept>

#include "plugins/redis/command.hpp"

namespace redis {

namespace {

// The least that a server can be told for client-query-buffer-limit.
constexpr std::size_t least_limit = std::size_t{1} << 20;

} // namespace

void pipelined_sink::write(const tempest::messages& batch, std::span<tempest::written> results) {
  try {
    try {
      write_all(batch, results);
    } catch (const hung_up& cut) {
      if (batch.size() > 1 || results[0] != tempest::written{}) throw; // who it was will be known
      if (!is_beyond_limit(batch[0], cut)) throw;
      results[0] = tempest::written::rejected;
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

// The server hung up while it had this message alone. It does so without a word when an argument
// does not fit into a client's query buffer; its other limits of one command are told as errors.
// But from here all that cuts connections looks like that (CLIENT KILL, maxmemory-clients, a
// proxy), whatever the message is and however often it is tried. So only what the server says of
// its limit counts. The rest is for the runtime, which sees how other messages fare meanwhile.
bool pipelined_sink::is_beyond_limit(const tempest::message& what, const hung_up& cut) {
  line().close();
  encode(what);
  const std::size_t bytes = longest_argument(line().out());
  line().out().clear();
  if (bytes < least_limit) return false;
  connect();
  const auto limit = line().setting("client-query-buffer-limit");
  if (!limit || *limit < least_limit) {
    throw hung_up(cut.what() + std::string(" on ") + std::to_string(bytes) +
                  " bytes: perhaps its setting client-query-buffer-limit, which it does not tell, "
                  "or something on the way to it allows less");
  }
  if (bytes < *limit) return false;
  context_.explain(0, "Redis at " + line().address() + " hangs up on this message: it has " +
                          std::to_string(bytes) +
                          " bytes, and the server's setting client-query-buffer-limit is " +
                          std::to_string(*limit));
  return true;
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
