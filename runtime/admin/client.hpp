// Asks an [admin] over HTTP, as the commands do: one question, one answer, one connection. The
// answer may be a stream of events.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "runtime/admin/event_stream.hpp"
#include "runtime/admin/message.hpp"
#include "runtime/admin/url.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::admin {

struct client_settings {
  url to;
  net::trust trusted; // the token that is told, and the files of TLS
  std::chrono::milliseconds patience{10'000};
};

// What is answered to `method` at `target` ("/api/v1/status?x=1"), whatever its status. Waits for
// it. Throws base::failure: unavailable, when nobody answers there or what comes is no HTTP, with
// what to do; bad_config, when the files of TLS cannot be used.
[[nodiscard]] answer ask(const client_settings& whom, const std::string& method,
                         const std::string& target);

struct event_listener {
  std::optional<std::chrono::milliseconds> during; // since it was let in; nothing: without an end
  std::function<bool(const server_event&)> heard;  // false: that was enough
  std::function<bool()> goes_on; // asked whenever something came, at least every few seconds; the
                                 // same
};

// Listens to the stream of events at `target` until the listener has had enough or its time is up.
// What is returned has status 200 then; else it is what was answered instead. Throws as ask(), and
// when the stream ends by itself, or nothing comes for as long as the client has patience.
[[nodiscard]] answer listen(const client_settings& whom, const std::string& target,
                            const event_listener& by);

} // namespace tempest::admin
