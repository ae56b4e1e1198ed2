// Stands between the plugin and its broker, so that connections can be cut and silenced while the
// broker goes on for everybody else.
#pragma once

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tempest::conformance {

// Listens at 127.0.0.1 on a port of its own. Functions: any thread; each has taken effect when it
// returns.
class relay {
 public:
  // To that host and port. Throws base::failure(unavailable).
  relay(std::string host, std::string port);
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  [[nodiscard]] int port() const { return port_; }

  void cut();  // resets all connections; new ones are let through
  void away(); // the same, and new ones are refused
  void back();
  void mute(); // nothing passes on today's connections any more; new ones are let through
  void hold(); // the same, and new ones are let in and hear nothing
  void go_on();

 private:
  struct way {
    int from;
    int to;
    std::string waiting{};
  };
  struct pair {
    way there;
    way back;
    bool muted = false;
  };

  void run();
  void serve();
  void let_in();
  [[nodiscard]] bool move(way& one, short revents_from, short revents_to) const;
  void reset_all();
  void wake() const;

  const std::string host_;
  const std::string port_text_;
  int port_ = 0;
  int listening_ = -1;
  int bell_ = -1;
  std::mutex mutex_; // of what follows
  std::list<pair> pairs_;
  bool held_ = false;
  bool away_ = false;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

} // namespace tempest::conformance
