// A real Redis server for a test: its own process, port and folder.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;

namespace tempest::test {

// Polls until `holds` or the limit passed; returns whether it came to hold.
template <typename Condition>
bool eventually(Condition holds, int limit_ms = 20000);
bool sleep_a_little(); // always true, for the template above
long now_ms();

// A loopback port that was free a moment ago.
[[nodiscard]] int free_port();

// An answer as text: strings as they are, integers in decimal, nil as "(nil)", errors with "(error)
// " before them, arrays as [a, b].
using redis_answer = std::string;

// Started by the constructor, which throws std::runtime_error when there is no server to start;
// killed, and its folder removed, by the destructor. Keeps an append-only file, flushed at every
// write, so that a restart loses nothing. One thread at a time.
class redis_server {
 public:
  // `config`: more arguments of redis-server, as in {"--requirepass", "secret"}.
  explicit redis_server(std::vector<std::string> config = {});
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string uri() const { return "redis://127.0.0.1:" + std::to_string(port_); }

  void start(); // again, on the same port with the same data
  void stop();  // as an operator would
  void kill();  // as a crash would
  void pause(); // it keeps its connections and answers nothing
  void resume();

  // Runs one command over a connection of its own; arguments may hold any bytes.
  redis_answer run(const std::vector<std::string>& arguments);
  // The same; the answer as a number, -1 when it is none.
  long long number(const std::vector<std::string>& arguments);
  // Adds `count` entries {field: prefix + index} in few writes.
  void fill(const std::string& key, std::size_t count, const std::string& field = "payload",
            const std::string& prefix = "");
  // The same with elements prefix + index, at a list's right end.
  void fill_list(const std::string& key, std::size_t count, const std::string& prefix = "");

 private:
  template <typename Append>
  void pipeline(std::size_t count, Append append);
  struct free_context {
    void operator()(redisContext* context) const;
  };
  redisContext& client();
  void end(int signal);

  std::vector<std::string> config_;
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = -1;
  std::unique_ptr<redisContext, free_context> client_;
};

template <typename Condition>
bool eventually(Condition holds, int limit_ms) {
  const long limit = now_ms() + limit_ms;
  while (!holds()) {
    if (now_ms() > limit) return false;
    sleep_a_little();
  }
  return true;
}

} // namespace tempest::test
