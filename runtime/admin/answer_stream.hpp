// The rest of an answer that has no end yet: it is sent as it comes.
#pragma once

#include <functional>
#include <string>

namespace tempest::admin {

// The server's thread. It goes when nobody listens any more.
class answer_stream {
 public:
  virtual ~answer_stream() = default;

  // What is to be sent now, some of it when it is much; empty: there is nothing so far.
  virtual std::string next() = 0;
  // What is to be sent when there was nothing for a while.
  virtual std::string sign_of_life() = 0;
  // Whether nothing more will come of next().
  [[nodiscard]] virtual bool is_over() = 0;
  // Calls `ready` once, on any thread, as soon as next() has something: at once when it has by now.
  virtual void when_ready(std::function<void()> ready) = 0;
};

} // namespace tempest::admin
