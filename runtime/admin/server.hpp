// Answers HTTP on a thread of its own, so that no client, however slow or hostile, holds up the
// process that it asks about.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "runtime/admin/connection.hpp"
#include "runtime/admin/router.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::admin {

struct server_settings {
  net::address listen;
  net::trust trusted;                     // its token is the router's business
  std::string topology;                   // for the log
  std::size_t max_connections = 64;       // one more, and the oldest is closed
  std::size_t max_held_bytes = 64u << 20; // of answers that clients have not taken
  std::chrono::milliseconds patience{5'000};
};

class server {
 public:
  // Listens and answers from now on. Throws base::failure: unavailable, when nobody can listen
  // there or the system refuses a thread; bad_config, when the address may not be listened on
  // without more trust, or TLS's files cannot be used.
  server(server_settings settings, router answers);
  // Ends its thread: soon, whatever clients do.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Where it listens, with the port that was found free.
  [[nodiscard]] const net::address& where() const { return listener_->where(); }

 private:
  void run();
  void each_connection(const std::function<void(connection&)>& visit) const;
  [[nodiscard]] bool has_streams() const;
  void make_room(std::size_t bytes) const;
  void accept(std::unique_ptr<net::transport> connected);

  const server_settings settings_;
  const router answers_;
  net::loop loop_;
  std::deque<std::weak_ptr<connection>> connections_; // oldest first
  std::unique_ptr<net::listener> listener_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace tempest::admin
