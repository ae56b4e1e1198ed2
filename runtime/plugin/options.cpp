#include "runtime/plugin/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "runtime/base/edit_distance.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/config/units.hpp"
#include "runtime/plugin/option_at.hpp"

namespace tempest::plugin {

struct bound_options::storage {
  std::deque<std::string> texts; // stable addresses
  std::vector<tempest_value> values;
  tempest_options view{};
};

bound_options::bound_options() : storage_(std::make_unique<storage>()) {
  storage_->view.size = sizeof(tempest_options);
  storage_->view.value_size = sizeof(tempest_value);
}
bound_options::bound_options(bound_options&&) noexcept = default;
bound_options& bound_options::operator=(bound_options&&) noexcept = default;
bound_options::~bound_options() = default;
const tempest_options* bound_options::view() const {
  return &storage_->view;
}

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

// A default is written as in Topology.toml, strings without quotes; lists and tables as JSON.
config::value default_of(const tempest_option& option) {
  config::value made;
  made.data = std::string(option.default_value);
  made.expanded = true; // numbers and booleans stand as text
  return made;
}

bool is_composite(const tempest_option& option) {
  return option.type == TEMPEST_OPTION_LIST || option.type == TEMPEST_OPTION_TABLE;
}

// Where `name` stands in `text` as a word of its own.
std::size_t find_word(const std::string& text, const std::string& name) {
  const auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::size_t at = text.find(name);
  for (; at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !in_word(text[at - 1]);
    if (begins && (end == text.size() || !in_word(text[end]))) break;
  }
  return at;
}

// A plugin says in words only what it refuses: it is about the given option that it names first,
// which may stand elsewhere than the table, on the command line.
const base::location& place_of(const std::string& refusal, const config::plugin_use& use) {
  const base::location* place = &use.options_where;
  std::size_t first = std::string::npos;
  for (const auto& [name, given] : use.options) {
    const std::size_t at = find_word(refusal, name);
    if (at >= first) continue;
    first = at;
    place = &given.where;
  }
  return *place;
}

bool is_text(std::uint32_t type) {
  return type >= TEMPEST_OPTION_STRING && type <= TEMPEST_OPTION_TABLE;
}

} // namespace

bound_options bind_options(const tempest_descriptor& descriptor, const config::plugin_use& use,
                           base::problems& found) {
  bound_options bound;
  auto& storage = *bound.storage_;
  std::vector<std::string> names;
  const std::size_t before = found.size();
  const auto complain = [&](const base::location& where, std::string text, std::string hint) {
    found.push_back({base::severity::error, where, std::move(text), std::move(hint)});
  };

  for (std::uint32_t i = 0; i < descriptor.option_count; ++i) {
    const tempest_option& option = option_at(descriptor, i);
    names.emplace_back(option.name);
    tempest_value& value = storage.values.emplace_back();
    value.name = {option.name, std::strlen(option.name)};
    value.type = option.type;
    std::string& text = storage.texts.emplace_back();
    const auto given = use.options.find(option.name);
    if (given == use.options.end() && option.default_value == nullptr) {
      if ((option.flags & TEMPEST_OPTION_REQUIRED) != 0) {
        complain(use.options_where, fmt::format("{} needs option '{}'", use.type, option.name),
                 option.help != nullptr ? option.help : "");
      }
      continue;
    }
    std::string problem;
    if (given != use.options.end()) {
      problem = option_reader(option, given->second, value, text).read();
    } else if (is_composite(option)) {
      text = option.default_value;
    } else {
      problem = option_reader(option, default_of(option), value, text).read();
    }
    value.present = problem.empty() ? 1 : 0;
    if (is_text(option.type) && value.present != 0) value.text = {text.data(), text.size()};
    if (!problem.empty()) {
      complain(given != use.options.end() ? given->second.where : use.options_where,
               fmt::format("option '{}' of {} {}", option.name, use.type, problem), {});
    }
  }
  for (const auto& [key, given] : use.options) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    const std::string hint = base::did_you_mean(key, names);
    complain(given.where, fmt::format("{} has no option '{}'", use.type, key),
             !hint.empty()   ? hint
             : names.empty() ? std::string("it has no options at all")
                             : fmt::format("its options are {}", fmt::join(names, ", ")));
  }
  storage.view.count = static_cast<std::uint32_t>(storage.values.size());
  storage.view.values = storage.values.data();
  if (found.size() != before || descriptor.validate == nullptr) return bound;

  base::plugin_error error;
  if (descriptor.validate(&storage.view, error.get()) == 0) {
    const std::string refusal = error.text();
    complain(place_of(refusal, use), fmt::format("{} refuses its options: {}", use.type, refusal),
             {});
  }
  return bound;
}

} // namespace tempest::plugin
