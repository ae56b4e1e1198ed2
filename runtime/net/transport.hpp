// A stream of bytes to one peer: TCP or a Unix socket, with TLS or without.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace tempest::net {

// Calls back on the loop's thread; at most one read and one write are under way. Destroying it
// closes it: handlers still come then, with operation_canceled, so they keep alive what they use.
class transport {
 public:
  virtual ~transport() = default;

  using done = std::function<void(std::error_code error, std::size_t bytes)>;

  // Call first, and wait for its end. Without TLS there is nothing to agree on.
  virtual void handshake(done handler) = 0;
  // Some bytes, at least one; an error at the peer's end of the stream.
  virtual void read_some(std::span<char> into, done handler) = 0;
  virtual void write_some(std::span<const char> from, done handler) = 0;
  // What is under way ends with an error. [may be called again]
  virtual void close() = 0;
  // Says that nothing more comes from this side; what was written arrives.
  virtual void end_of_writing() = 0;
  // What an error that a handler was given means, for people.
  [[nodiscard]] virtual std::string explain(std::error_code error) const { return error.message(); }
  // Bytes written that would be lost with the connection: the peer's system has not taken them.
  [[nodiscard]] virtual std::size_t on_the_way() = 0;
  // Tells the peer's system now that what was read has arrived. Left alone, the system would wait
  // for bytes that go the same way, some 40 ms.
  virtual void acknowledge() = 0;
  // "127.0.0.1:40312", "unix".
  [[nodiscard]] virtual const std::string& peer() const = 0;
};

} // namespace tempest::net
