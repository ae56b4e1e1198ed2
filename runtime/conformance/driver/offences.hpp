// What the plugin did that its contract does not allow, and where it is now: the checking layer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace tempest::conformance {

// Any thread.
class offences {
 public:
  // The plugin is in `function`, called by this thread, while the scope lives.
  class scope {
   public:
    scope(offences& of, const char* function) : of_(of) { of_.enter(function); }
    ~scope() { of_.enter(nullptr); }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    offences& of_;
  };

  // `called` is the host's function; the plugin's functions within which it may be called.
  void check(const char* called, std::initializer_list<std::string_view> allowed) {
    const std::scoped_lock lock(mutex_);
    ++calls_;
    const bool foreign = std::this_thread::get_id() != thread_;
    bool good = false;
    for (const std::string_view one : allowed) good |= running_ != nullptr && one == running_;
    if (good && !foreign) return;
    const std::string where =
        running_ == nullptr ? "outside of every call" : std::string("within ") + running_;
    said_.insert(std::string(called) + " was called " + where +
                 (foreign ? ", on a thread that is not the plugin's" : ""));
  }
  void say(std::string text) {
    const std::scoped_lock lock(mutex_);
    said_.insert(std::move(text));
  }
  void count() {
    const std::scoped_lock lock(mutex_);
    ++calls_;
  }
  [[nodiscard]] std::set<std::string> said() const {
    const std::scoped_lock lock(mutex_);
    return said_;
  }
  // Calls of the host since this was asked before.
  [[nodiscard]] std::uint64_t take_calls() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(calls_, 0);
  }

 private:
  void enter(const char* function) {
    const std::scoped_lock lock(mutex_);
    running_ = function;
    thread_ = std::this_thread::get_id();
  }

  mutable std::mutex mutex_;
  const char* running_ = nullptr;
  std::thread::id thread_;
  std::set<std::string> said_; // each once, however often it happens
  std::uint64_t calls_ = 0;
};

} // namespace tempest::conformance
