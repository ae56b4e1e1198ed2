#include "runtime/plugin/option_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/units.hpp"
#include "runtime/plugin/option_at.hpp"

namespace tempest::plugin {
namespace {

nlohmann::json to_json(const config::value& from) {
  struct visitor {
    nlohmann::json operator()(std::monostate) const { return nullptr; }
    nlohmann::json operator()(bool flag) const { return flag; }
    nlohmann::json operator()(std::int64_t number) const { return number; }
    nlohmann::json operator()(double number) const { return number; }
    nlohmann::json operator()(const std::string& text) const { return text; }
    nlohmann::json operator()(const config::array& items) const {
      auto made = nlohmann::json::array();
      for (const config::value& one : items) made.push_back(to_json(one));
      return made;
    }
    nlohmann::json operator()(const config::table& entries) const {
      auto made = nlohmann::json::object();
      for (const auto& [key, one] : entries) made[key] = to_json(one);
      return made;
    }
  };
  return std::visit(visitor{}, from.data);
}

std::string to_json_text(const config::value& from) {
  return to_json(from).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::int64_t> whole(const config::value& given) {
  if (const auto* number = std::get_if<std::int64_t>(&given.data)) return *number;
  if (given.expanded && given.text() != nullptr) return config::parse_integer(*given.text());
  return std::nullopt;
}

std::optional<double> fraction(const config::value& given) {
  if (const auto* number = std::get_if<double>(&given.data)) return *number;
  if (given.expanded && given.text() != nullptr) return config::parse_number(*given.text());
  if (const auto number = whole(given)) return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<bool> truth(const config::value& given) {
  if (const auto* flag = std::get_if<bool>(&given.data)) return *flag;
  if (given.expanded && given.text() != nullptr) {
    if (*given.text() == "true") return true;
    if (*given.text() == "false") return false;
  }
  return std::nullopt;
}

// Reads one value as its option's type; says what was expected when it is another.
class option_reader {
 public:
  option_reader(const tempest_option& option, const config::value& given, tempest_value& value,
                std::string& text)
      : option_(option), given_(given), value_(value), text_(text) {}

  // Empty when it was read; else what is wrong, to stand behind the option's name.
  std::string read() {
    if (given_.untold()) return {}; // an unset variable: said before, and nothing is run
    switch (option_.type) {
      case TEMPEST_OPTION_BOOL:
        return set(truth(given_), "true or false");
      case TEMPEST_OPTION_INTEGER:
        return in_bounds(set(whole(given_), "an integer"));
      case TEMPEST_OPTION_FLOAT:
        return read_number();
      case TEMPEST_OPTION_DURATION:
        return in_bounds(
            set(united(config::parse_duration_ms), "a duration such as 500, \"500ms\" or \"30s\""));
      case TEMPEST_OPTION_SIZE:
        return in_bounds(
            set(united(config::parse_size_bytes), "a size such as 4096, \"512kB\" or \"64MiB\""));
      case TEMPEST_OPTION_ENUM:
        return read_choice();
      case TEMPEST_OPTION_LIST:
        return read_composite(given_.items() != nullptr, "a list");
      case TEMPEST_OPTION_TABLE:
        return read_composite(given_.entries() != nullptr, "a table");
      default:
        return read_text();
    }
  }

 private:
  std::string expected(std::string_view what) const {
    return fmt::format("must be {}, not {}", what, given_.type_name());
  }
  template <typename Value>
  std::string set(std::optional<Value> read, std::string_view what) {
    if (!read) return expected(what);
    value_.integer = static_cast<std::int64_t>(*read);
    return {};
  }
  template <typename Parse>
  std::optional<std::int64_t> united(Parse parse) const {
    if (const auto number = whole(given_)) return number;
    return given_.text() != nullptr ? parse(*given_.text()) : std::nullopt;
  }
  std::string in_bounds(std::string problem) const {
    if (!problem.empty()) return problem;
    const bool negative = option_.type != TEMPEST_OPTION_INTEGER && value_.integer < 0;
    if (negative) return "must not be negative";
    return in_range(value_.integer);
  }
  template <typename Number>
  std::string in_range(Number number) const {
    if (!has_bounds(option_)) return {};
    const auto minimum = static_cast<Number>(option_.minimum);
    const auto maximum = static_cast<Number>(option_.maximum);
    if (number >= minimum && number <= maximum) return {};
    return fmt::format("is {}; it must be from {} to {}", number, option_.minimum, option_.maximum);
  }
  std::string read_number() {
    const auto number = fraction(given_);
    if (!number) return expected("a number");
    if (!std::isfinite(*number)) return "must be a finite number";
    value_.number = *number;
    return in_range(*number);
  }
  std::string read_text() {
    if (given_.text() == nullptr) return expected("a string");
    if (given_.text()->find('\0') != std::string::npos) return "holds a NUL character";
    text_ = *given_.text();
    return {};
  }
  std::string read_choice() {
    if (std::string problem = read_text(); !problem.empty()) return problem;
    std::vector<std::string> choices;
    for (std::uint32_t i = 0; i < option_.choice_count; ++i) {
      if (text_ == option_.choices[i]) return {};
      choices.emplace_back(option_.choices[i]);
    }
    const std::string hint = base::did_you_mean(text_, choices, "\"");
    return fmt::format(
        "cannot be \"{}\"; {}", text_,
        hint.empty() ? fmt::format("it is one of {}", fmt::join(choices, ", ")) : hint);
  }
  std::string read_composite(bool fits, std::string_view what) {
    if (!fits) return expected(what);
    text_ = to_json_text(given_);
    return {};
  }

  const tempest_option& option_;
  const config::value& given_;
  tempest_value& value_;
  std::string& text_;
};

} // namespace

std::string read_option(const tempest_option& option, const config::value& given,
                        tempest_value& value, std::string& text) {
  return option_reader(option, given, value, text).read();
}

} // namespace tempest::plugin
