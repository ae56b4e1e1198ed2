#include "runtime/plugin/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "runtime/base/edit_distance.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/plugin/option_at.hpp"
#include "runtime/plugin/option_reader.hpp"

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

bool is_text(std::uint32_t type) {
  return type >= TEMPEST_OPTION_STRING && type <= TEMPEST_OPTION_TABLE;
}

class option_binder {
 public:
  option_binder(const tempest_descriptor& descriptor, const config::plugin_use& use,
                base::problems& found)
      : descriptor_(descriptor), use_(use), found_(found) {}

  // What is given for `option`, else its default.
  void bind(const tempest_option& option, tempest_value& value, std::string& text) {
    value.name = {option.name, std::strlen(option.name)};
    value.type = option.type;
    const auto at = use_.options.find(option.name);
    const config::value* const given = at != use_.options.end() ? &at->second : nullptr;
    if (given == nullptr && option.default_value == nullptr) return refuse_missing(option);
    std::string problem;
    if (given != nullptr) {
      problem = read_option(option, *given, value, text);
    } else if (is_composite(option)) {
      text = option.default_value;
    } else {
      problem = read_option(option, default_of(option), value, text);
    }
    value.present = problem.empty() ? 1 : 0;
    if (is_text(option.type) && value.present != 0) value.text = {text.data(), text.size()};
    if (problem.empty()) return;
    complain(given != nullptr ? given->where : use_.options_where,
             fmt::format("option '{}' of {} {}", option.name, use_.type, problem), {});
  }

  void refuse_unknown() {
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < descriptor_.option_count; ++i) {
      names.emplace_back(option_at(descriptor_, i).name);
    }
    for (const auto& [key, given] : use_.options) {
      if (std::find(names.begin(), names.end(), key) != names.end()) continue;
      const std::string hint = base::did_you_mean(key, names);
      complain(given.where, fmt::format("{} has no option '{}'", use_.type, key),
               !hint.empty()   ? hint
               : names.empty() ? std::string("it has no options at all")
                               : fmt::format("its options are {}", fmt::join(names, ", ")));
    }
  }

  // Asks the plugin itself.
  void validate(const tempest_options& bound) {
    if (descriptor_.validate == nullptr) return;
    base::plugin_error error;
    if (descriptor_.validate(&bound, error.get()) != 0) return;
    const std::string refusal = error.text();
    complain(place_of(refusal, use_), fmt::format("{} refuses its options: {}", use_.type, refusal),
             {});
  }

 private:
  void refuse_missing(const tempest_option& option) {
    if ((option.flags & TEMPEST_OPTION_REQUIRED) == 0) return;
    complain(use_.options_where, fmt::format("{} needs option '{}'", use_.type, option.name),
             option.help != nullptr ? option.help : "");
  }
  void complain(const base::location& where, std::string text, std::string hint) {
    found_.push_back({base::severity::error, where, std::move(text), std::move(hint)});
  }

  const tempest_descriptor& descriptor_;
  const config::plugin_use& use_;
  base::problems& found_;
};

} // namespace

bound_options bind_options(const tempest_descriptor& descriptor, const config::plugin_use& use,
                           base::problems& found) {
  bound_options bound;
  auto& storage = *bound.storage_;
  const std::size_t before = found.size();
  option_binder binder(descriptor, use, found);
  for (std::uint32_t i = 0; i < descriptor.option_count; ++i) {
    binder.bind(option_at(descriptor, i), storage.values.emplace_back(),
                storage.texts.emplace_back());
  }
  binder.refuse_unknown();
  storage.view.count = static_cast<std::uint32_t>(storage.values.size());
  storage.view.values = storage.values.data();
  if (found.size() == before) binder.validate(storage.view);
  return bound;
}

// A plugin says in words only what it refuses.
const base::location& place_of(const std::string& refusal, const config::plugin_use& use) {
  const bool has_table = !use.options_where.text().empty();
  const base::location* place = has_table ? &use.options_where : &use.where;
  std::size_t first = std::string::npos;
  for (const auto& [name, given] : use.options) {
    const std::size_t at = find_word(refusal, name);
    if (at >= first) continue;
    first = at;
    place = &given.where;
  }
  return *place;
}

std::string placed(const std::string& refusal, const config::plugin_use& use) {
  const std::string place = place_of(refusal, use).text();
  return place.empty() ? refusal : fmt::format("{} ({})", refusal, place);
}

} // namespace tempest::plugin
