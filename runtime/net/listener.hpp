// Accepts connections at one address.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/net/address.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::net {

class listener {
 public:
  using accepted = std::function<void(std::unique_ptr<transport>)>;
  using in_trouble = std::function<void(const std::string& why)>;

  // Binds and listens. `tls` may be nullptr. Throws base::failure(unavailable) that names the
  // address. A Unix socket that a dead process left is replaced; it is removed with the listener.
  // `trouble`: nobody can be accepted for now; told at once, then at growing intervals.
  listener(loop& serving, const address& where,
           const std::shared_ptr<boost::asio::ssl::context>& tls, accepted handler,
           in_trouble trouble);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  // Where it listens, with the port that was found free.
  [[nodiscard]] const address& where() const;

 private:
  class state;
  std::shared_ptr<state> state_;
};

} // namespace tempest::net
