// What the files of this room that touch sockets share. No header that others include names this
// one: Asio takes seconds to compile.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "runtime/net/loop.hpp"

namespace tempest::net {

namespace asio = boost::asio;
using error_code = boost::system::error_code;

struct loop_context {
  asio::io_context io{1}; // one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> alive{io.get_executor()};
  std::atomic<bool> rung{false};
  std::atomic<bool> sleeping{false};
};

[[nodiscard]] inline asio::io_context& io_of(loop& in) {
  return in.context().io;
}

} // namespace tempest::net
