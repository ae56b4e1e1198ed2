// HTTP/1.1 in bytes, both ways: requests and answers, out of what the other side sends and as what
// is sent to it. Knows no socket; Beast is behind it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/admin/message.hpp"

namespace tempest::admin {

// Of the request line and all headers together.
inline constexpr std::size_t max_header_bytes = 8192;

// Reads the head of one request; bodies are refused.
class request_reader {
 public:
  request_reader();
  ~request_reader();

  enum class state {
    wants_more, // bytes
    complete,   // see asked()
    refused,    // see refusal(); what follows on this connection makes no sense any more
  };
  // Takes bytes from the front of `bytes`, which begins where the last call stopped: it keeps none
  // of them. How many it took.
  std::size_t read(std::string_view bytes);
  [[nodiscard]] state now() const { return now_; }
  [[nodiscard]] request asked() const;
  [[nodiscard]] const answer& refusal() const { return refusal_; }

 private:
  struct parser;
  void refuse(unsigned status, std::string_view why);

  std::unique_ptr<parser> parser_;
  state now_ = state::wants_more;
  answer refusal_;
};

// As it goes over the wire. To HEAD it is the same without its body. Nobody is to keep it. Of one
// with a stream it is the head: the stream ends with the connection.
[[nodiscard]] std::string bytes_of(const answer& said, std::string_view method, unsigned version,
                                   bool keep_alive);

// A request without a body, after whose answer the connection ends. `host`: of the server. `token`:
// empty, or what the server wants to hear.
[[nodiscard]] std::string request_bytes(const std::string& method, const std::string& target,
                                        const std::string& host, const std::string& token);

// Reads one answer, with its body.
class answer_reader {
 public:
  answer_reader();
  ~answer_reader();
  answer_reader(const answer_reader&) = delete;
  answer_reader& operator=(const answer_reader&) = delete;

  // Takes bytes from the front, as request_reader does.
  std::size_t read(std::string_view bytes);
  // Nothing more comes: an answer without a length is whole then.
  void end();
  // It is a stream of events, which may grow without an end.
  [[nodiscard]] bool is_stream() const;
  // What came of that, which is not in said() any more.
  [[nodiscard]] std::string take_body();
  [[nodiscard]] bool is_complete() const;
  [[nodiscard]] bool is_wrong() const { return !fault_.empty(); }
  // What is wrong with it; empty: nothing so far.
  [[nodiscard]] const std::string& fault() const { return fault_; }
  // Status and body.
  [[nodiscard]] answer said() const;

 private:
  struct parser;
  std::unique_ptr<parser> parser_;
  std::string fault_;
};

} // namespace tempest::admin
