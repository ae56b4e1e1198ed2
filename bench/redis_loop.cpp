// redis_loop PORT fill MESSAGES: a stream "bench" of 100-byte messages and its group "g", anew.
// redis_loop PORT read: the least that a consumer can do: XREADGROUP COUNT 1000 and one XACK a
// batch, one read in flight. Prints messages a second.
// redis_loop PORT fill-list MESSAGES: the same messages in a list "bench", anew.
// redis_loop PORT read-list BATCH: BLMOVE to a processing list and LREM of what was moved before in
// one write; of more than one, BATCH of each, by LMOVE, which does not wait.
#include <hiredis/hiredis.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct free_reply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using reply = std::unique_ptr<redisReply, free_reply>;

reply next(redisContext* context) {
  void* raw = nullptr;
  if (redisGetReply(context, &raw) != REDIS_OK) {
    std::fprintf(stderr, "redis: %s\n", context->errstr);
    std::exit(1);
  }
  reply got(static_cast<redisReply*>(raw));
  if (got->type == REDIS_REPLY_ERROR) {
    std::fprintf(stderr, "redis: %s\n", got->str);
    std::exit(1);
  }
  return got;
}

void fill(redisContext* context, long messages) {
  const std::string payload(100, 'x');
  redisAppendCommand(context, "DEL bench");
  redisAppendCommand(context, "XGROUP CREATE bench g 0 MKSTREAM");
  next(context);
  next(context);
  for (long sent = 0; sent < messages;) {
    long batch = 0;
    for (; batch < 500 && sent < messages; ++batch, ++sent) {
      redisAppendCommand(context, "XADD bench * payload %b", payload.data(), payload.size());
    }
    while (batch-- > 0) next(context);
  }
}

long read_all(redisContext* context) {
  long read = 0;
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (;;) {
    redisAppendCommand(context, "XREADGROUP GROUP g loop COUNT 1000 STREAMS bench >");
    const reply got = next(context);
    if (got->type == REDIS_REPLY_NIL) return read;
    const redisReply* entries = got->element[0]->element[1];
    arguments = {"XACK", "bench", "g"};
    lengths = {4, 5, 1};
    for (std::size_t i = 0; i < entries->elements; ++i) {
      arguments.push_back(entries->element[i]->element[0]->str);
      lengths.push_back(static_cast<std::size_t>(entries->element[i]->element[0]->len));
    }
    read += static_cast<long>(entries->elements);
    redisAppendCommandArgv(context, static_cast<int>(arguments.size()), arguments.data(),
                           lengths.data());
    next(context);
  }
}

void fill_list(redisContext* context, long messages) {
  const std::string payload(100, 'x');
  redisAppendCommand(context, "DEL bench bench:held");
  next(context);
  for (long sent = 0; sent < messages;) {
    long batch = 0;
    for (; batch < 500 && sent < messages; ++batch, ++sent) {
      redisAppendCommand(context, "RPUSH bench %b", payload.data(), payload.size());
    }
    while (batch-- > 0) next(context);
  }
}

long read_all_lists(redisContext* context, std::size_t batch) {
  long read = 0;
  std::vector<reply> held;
  for (bool more = true; more || !held.empty();) {
    for (const reply& one : held) {
      redisAppendCommand(context, "LREM bench:held 1 %b", one->str,
                         static_cast<std::size_t>(one->len));
    }
    for (std::size_t i = 0; more && i < batch; ++i) {
      redisAppendCommand(context, batch == 1 ? "BLMOVE bench bench:held LEFT RIGHT 0.01"
                                             : "LMOVE bench bench:held LEFT RIGHT");
    }
    for (std::size_t i = 0; i < held.size(); ++i) next(context);
    held.clear();
    for (std::size_t i = 0; more && i < batch; ++i) {
      reply got = next(context);
      if (got->type == REDIS_REPLY_NIL) {
        while (++i < batch) next(context);
        more = false;
      } else {
        held.push_back(std::move(got));
        ++read;
      }
    }
  }
  return read;
}

} // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr,
                 "usage: redis_loop PORT fill|fill-list MESSAGES | read | read-list BATCH\n");
    return 2;
  }
  redisContext* const context = redisConnect("127.0.0.1", std::atoi(arguments[1]));
  if (context == nullptr || context->err != 0) return 1;
  if (std::string_view(arguments[2]) == "fill" && count == 4) {
    fill(context, std::atol(arguments[3]));
  } else if (std::string_view(arguments[2]) == "fill-list" && count == 4) {
    fill_list(context, std::atol(arguments[3]));
  } else {
    const auto start = std::chrono::steady_clock::now();
    const long read =
        count == 4 ? read_all_lists(context, std::stoul(arguments[3])) : read_all(context);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("%.0f\n", static_cast<double>(read) / took.count());
  }
  redisFree(context);
  return 0;
}
