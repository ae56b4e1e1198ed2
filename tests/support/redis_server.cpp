#include "tests/support/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace tempest::test {

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

namespace {

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_NIL:
      return "(nil)";
    case REDIS_REPLY_ERROR:
      return "(error) " + std::string(reply.str, reply.len);
    case REDIS_REPLY_ARRAY: {
      std::string all = "[";
      for (std::size_t i = 0; i < reply.elements; ++i) {
        all += (i > 0 ? ", " : "") + text_of(*reply.element[i]);
      }
      return all + "]";
    }
    default:
      return {reply.str, reply.len};
  }
}

} // namespace

long now_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

bool sleep_a_little() {
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return true;
}

void redis_server::free_context::operator()(redisContext* context) const {
  ::redisFree(context);
}

redis_server::redis_server(std::vector<std::string> config) : config_(std::move(config)) {
  std::string name = (std::filesystem::temp_directory_path() / "tempest-redis-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  folder_ = name;
  // Another process may take the port between looking and binding.
  for (int attempt = 0; attempt < 10; ++attempt) {
    port_ = free_port();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == 9) throw;
    }
  }
}

redis_server::~redis_server() {
  end(SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void redis_server::start() {
  std::vector<std::string> arguments = {"redis-server",
                                        "--port",
                                        std::to_string(port_),
                                        "--bind",
                                        "127.0.0.1",
                                        "--dir",
                                        folder_.string(),
                                        "--appendonly",
                                        "yes",
                                        "--appendfsync",
                                        "always",
                                        "--save",
                                        "",
                                        "--daemonize",
                                        "no",
                                        "--logfile",
                                        (folder_ / "log").string()};
  arguments.insert(arguments.end(), config_.begin(), config_.end());
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::execvp(pointers[0], pointers.data());
    ::_exit(127);
  }
  const bool answers = eventually([this] {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
      pid_ = -1;
      throw std::runtime_error("redis-server did not start; is it installed?");
    }
    client_.reset(::redisConnectWithTimeout("127.0.0.1", port_, timeval{1, 0}));
    if (client_->err != 0) return false;
    const redis_answer answer = run({"PING"});
    return answer == "PONG" || answer.starts_with("(error) NOAUTH") ||
           answer.starts_with("(error) NOPERM");
  });
  if (!answers) throw std::runtime_error("redis-server does not answer");
}

void redis_server::end(int signal) {
  client_.reset();
  if (pid_ < 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void redis_server::stop() {
  end(SIGTERM);
}

void redis_server::kill() {
  end(SIGKILL);
}

void redis_server::pause() {
  ::kill(pid_, SIGSTOP);
}

void redis_server::resume() {
  ::kill(pid_, SIGCONT);
}

redisContext& redis_server::client() {
  if (!client_ || client_->err != 0) {
    client_.reset(::redisConnectWithTimeout("127.0.0.1", port_, timeval{5, 0}));
  }
  return *client_;
}

redis_answer redis_server::run(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> lengths;
  for (const std::string& argument : arguments) {
    pointers.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  redisContext& to = client();
  auto* const reply = static_cast<redisReply*>(
      ::redisCommandArgv(&to, static_cast<int>(pointers.size()), pointers.data(), lengths.data()));
  if (reply == nullptr) return std::string("(error) ") + to.errstr;
  std::string text = text_of(*reply);
  ::freeReplyObject(reply);
  return text;
}

long long redis_server::number(const std::vector<std::string>& arguments) {
  const redis_answer answer = run(arguments);
  char* end = nullptr;
  const long long value = std::strtoll(answer.c_str(), &end, 10);
  return answer.empty() || *end != '\0' ? -1 : value;
}

template <typename Append>
void redis_server::pipeline(std::size_t count, Append append) {
  redisContext& to = client();
  constexpr std::size_t chunk = 500;
  for (std::size_t from = 0; from < count; from += chunk) {
    const std::size_t end = std::min(count, from + chunk);
    for (std::size_t i = from; i < end; ++i) append(to, i);
    for (std::size_t i = from; i < end; ++i) {
      void* reply = nullptr;
      if (::redisGetReply(&to, &reply) != REDIS_OK) throw std::runtime_error(to.errstr);
      ::freeReplyObject(reply);
    }
  }
}

void redis_server::fill(const std::string& key, std::size_t count, const std::string& field,
                        const std::string& prefix) {
  pipeline(count, [&](redisContext& to, std::size_t i) {
    const std::string value = prefix + std::to_string(i);
    ::redisAppendCommand(&to, "XADD %s * %s %s", key.c_str(), field.c_str(), value.c_str());
  });
}

void redis_server::fill_list(const std::string& key, std::size_t count, const std::string& prefix) {
  pipeline(count, [&](redisContext& to, std::size_t i) {
    const std::string value = prefix + std::to_string(i);
    ::redisAppendCommand(&to, "RPUSH %s %s", key.c_str(), value.c_str());
  });
}

} // namespace tempest::test
