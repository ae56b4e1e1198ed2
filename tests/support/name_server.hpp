// Plays whoever is asked what names stand for, in the threads that ask.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "runtime/net/lookup.hpp"

namespace tempest::net {

class name_server {
 public:
  // Those who wait for an answer get it.
  ~name_server() { answer_all(); }
  name_server() = default;
  name_server(const name_server&) = delete;
  name_server& operator=(const name_server&) = delete;

  // Without an address the name is not known.
  void say(const std::string& host, std::vector<address> places) {
    const std::scoped_lock lock(known_->mutex);
    known_->names[host] = std::move(places);
  }
  // Whoever asks about it waits for answer_all().
  void hang_at(const std::string& host) {
    const std::scoped_lock lock(known_->mutex);
    known_->hanging.insert(host);
  }
  void answer_all() {
    const std::scoped_lock lock(known_->mutex);
    known_->hanging.clear();
    known_->answers.notify_all();
  }
  [[nodiscard]] int asked(const std::string& host) const {
    const std::scoped_lock lock(known_->mutex);
    return known_->asked[host];
  }
  // It may be asked after the server is gone.
  [[nodiscard]] lookup_function ask() const {
    return [known = known_](const address& name) { return known->answer(name.host); };
  }

 private:
  struct state {
    lookup_answer answer(const std::string& host) {
      std::unique_lock lock(mutex);
      ++asked[host];
      answers.wait(lock, [&] { return !hanging.contains(host); });
      return {names[host], names[host].empty() ? "nobody knows it" : ""};
    }
    std::mutex mutex;
    std::condition_variable answers;
    std::map<std::string, std::vector<address>> names;
    std::set<std::string> hanging;
    std::map<std::string, int> asked;
  };

  std::shared_ptr<state> known_ = std::make_shared<state>();
};

} // namespace tempest::net
