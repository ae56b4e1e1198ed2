#include "runtime/service/hang_log.hpp"

#include <mutex>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/base/thread_stack.hpp"
#include "runtime/plugin/search.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t most_waiting = 64;
constexpr std::int64_t ask_again_after_ns = 1'000'000'000;

hang_log::name_finder installed_finder() {
  return [program = plugin::own_folder() +
                    "/tempest-stack-names"](const std::vector<base::stack>& stacks) {
    return base::names_of_stacks(stacks, program);
  };
}

} // namespace

struct hang_log::line {
  base::stack where;
  std::string text;
  std::string topology;
  std::string task;
  std::string message_id;

  void write() const { write(text); }
  void write_stack(const std::string& names) const {
    if (!names.empty()) write(text + ": it was in " + names);
  }

 private:
  void write(const std::string& words) const {
    base::log(base::log_level::warn, words,
              {.topology = topology, .task = task, .message_id = message_id});
  }
};

struct hang_log::shared {
  explicit shared(name_finder given) : names(std::move(given)) {}

  const name_finder names;
  std::mutex mutex;
  std::vector<line> waiting; // the first are those whose names are looked for
  bool at_work = false;      // there is a thread
  std::uint64_t round = 0;   // of finish(): a thread that finds another one says nothing
};

hang_log::hang_log(name_finder names)
    : shared_(std::make_shared<shared>(names ? std::move(names) : installed_finder())) {}

hang_log::~hang_log() {
  finish();
}

void hang_log::warn(pthread_t thread, std::string text, const base::log_context& about) {
  base::stack where;
  const std::int64_t now_ns = base::steady_ns();
  if (base::log_enabled(base::log_level::warn) && now_ns >= ask_again_ns_) {
    where = base::stack_of(thread);
    if (where.empty()) ask_again_ns_ = base::steady_ns() + ask_again_after_ns;
  }
  warn(std::move(where), std::move(text), about);
}

void hang_log::warn(base::stack where, std::string text, const base::log_context& about) {
  line made{std::move(where), std::move(text), std::string(about.topology), std::string(about.task),
            std::string(about.message_id)};
  made.write(); // at once: this process may not live until the names are found
  const std::scoped_lock lock(shared_->mutex);
  if (made.where.empty() || shared_->waiting.size() >= most_waiting) return;
  shared_->waiting.push_back(std::move(made));
  if (std::exchange(shared_->at_work, true)) return;
  try {
    base::start_thread("the names of a stack", [with = shared_] { work(with); }).detach();
  } catch (const base::failure&) {
    shared_->at_work = false;
    shared_->waiting.pop_back();
  }
}

void hang_log::work(const std::shared_ptr<shared>& with) {
  std::unique_lock lock(with->mutex);
  while (!with->waiting.empty()) {
    std::vector<base::stack> stacks;
    for (const line& one : with->waiting) stacks.push_back(one.where);
    const std::uint64_t round = with->round;
    lock.unlock();
    const std::vector<std::string> names = with->names(stacks);
    lock.lock();
    if (with->round != round) continue; // nobody hears them any more
    for (std::size_t i = 0; i < stacks.size(); ++i) with->waiting[i].write_stack(names[i]);
    with->waiting.erase(with->waiting.begin(), with->waiting.begin() + std::ssize(stacks));
  }
  with->at_work = false;
}

void hang_log::finish() {
  const std::scoped_lock lock(shared_->mutex);
  ++shared_->round;
  shared_->waiting.clear();
}

} // namespace tempest::service
