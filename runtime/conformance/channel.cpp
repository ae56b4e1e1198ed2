#include "runtime/conformance/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "runtime/base/clock.hpp"

namespace tempest::conformance {
namespace {

constexpr std::int64_t look_up_ms = 20;
constexpr std::int64_t longest_wait_ms = 60'000;

bool send_all(int descriptor, const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(descriptor, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

heard receive_all(int descriptor, void* into, std::size_t size, std::int64_t deadline_ns,
                  const std::function<bool()>& still) {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const std::int64_t left_ms = (deadline_ns - base::steady_ns()) / 1'000'000;
    if (left_ms <= 0) return heard::late;
    pollfd one{descriptor, POLLIN, 0};
    const std::int64_t wait_ms = std::min(left_ms, still ? look_up_ms : longest_wait_ms);
    if (::poll(&one, 1, static_cast<int>(wait_ms)) <= 0) {
      if (still && !still()) return heard::given_up;
      continue;
    }
    const ssize_t got = ::recv(descriptor, at, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return heard::closed;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return heard::message;
}

} // namespace

bool send(int descriptor, const nlohmann::json& message) {
  const std::vector<std::uint8_t> bytes = nlohmann::json::to_cbor(message);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  return send_all(descriptor, &size, sizeof size) &&
         send_all(descriptor, bytes.data(), bytes.size());
}

heard receive(int descriptor, nlohmann::json& message, std::int64_t deadline_ns,
              const std::function<bool()>& still) {
  std::uint32_t size = 0;
  heard how = receive_all(descriptor, &size, sizeof size, deadline_ns, still);
  if (how != heard::message) return how;
  std::vector<std::uint8_t> bytes(size);
  how = receive_all(descriptor, bytes.data(), bytes.size(), deadline_ns, still);
  if (how == heard::message) message = nlohmann::json::from_cbor(bytes);
  return how;
}

} // namespace tempest::conformance
