#include "runtime/base/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

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
  logger().set_level(to_spdlog(level));
  logger().set_pattern(pattern());
}

void erase_line_before_log(bool erase) {
  logger().set_pattern((erase ? erase_line : "") + pattern());
}

bool log_enabled(log_level level) {
  return logger().should_log(to_spdlog(level));
}

void log(log_level level, std::string_view text, const log_context& about) {
  if (!log_enabled(level)) return;
  const bool json = current_format == log_format::json;
  std::string line = json ? fmt::format("\"text\":\"{}\"", json_line(text)) : one_line(text);
  add_field(line, "topology", about.topology);
  add_field(line, "task", about.task);
  add_field(line, "message", about.message_id);
  logger().log(to_spdlog(level), "{}", line);
}

bool parse_log_level(std::string_view word, log_level& level) {
  constexpr std::string_view words[] = {"debug", "info", "warn", "error", "off"};
  for (int i = 0; i < 5; ++i) {
    if (word == words[i]) {
      level = static_cast<log_level>(i);
      return true;
    }
  }
  return false;
}

} // namespace tempest::base
