#include "runtime/net/loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "runtime/net/asio.hpp"

namespace tempest::net {
namespace {

// Peers that never stop talking must not keep the owner from its own work.
constexpr int most_at_once = 64;

std::chrono::steady_clock::time_point time_of(std::int64_t steady_ns) {
  return std::chrono::steady_clock::time_point{std::chrono::nanoseconds(steady_ns)};
}

} // namespace

void loop_door::run_soon(std::function<void()> body) {
  const std::scoped_lock lock(mutex_);
  if (inside_ != nullptr) asio::post(inside_->io, std::move(body));
}

void loop_door::close() {
  const std::scoped_lock lock(mutex_);
  inside_ = nullptr;
}

loop::loop()
    : context_(std::make_unique<loop_context>()), door_(std::make_shared<loop_door>(*context_)) {}

loop::~loop() {
  door_->close();
}

void loop::ring() {
  if (context_->rung.exchange(true)) return;
  if (context_->sleeping.load()) asio::post(context_->io, [] {}); // ends the sleep, nothing else
}

bool loop::wait(std::int64_t deadline_ns) {
  bool ran = poll();
  if (!ran && !context_->rung.load()) {
    context_->sleeping.store(true);
    // Whoever rings from here on posts, so that this comes back at once.
    if (!context_->rung.load()) ran = context_->io.run_one_until(time_of(deadline_ns)) > 0;
    context_->sleeping.store(false);
    if (ran) poll();
  }
  return context_->rung.exchange(false) || ran;
}

bool loop::poll() {
  int ran = 0;
  while (ran < most_at_once && context_->io.poll_one() > 0) ++ran;
  return ran > 0;
}

void run_soon(loop& in, std::function<void()> body) {
  asio::post(io_of(in), std::move(body));
}

struct timer::state {
  explicit state(loop& in) : clock(io_of(in)) {}
  asio::steady_timer clock;
  std::uint64_t set = 0; // how often: a wait that was forgotten may already be on its way
};

timer::timer(loop& in) : state_(std::make_shared<state>(in)) {}

timer::~timer() {
  cancel();
}

void timer::at(std::int64_t deadline_ns, std::function<void()> body) {
  const std::uint64_t mine = ++state_->set;
  state_->clock.expires_at(time_of(deadline_ns));
  state_->clock.async_wait(
      [state = state_, mine, body = std::move(body)](const error_code& failed) {
        if (!failed && state->set == mine) body();
      });
}

void timer::cancel() noexcept {
  ++state_->set;
  try {
    state_->clock.cancel();
  } catch (const boost::system::system_error&) {
    // It will find itself forgotten when its time comes.
  }
}

} // namespace tempest::net
