// One log for the process, on standard error; spdlog underneath. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace tempest::base {

enum class log_level : int { debug, info, warn, error, off };
enum class log_format { text, json };

// Call once, before the first line; the defaults are info and text. Colour is used on terminals
// only.
void configure_log(log_level level, log_format format);

// From now on each line first erases the terminal's current line: something else draws a status
// there. Call before other threads log.
void erase_line_before_log(bool erase);

// What a line is about; empty parts are left out.
struct log_context {
  std::string_view topology{};
  std::string_view task{};
  std::string_view message_id{};
  std::uint64_t repeated = 0; // how many lines this one stands for; 0: for itself
};

[[nodiscard]] bool log_enabled(log_level level);
void log(log_level level, std::string_view text, const log_context& about = {});

// Another level from now on. With `for_ns` above 0 the one that was there before, without such a
// limit, comes back after that.
void change_log_level(log_level level, std::int64_t for_ns = 0);

[[nodiscard]] const char* word(log_level level);
// "debug", "info", "warn", "error", "off"; false when it is none of them.
[[nodiscard]] bool parse_log_level(std::string_view word, log_level& level);

} // namespace tempest::base
