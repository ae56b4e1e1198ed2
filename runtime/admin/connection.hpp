// One client: asks, is answered, and may ask again. Costs a buffer and a timer, and is closed when
// it is slow.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/admin/answer_stream.hpp"
#include "runtime/admin/http.hpp"
#include "runtime/admin/router.hpp"
#include "runtime/net/loop.hpp"
#include "runtime/net/transport.hpp"

namespace tempest::admin {

// The loop's thread. Lives as long as something of it is under way.
class connection : public std::enable_shared_from_this<connection> {
 public:
  // `serving` and `answers` outlive it. `patience`: for a client to say something, for a request
  // from its first byte until its answer has arrived, for each piece of a stream, and for a page
  // that asks somebody else. `make_room` is called with the size of an answer before it is told.
  connection(net::loop& serving, std::unique_ptr<net::transport> over, const router& answers,
             std::chrono::milliseconds patience, std::function<void(std::size_t)> make_room);

  void start();
  // What is under way ends. [may be called again]
  void close();
  // The same, but that a stream may yet tell what waits.
  void conclude();
  // Of the answer that its client has not taken yet.
  [[nodiscard]] std::size_t held_bytes() const { return answer_.size(); }
  [[nodiscard]] bool has_stream() const { return stream_ != nullptr; }

 private:
  void wait_for_request();
  void read();
  void heard(std::size_t bytes);
  void look();
  void pass_on(const request& asked);
  void waited_in_vain();
  void say(const answer& said, std::string_view method, unsigned version, bool keep_alive);
  void write();
  void said_all();
  void tell_more();
  void tell(std::string piece);
  void wait_for_more();
  void end_of_stream();
  void drain();
  void set_deadline();

  net::loop& serving_;
  const std::unique_ptr<net::transport> over_;
  const router& answers_;
  const std::int64_t patience_ns_;
  const std::function<void(std::size_t)> make_room_;
  net::timer deadline_;
  std::array<char, 4096> buffer_{};
  std::string unread_; // of requests
  std::optional<request_reader> reader_;
  bool begun_ = false; // a request
  // Itself, while somebody else is asked: nothing else keeps it then.
  std::shared_ptr<connection> waiting_;
  bool keep_alive_ = true;
  std::shared_ptr<answer_stream> stream_; // follows the answer
  bool idle_ = false;                     // it has nothing to be told now
  bool concluding_ = false;
  std::string answer_;
  std::size_t written_ = 0; // of the answer
  std::size_t drained_ = 0;
};

} // namespace tempest::admin
