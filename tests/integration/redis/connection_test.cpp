// A connection to what is no Redis server.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "plugins/redis/command.hpp"
#include "plugins/redis/connection.hpp"

namespace redis {
namespace {

using testing::HasSubstr;
using testing::Not;

// Takes one connection, answers what comes first, and is silent until the other side hangs up.
class answering_once {
 public:
  explicit answering_once(std::string answer)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, said = std::move(answer)] { serve(said); });
  }
  ~answering_once() {
    ::shutdown(listener_, SHUT_RDWR); // should nobody have come
    thread_.join();
    ::close(listener_);
  }
  answering_once(const answering_once&) = delete;
  answering_once& operator=(const answering_once&) = delete;

  [[nodiscard]] std::string uri() const { return "redis://127.0.0.1:" + std::to_string(port_); }

 private:
  void serve(const std::string& answer) const {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    char asked[4096];
    if (::recv(peer, asked, sizeof asked, 0) > 0) {
      for (std::size_t at = 0; at < answer.size();) {
        const ssize_t sent = ::send(peer, &answer[at], answer.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
      }
      while (::recv(peer, asked, sizeof asked, 0) > 0) {
      }
    }
    ::close(peer);
  }

  int listener_;
  int port_ = 0;
  std::jthread thread_;
};

// What a call to it fails with; nothing when it is answered.
std::string failure(const std::string& answer, reply& heard) {
  const answering_once server(answer);
  wakeup wake;
  connection link(parse_uri(server.uri()));
  try {
    link.open(wake, std::chrono::seconds(10));
    append_command(link.out(), std::string_view("PING"));
    link.call(heard, wake, std::chrono::milliseconds(500));
  } catch (const unavailable& error) {
    return error.what();
  }
  return {};
}

TEST(redis_connection, a_line_without_end_is_no_answer) {
  for (const char* kind : {"+", "-ERR ", ":", "$", "*2\r\n+"}) {
    reply heard;
    const std::string why = failure(kind + std::string(std::size_t{3} << 20, '1'), heard);
    EXPECT_THAT(why, HasSubstr("no Redis server")) << kind;
    EXPECT_THAT(why, Not(HasSubstr("in time"))) << kind;
  }
}

TEST(redis_connection, a_long_text_is_one) {
  const std::string text(std::size_t{3} << 20, 'x');
  reply heard;
  EXPECT_EQ(failure("$" + std::to_string(text.size()) + "\r\n" + text + "\r\n", heard), "");
  EXPECT_EQ(heard.text(heard.root()), text);
  EXPECT_EQ(failure("-ERR " + text.substr(0, 10000) + "\r\n", heard), "");
  EXPECT_TRUE(heard.is_error());
}

} // namespace
} // namespace redis
