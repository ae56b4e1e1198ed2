// The task process's side of the network: finds the topologies, keeps a session with each of them,
// and comes back to those it loses, for ever.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/client_session.hpp"
#include "runtime/net/connection.hpp"
#include "runtime/net/lookup.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/trust.hpp"

namespace tempest::net {

struct client_task {
  std::string name;
  bool leaf = false; // without children: its outputs are counted, not carried
  std::uint32_t workers = 1;
};

struct client_settings {
  std::string topology;
  std::vector<client_task> tasks;
  // Each may stand for several hosts: all of them are served, one session per topology process.
  std::vector<address> topologies;
  trust trusted;
  std::string name; // of this process, for people
  lookup_function ask = ask_system;
  std::chrono::milliseconds max_backoff{30'000};
  std::chrono::milliseconds resolve_every{30'000};
  patience limits;
};

// The loop's thread.
class client {
 public:
  // All that is passed outlives it. Throws base::failure(bad_config) when TLS's files cannot be
  // used.
  client(loop& serving, client_settings settings, base::chunk_pool& pool, client_owner& owner);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  // Begins to look for the topologies.
  void start();
  // Says good-bye to all, and looks for nobody any more. Those who are slow to take what was
  // reported have until `until_ns`, while they do take it. The owner hears nothing more.
  void close(std::string_view reason, std::int64_t until_ns = 0);
  // Whether everybody has heard the good-bye to its end, or was waited for long enough.
  [[nodiscard]] bool all_gone() const;
  // Results of finished deliveries that those who were said good-bye to have not taken.
  [[nodiscard]] std::uint64_t unreported() const;

 private:
  class state;
  std::shared_ptr<state> state_;
};

} // namespace tempest::net
