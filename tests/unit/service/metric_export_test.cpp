// The end of a run whose metrics somebody takes his time to take.
#include "runtime/service/metric_export.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/base/clock.hpp"

namespace tempest::service {
namespace {

// Takes connections and never answers.
class silent_listener {
 public:
  silent_listener() {
    place_.sin_family = AF_INET;
    place_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof place_;
    auto* const place = reinterpret_cast<sockaddr*>(&place_);
    if (::bind(socket_, place, length) != 0 || ::listen(socket_, 8) != 0 ||
        ::getsockname(socket_, place, &length) != 0) {
      throw std::runtime_error("cannot listen");
    }
  }
  ~silent_listener() { ::close(socket_); }
  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;

  [[nodiscard]] int port() const { return ntohs(place_.sin_port); }

 private:
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in place_{};
};

TEST(the_end_of_metrics, is_waited_for_by_a_process_that_is_alive) {
  const silent_listener gateway;
  assembly plan;
  static const tempest_descriptor some{};
  plan.settings.name = "demo";
  plan.settings.source.plugin.type = "mock";
  plan.source.descriptor = &some;
  plan.settings.metric.timeout = std::chrono::milliseconds(300);
  config::metric_target& target = plan.settings.metric.targets.emplace_back();
  target.type = config::metric_target_type::prometheus_push;
  target.uri = fmt::format("http://127.0.0.1:{}", gateway.port());
  const std::int64_t before_ns = base::steady_ns();
  run_health health(plan, run_health::role::topology, before_ns);
  const metrics::registry shown("demo");
  metric_export exports(plan.settings, shown, "here");
  EXPECT_TRUE(exports.finish(nullptr, health));
  EXPECT_GE(health.board().last_beat_ns() - before_ns, 100'000'000);
}

} // namespace
} // namespace tempest::service
