// What others ask of a run, until its own thread comes by and answers: that costs it nothing while
// nobody asks, and little when many do.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

#include "runtime/admin/run_desk.hpp"
#include "runtime/base/bell.hpp"
#include "runtime/service/in_flight_walk.hpp"

namespace tempest::service {

struct status_question {
  std::function<void(std::shared_ptr<const admin::run_status>)> told;
};

struct errors_question {
  std::function<void(std::shared_ptr<const admin::error_list>)> told;
};

struct tap_question {
  admin::tap_query what;
  std::function<void(admin::tap_answer)> told;
};

struct order_given {
  admin::order what;
  std::function<void(admin::order_answer)> told;
};

using run_question = std::variant<status_question, errors_question, tap_question, order_given>;

class run_questions final : public admin::run_desk {
 public:
  // `bell`: of the run's thread; outlives this.
  explicit run_questions(base::bell& bell) : bell_(bell) {}

  // --- admin::run_desk [any thread]
  bool ask_status(std::function<void(std::shared_ptr<const admin::run_status>)> told) override;
  bool ask_in_flight(const admin::in_flight_query& what,
                     std::function<void(admin::in_flight_list)> told) override;
  bool ask_errors(std::function<void(std::shared_ptr<const admin::error_list>)> told) override;
  bool open_tap(admin::tap_query what, std::function<void(admin::tap_answer)> told) override;
  bool give_order(admin::order what, std::function<void(admin::order_answer)> told) override;

  // --- [the run's thread]
  // Whether some wait, and it is time: the first to ask is answered at once, those that follow
  // together.
  [[nodiscard]] bool due(std::int64_t now_ns) const { return any() && now_ns >= next_ns_; }
  // When it will be; nothing while nobody waits.
  [[nodiscard]] std::optional<std::int64_t> next_due_ns() const {
    return any() ? std::optional(next_ns_) : std::nullopt;
  }
  // All that wait: to be answered now.
  [[nodiscard]] std::vector<run_question> take(std::int64_t now_ns);
  // Those who want to see what is in flight, which takes a walk: they wait for the last one to end.
  [[nodiscard]] bool walk_due() const { return walks_.load(std::memory_order_acquire); }
  [[nodiscard]] std::vector<in_flight_question> take_walk();
  // Nobody answers any more: those who ask from now on are told so, and those who wait for a walk
  // wait in vain.
  void close();

 private:
  [[nodiscard]] bool any() const { return some_.load(std::memory_order_acquire); }
  bool add(run_question asked);

  base::bell& bell_;
  std::int64_t next_ns_ = 0; // the run's thread
  std::atomic<bool> some_{false};
  std::atomic<bool> walks_{false};
  std::mutex mutex_; // of what follows
  bool closed_ = false;
  std::vector<run_question> waiting_;
  std::vector<in_flight_question> waiting_for_walk_;
};

} // namespace tempest::service
