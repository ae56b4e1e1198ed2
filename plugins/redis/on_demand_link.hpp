// A connection for one question at a time, made when it is first needed.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "plugins/redis/connection.hpp"

namespace redis {

// One thread. What fails throws `unavailable`, and the next question connects again.
class on_demand_link {
 public:
  on_demand_link(endpoint server, std::chrono::milliseconds timeout)
      : timeout_(timeout), link_(std::move(server)) {}

  // The answer to the one command that `ask` appends to the output; an error of the server is
  // thrown. Valid until the next call.
  template <typename Ask>
  const reply& call(Ask ask) {
    try {
      if (!link_.is_open()) link_.open(wake_, timeout_);
      ask(link_.out());
      link_.call(answer_, wake_, timeout_);
    } catch (...) {
      link_.close();
      throw;
    }
    if (answer_.is_error()) throw unavailable(link_.explain(answer_.error()));
    return answer_;
  }
  [[nodiscard]] const reply& answer() const { return answer_; }
  // Throws: the answer is not what it should be.
  [[noreturn]] void refuse(const std::string& what) const {
    throw unavailable(link_.server(), what);
  }
  void close() { link_.close(); }

 private:
  std::chrono::milliseconds timeout_;
  connection link_;
  wakeup wake_;
  reply answer_;
};

} // namespace redis
