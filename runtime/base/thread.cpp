#include "runtime/base/thread.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "runtime/base/error.hpp"

namespace tempest::base {

std::thread start_thread(const std::string& purpose, std::function<void()> body) try {
  return std::thread(std::move(body));
} catch (const std::exception& error) {
  throw failure(exit_code::unavailable,
                fmt::format("there is no thread to be had for {}: {}", purpose, error.what()));
}

} // namespace tempest::base
