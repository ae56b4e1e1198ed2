// The library of the topology in test_run_test.cpp.
#include <tempest/task.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace {

// "a b" -> "a", "b"; passes over comments; "boom" can never be split.
struct split {
  explicit split(tempest::context& ctx) : separator_(ctx.get<std::string>("separator")) {}
  bool filter(const tempest::message& in) { return !in.text().starts_with('#'); }
  void handle(const tempest::message& in, tempest::outbox& out) {
    std::string_view text = in.text();
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(separator_), text.size());
      out.emit(text.substr(0, end));
      text.remove_prefix(std::min(end + separator_.size(), text.size()));
    }
    if (in.text() == "boom") throw tempest::reject("it explodes");
  }
  std::string separator_;
};

// Fails at first, every time.
struct shaky {
  void handle(const tempest::message& in, tempest::outbox& out) {
    out.forward(in);
    if (in.attempt() == 1) throw std::runtime_error("not yet");
  }
};

// Answers from a thread of its own.
class later {
 public:
  void handle(tempest::delivery one) {
    {
      const std::scoped_lock lock(mutex_);
      waiting_.push_back(one.defer());
    }
    woken_.notify_one();
  }
  ~later() {
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
    }
    woken_.notify_one();
    thread_.join();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      woken_.wait(lock, [this] { return over_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      tempest::deferred one = std::move(waiting_.front());
      waiting_.pop_front();
      one.emit({.payload = std::string(one.input().text()) + "!", .key = "late"});
      one.succeed();
    }
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<tempest::deferred> waiting_;
  bool over_ = false;
  std::thread thread_{[this] { work(); }};
};

} // namespace

TEMPEST_LIBRARY(tempest::task<split>(
                    "split", "Splits a line.",
                    tempest::option<std::string>("separator", "Between words.").by_default(" ")),
                tempest::task<shaky>("shaky", "Fails at first."),
                tempest::task<later>("later", "Defers."))
