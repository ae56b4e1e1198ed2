#include "runtime/service/run_questions.hpp"

#include <utility>

namespace tempest::service {
namespace {

constexpr std::size_t questions_at_most = 64; // as many as the server has connections
constexpr std::int64_t answers_apart_ns = 20'000'000;

} // namespace

bool run_questions::ask_status(std::function<void(std::shared_ptr<const admin::run_status>)> told) {
  return add(status_question{std::move(told)});
}

bool run_questions::ask_errors(std::function<void(std::shared_ptr<const admin::error_list>)> told) {
  return add(errors_question{std::move(told)});
}

bool run_questions::ask_in_flight(const admin::in_flight_query& what,
                                  std::function<void(admin::in_flight_list)> told) {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_ || waiting_for_walk_.size() >= questions_at_most) return false;
    waiting_for_walk_.push_back({what, std::move(told)});
    walks_.store(true, std::memory_order_release);
  }
  bell_.ring();
  return true;
}

bool run_questions::open_tap(admin::tap_query what, std::function<void(admin::tap_answer)> told) {
  return add(tap_question{std::move(what), std::move(told)});
}

bool run_questions::give_order(admin::order what, std::function<void(admin::order_answer)> told) {
  return add(order_given{what, std::move(told)});
}

// Clients that left may have as many again waiting here.
bool run_questions::add(run_question asked) {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_ || waiting_.size() >= questions_at_most) return false;
    waiting_.push_back(std::move(asked));
    some_.store(true, std::memory_order_release);
  }
  bell_.ring();
  return true;
}

std::vector<run_question> run_questions::take(std::int64_t now_ns) {
  next_ns_ = now_ns + answers_apart_ns;
  const std::scoped_lock lock(mutex_);
  some_.store(false, std::memory_order_relaxed);
  return std::exchange(waiting_, {});
}

std::vector<in_flight_question> run_questions::take_walk() {
  const std::scoped_lock lock(mutex_);
  walks_.store(false, std::memory_order_relaxed);
  return std::exchange(waiting_for_walk_, {});
}

void run_questions::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  waiting_.clear();
  waiting_for_walk_.clear();
}

} // namespace tempest::service
