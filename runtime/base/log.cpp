#include "runtime/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <iterator>
#include <mutex>
#include <string>

#include "runtime/base/clock.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::base {
namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})";
constexpr const char* erase_line = "\r\x1b[K";

log_format current_format = log_format::text;

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warn:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
    case log_level::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string pattern() {
  return current_format == log_format::json ? json_pattern : text_pattern;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("tempest");
    made->set_pattern(text_pattern);
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

// A level that somebody asked for during a while.
struct borrowed_level {
  std::atomic<std::int64_t> until_ns{0}; // 0: there is none
  std::mutex mutex;
  log_level usual = log_level::info; // what comes back
};
borrowed_level borrowed;

// Nobody waits for that moment: whoever logs next, or asks whether it is of use, sees to it.
void give_back_level() {
  const std::int64_t until_ns = borrowed.until_ns.load(std::memory_order_relaxed);
  if (until_ns == 0 || steady_ns() < until_ns) return;
  {
    const std::scoped_lock lock(borrowed.mutex);
    if (borrowed.until_ns.load() != until_ns)
      return; // another thread did, or somebody borrows anew
    borrowed.until_ns.store(0);
    logger().set_level(to_spdlog(borrowed.usual));
  }
  log(log_level::info, std::string("the log's level is ") + word(borrowed.usual) + " again");
}

constexpr const char* level_words[] = {"debug", "info", "warn", "error", "off"};

constexpr std::size_t field_limit = 200; // an id may be any bytes of any length

void add_field(std::string& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  value = value.substr(0, field_limit);
  if (current_format == log_format::json) {
    line += fmt::format(",\"{}\":\"{}\"", name, json_line(value));
  } else {
    line += fmt::format(" {}={}", name, one_line(value));
  }
}

} // namespace

void configure_log(log_level level, log_format format) {
  current_format = format;
  change_log_level(level);
  logger().set_pattern(pattern());
}

void erase_line_before_log(bool erase) {
  logger().set_pattern((erase ? erase_line : "") + pattern());
}

void change_log_level(log_level level, std::int64_t for_ns) {
  const std::scoped_lock lock(borrowed.mutex);
  if (for_ns <= 0) {
    borrowed.usual = level;
    borrowed.until_ns.store(0);
  } else {
    borrowed.until_ns.store(steady_ns() + for_ns);
  }
  logger().set_level(to_spdlog(level));
}

const char* word(log_level level) {
  return level_words[static_cast<std::size_t>(level)];
}

bool log_enabled(log_level level) {
  give_back_level();
  return logger().should_log(to_spdlog(level));
}

void log(log_level level, std::string_view text, const log_context& about) {
  if (!log_enabled(level)) return;
  const bool json = current_format == log_format::json;
  std::string line = json ? fmt::format("\"text\":\"{}\"", json_line(text)) : one_line(text);
  add_field(line, "topology", about.topology);
  add_field(line, "task", about.task);
  add_field(line, "message", about.message_id);
  if (about.repeated > 0) {
    line += json ? fmt::format(",\"repeated\":{}", about.repeated)
                 : fmt::format(" repeated={}", about.repeated);
  }
  logger().log(to_spdlog(level), "{}", line);
}

bool parse_log_level(std::string_view word, log_level& level) {
  for (std::size_t i = 0; i < std::size(level_words); ++i) {
    if (word == level_words[i]) {
      level = static_cast<log_level>(i);
      return true;
    }
  }
  return false;
}

} // namespace tempest::base
