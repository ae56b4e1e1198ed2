#include "runtime/admin/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/thread.hpp"

namespace tempest::admin {
namespace {

constexpr std::int64_t last_words_ns = 500'000'000; // for streams to tell what waits, at the end

void require_trust(const server_settings& settings) {
  if (net::may_listen(settings.listen, settings.trusted)) return;
  throw base::failure(base::exit_code::bad_config,
                      fmt::format("{} can be reached from other hosts", settings.listen.text()));
}

} // namespace

server::server(server_settings settings, router answers)
    : settings_(std::move(settings)), answers_(std::move(answers)) {
  require_trust(settings_);
  listener_ = std::make_unique<net::listener>(
      loop_, settings_.listen, net::make_tls(settings_.trusted.tls),
      [this](std::unique_ptr<net::transport> connected) { accept(std::move(connected)); },
      [this](const std::string& why) {
        base::log(base::log_level::warn, why, {.topology = settings_.topology});
      });
  thread_ = base::start_thread("[admin]", [this] { run(); });
}

server::~server() {
  stopping_.store(true);
  loop_.ring();
  thread_.join();
}

// What is under way at the end is told so, and let go, before the loop goes.
void server::run() {
  while (!stopping_.load()) loop_.wait(base::never_ns);
  listener_.reset();
  each_connection([](connection& one) { one.conclude(); });
  const std::int64_t deadline_ns = base::steady_ns() + last_words_ns;
  while (has_streams() && base::steady_ns() < deadline_ns) loop_.wait(deadline_ns);
  each_connection([](connection& one) { one.close(); });
  while (loop_.poll()) {
  }
}

void server::each_connection(const std::function<void(connection&)>& visit) const {
  for (const auto& one : connections_) {
    if (const auto still = one.lock(); still != nullptr) visit(*still);
  }
}

bool server::has_streams() const {
  bool has = false;
  each_connection([&](const connection& one) { has = has || one.has_stream(); });
  return has;
}

// Those who ask for much and do not read it hold no more than this together; one answer may be
// larger, where nobody else holds any.
void server::make_room(std::size_t bytes) const {
  std::size_t held = bytes;
  each_connection([&](const connection& one) { held += one.held_bytes(); });
  each_connection([&](connection& one) { // oldest first
    if (held <= settings_.max_held_bytes || one.held_bytes() == 0) return;
    held -= one.held_bytes();
    one.close();
  });
}

// The newest is let in: those who only hold connections do not keep others out.
void server::accept(std::unique_ptr<net::transport> connected) {
  std::erase_if(connections_, [](const auto& one) { return one.expired(); });
  if (connections_.size() >= settings_.max_connections) {
    if (const auto oldest = connections_.front().lock(); oldest != nullptr) oldest->close();
    connections_.pop_front();
  }
  const auto made =
      std::make_shared<connection>(loop_, std::move(connected), answers_, settings_.patience,
                                   [this](std::size_t bytes) { make_room(bytes); });
  connections_.push_back(made);
  made->start();
}

} // namespace tempest::admin
