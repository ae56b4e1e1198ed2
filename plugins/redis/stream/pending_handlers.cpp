#include "plugins/redis/stream/pending_handlers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "plugins/redis/json_text.hpp"

namespace redis::stream {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

// Reads one handler, and names it in what it refuses.
class handler_reader {
 public:
  handler_reader(const json& given, std::size_t index, milliseconds lease, std::string_view stream)
      : given_(given), index_(index), lease_(lease), stream_(stream) {}

  pending_handler read() const {
    if (!given_.is_object()) refuse("it is no table");
    for (const auto& [name, value] : given_.items()) {
      if (name != "action" && name != "to" && name != "key" && name != "min_idle_time" &&
          name != "times_delivered") {
        refuse("`" + name + "` is unknown");
      }
    }
    pending_handler made;
    made.action = action();
    if (made.moves()) made.key = target();
    made.min_idle = idle();
    made.times_delivered = times();
    return made;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw std::invalid_argument(
        "pending_handlers, number " + std::to_string(index_ + 1) + ": " + what +
        R"(; expected { action = "claim", "ack" or "delete", min_idle_time = "60s", )"
        R"(times_delivered = 3 } or { action = "move", to = "list", "stream" or "sorted_set", )"
        R"(key = "...", ... })");
  }

  [[nodiscard]] std::string text(const char* name) const {
    const auto found = given_.find(name);
    if (found == given_.end() || !found->is_string() || found->get<std::string>().empty()) {
      refuse(std::string("`") + name + "` is missing");
    }
    return found->get<std::string>();
  }

  [[nodiscard]] pending_action action() const {
    const std::string word = text("action");
    if (word == "move") return move();
    if (given_.contains("to") || given_.contains("key")) {
      refuse("`to` and `key` mean nothing with action \"" + word + "\"");
    }
    if (word == "claim") return pending_action::claim;
    if (word == "ack") return pending_action::ack;
    if (word == "delete") return pending_action::remove;
    refuse("the action \"" + word + "\" is unknown");
  }

  [[nodiscard]] pending_action move() const {
    const std::string word = text("to");
    if (word == "list") return pending_action::to_list;
    if (word == "stream") return pending_action::to_stream;
    if (word == "sorted_set") return pending_action::to_sorted_set;
    refuse("`to` is \"" + word + "\"");
  }

  [[nodiscard]] std::string target() const {
    std::string key = text("key");
    if (key == stream_) refuse("`key` is the stream that is read");
    return key;
  }

  [[nodiscard]] milliseconds idle() const {
    const auto found = given_.find("min_idle_time");
    if (found == given_.end()) return lease_;
    const std::optional<milliseconds> time = duration(*found);
    if (!time) refuse("`min_idle_time` is " + found->dump() + ", which is no duration");
    if (*time < lease_) {
      refuse("`min_idle_time` is shorter than `lease` (" + std::to_string(lease_.count()) +
             " ms): until then an entry is still somebody's");
    }
    return *time;
  }

  [[nodiscard]] std::uint32_t times() const {
    const auto found = given_.find("times_delivered");
    if (found == given_.end()) return 0;
    constexpr std::int64_t most = 1'000'000'000;
    if (!found->is_number_integer() || found->get<std::int64_t>() < 0 ||
        found->get<std::int64_t>() > most) {
      refuse("`times_delivered` is not a number from 0 to " + std::to_string(most));
    }
    return found->get<std::uint32_t>();
  }

  // As every duration of Topology.toml: milliseconds, or a number with its unit.
  static std::optional<milliseconds> duration(const json& given) {
    constexpr double most = 1e12;
    constexpr std::pair<std::string_view, double> units[] = {
        {"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    const std::string text = given.is_string() ? given.get<std::string>() : given.dump();
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || std::signbit(number)) return std::nullopt;
    std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    for (const auto& [name, factor] : units) {
      const double time = std::round(number * factor);
      const bool whole = !name.empty() || text.find('.') == std::string::npos;
      if (name == unit && whole && time <= most)
        return milliseconds(static_cast<std::int64_t>(time));
    }
    return std::nullopt;
  }

  const json& given_;
  std::size_t index_;
  milliseconds lease_;
  std::string_view stream_;
};

} // namespace

const char* word(pending_action action) {
  switch (action) {
    case pending_action::ack:
      return "ack";
    case pending_action::remove:
      return "delete";
    case pending_action::gone:
      return "gone";
    case pending_action::to_list:
      return "list";
    case pending_action::to_stream:
      return "stream";
    case pending_action::to_sorted_set:
      return "sorted_set";
    case pending_action::claim:
      break;
  }
  return "claim";
}

std::optional<std::size_t> first_that_applies(std::span<const pending_handler> handlers,
                                              const pending_entry& one) {
  const auto found = std::find_if(handlers.begin(), handlers.end(),
                                  [&](const auto& handler) { return handler.applies_to(one); });
  if (found == handlers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - handlers.begin());
}

bool is_not_to_be_read(std::span<const pending_handler> handlers, const pending_entry& one) {
  const std::optional<std::size_t> which = first_that_applies(handlers, one);
  return which && handlers[*which].action != pending_action::claim;
}

std::vector<pending_handler> parse_pending_handlers(std::string_view text, milliseconds lease,
                                                    std::string_view stream) {
  const json given = json::parse(text, nullptr, false);
  if (!given.is_array()) throw std::invalid_argument("pending_handlers: it is no list");
  std::vector<pending_handler> made;
  for (const json& one : given) {
    made.push_back(handler_reader(one, made.size(), lease, stream).read());
  }
  return made;
}

std::string moved_text(std::string_view stream, const reply& from, const entry& what) {
  std::string made = R"({"stream":)";
  append_json_value(made, stream);
  made += R"(,"id":")" + what.id.text() + R"(","fields":[)";
  for (std::uint32_t i = 0; i < what.fields; ++i) {
    made += i > 0 ? ",[" : "[";
    append_json_value(made, from.text(from.at(what.first_field + 2 * i)));
    made += ',';
    append_json_value(made, from.text(from.at(what.first_field + 2 * i + 1)));
    made += ']';
  }
  return made + "]}";
}

} // namespace redis::stream
