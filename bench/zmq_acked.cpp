// zmq_acked MESSAGES: 100-byte messages from one process to another over ZeroMQ PUSH/PULL on
// loopback, one acknowledgement back for every 100, at most 4096 not acknowledged. Nothing is
// tracked. Prints messages a second.
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::uint64_t unacknowledged = 4096;
constexpr std::uint64_t messages_per_ack = 100;

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, zmq_strerror(errno));
  std::exit(1);
}

void* socket_of(void* context, int type) {
  void* const made = zmq_socket(context, type);
  const int no_limit = 0; // what is in flight is bounded by the acknowledgements
  if (made == nullptr || zmq_setsockopt(made, ZMQ_SNDHWM, &no_limit, sizeof no_limit) != 0 ||
      zmq_setsockopt(made, ZMQ_RCVHWM, &no_limit, sizeof no_limit) != 0) {
    give_up("zmq_socket");
  }
  return made;
}

std::string bind_anywhere(void* socket) {
  if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) give_up("zmq_bind");
  char place[128];
  std::size_t length = sizeof place;
  if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, place, &length) != 0) give_up("zmq_getsockopt");
  return place;
}

// The receiving process: each message is copied into a string of its own.
int receive(const std::string& messages, const std::string& acks, std::uint64_t count) {
  void* const context = zmq_ctx_new();
  void* const pull = socket_of(context, ZMQ_PULL);
  void* const push = socket_of(context, ZMQ_PUSH);
  if (zmq_connect(pull, messages.c_str()) != 0 || zmq_connect(push, acks.c_str()) != 0) {
    give_up("zmq_connect");
  }
  zmq_msg_t message;
  zmq_msg_init(&message);
  std::uint64_t bytes = 0;
  for (std::uint64_t seen = 1; seen <= count; ++seen) {
    if (zmq_msg_recv(&message, pull, 0) < 0) give_up("zmq_msg_recv");
    const std::string copy(static_cast<const char*>(zmq_msg_data(&message)),
                           zmq_msg_size(&message));
    bytes += copy.size();
    if (seen % messages_per_ack == 0 || seen == count) zmq_send(push, &seen, sizeof seen, 0);
  }
  zmq_close(pull);
  zmq_close(push);
  zmq_ctx_term(context);
  return bytes == count * 100 ? 0 : 1;
}

double send_all(void* push, void* acks, std::uint64_t count) {
  const std::string payload(100, 'x');
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  std::uint64_t acknowledged = 0;
  while (acknowledged < count) {
    while (sent < count && sent - acknowledged < unacknowledged) {
      if (zmq_send(push, payload.data(), payload.size(), 0) < 0) give_up("zmq_send");
      ++sent;
    }
    if (zmq_recv(acks, &acknowledged, sizeof acknowledged, 0) < 0) give_up("zmq_recv");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return static_cast<double>(count) / took.count();
}

} // namespace

int main(int argument_count, char** arguments) {
  std::uint64_t count = 0;
  if (argument_count == 2) {
    const std::string_view number = arguments[1];
    std::from_chars(number.data(), number.data() + number.size(), count);
  }
  if (count == 0) {
    std::fprintf(stderr, "usage: zmq_acked MESSAGES\n");
    return 2;
  }
  int places[2];
  if (pipe(places) != 0) give_up("pipe");
  const pid_t receiver = fork(); // before any thread of ZeroMQ's
  if (receiver == 0) {
    char text[512];
    const ssize_t length = read(places[0], text, sizeof text);
    const std::string both(text, length < 0 ? 0 : static_cast<std::size_t>(length));
    const std::size_t space = both.find(' ');
    return receive(both.substr(0, space), both.substr(space + 1), count);
  }
  void* const context = zmq_ctx_new();
  void* const push = socket_of(context, ZMQ_PUSH);
  void* const acks = socket_of(context, ZMQ_PULL);
  const std::string both = bind_anywhere(push) + " " + bind_anywhere(acks);
  if (write(places[1], both.data(), both.size()) < 0) give_up("write");
  std::printf("%.0f\n", send_all(push, acks, count));
  int status = 0;
  waitpid(receiver, &status, 0);
  zmq_close(push);
  zmq_close(acks);
  zmq_ctx_term(context);
  return status == 0 ? 0 : 1;
}
