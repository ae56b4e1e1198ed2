#include "cli/commands/plugin_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/plugin/option_at.hpp"
#include "runtime/plugin/options.hpp"

namespace tempest::cli {

std::vector<const tempest_option*> options_of(const tempest_descriptor& descriptor) {
  std::vector<const tempest_option*> options;
  for (std::uint32_t i = 0; i < descriptor.option_count; ++i) {
    options.push_back(&plugin::option_at(descriptor, i));
  }
  return options;
}

const char* type_word(std::uint32_t type) {
  constexpr const char* words[] = {"unknown", "bool",   "integer", "float", "duration", "size",
                                   "string",  "secret", "enum",    "list",  "table"};
  return words[type <= TEMPEST_OPTION_TABLE ? type : 0];
}

std::string default_text(const tempest_option& option) {
  if (option.default_value == nullptr) return {};
  if (option.type == TEMPEST_OPTION_SECRET) return "(hidden)";
  const std::string text = option.default_value;
  const bool is_visible = !text.empty() && text.front() != ' ' && text.back() != ' ';
  return is_visible ? text : '"' + text + '"';
}

bool is_required(const tempest_option& option) {
  return (option.flags & TEMPEST_OPTION_REQUIRED) != 0;
}

std::string meaning_text(const tempest_option& option) {
  std::string text = text_or_empty(option.help);
  if (option.type == TEMPEST_OPTION_ENUM && option.choice_count > 0) {
    const std::vector<std::string> choices(option.choices, option.choices + option.choice_count);
    text += fmt::format(" One of {}.", fmt::join(choices, ", "));
  }
  if (plugin::has_bounds(option)) {
    const char* unit = option.type == TEMPEST_OPTION_DURATION ? " ms"
                       : option.type == TEMPEST_OPTION_SIZE   ? " bytes"
                                                              : "";
    text += option.maximum == INT64_MAX
                ? fmt::format(" At least {}{}.", option.minimum, unit)
                : fmt::format(" From {} to {}{}.", option.minimum, option.maximum, unit);
  }
  return text;
}

std::string delivery_words(const tempest_descriptor& source) {
  base::problems ignored; // required options that are not given do not change what is promised
  const plugin::bound_options defaults = plugin::bind_options(source, {}, ignored);
  tempest_source_traits traits{};
  traits.size = sizeof traits;
  static_cast<const tempest_source_functions*>(source.functions)->traits(defaults.view(), &traits);
  if (traits.guarantee == TEMPEST_AT_LEAST_ONCE) return "at least once";
  return traits.guarantee == TEMPEST_AT_MOST_ONCE ? "at most once" : "depends on options";
}

} // namespace tempest::cli
