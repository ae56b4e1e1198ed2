// Options of a plugin: declared as data, read by type.
//
//   tempest::option<std::string>("separator", "What stands between two words.").by_default(" ")
#pragma once

#include <tempest/abi.h>
#include <tempest/errors.hpp>
#include <tempest/message.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tempest {

// Types for options<T> beside bool, integers, floating point, std::string and
// std::chrono::milliseconds.
struct size { // bytes: 4096 or "64MiB" in Topology.toml
  std::uint64_t bytes = 0;
};
struct secret { // never printed
  std::string text;
};
struct choice { // one of a list of words
  std::string word;
};
struct list { // a JSON array
  std::string json;
};
struct table { // a JSON object
  std::string json;
};

namespace impl {

template <typename Type>
constexpr std::uint32_t option_type() {
  if constexpr (std::is_same_v<Type, bool>)
    return TEMPEST_OPTION_BOOL;
  else if constexpr (std::is_integral_v<Type>)
    return TEMPEST_OPTION_INTEGER;
  else if constexpr (std::is_floating_point_v<Type>)
    return TEMPEST_OPTION_FLOAT;
  else if constexpr (std::is_same_v<Type, std::chrono::milliseconds>)
    return TEMPEST_OPTION_DURATION;
  else if constexpr (std::is_same_v<Type, size>)
    return TEMPEST_OPTION_SIZE;
  else if constexpr (std::is_same_v<Type, std::string>)
    return TEMPEST_OPTION_STRING;
  else if constexpr (std::is_same_v<Type, secret>)
    return TEMPEST_OPTION_SECRET;
  else if constexpr (std::is_same_v<Type, choice>)
    return TEMPEST_OPTION_ENUM;
  else if constexpr (std::is_same_v<Type, list>)
    return TEMPEST_OPTION_LIST;
  else if constexpr (std::is_same_v<Type, table>)
    return TEMPEST_OPTION_TABLE;
  else
    return 0;
}

template <typename Type>
Type option_value(const tempest_value& value) {
  if constexpr (std::is_same_v<Type, bool>)
    return value.integer != 0;
  else if constexpr (std::is_integral_v<Type>) {
    if (!std::in_range<Type>(value.integer)) {
      throw misuse("option '" + std::string(view(value.name)) + "' is " +
                   std::to_string(value.integer) + ", too large for the type it is read as");
    }
    return static_cast<Type>(value.integer);
  } else if constexpr (std::is_floating_point_v<Type>)
    return static_cast<Type>(value.number);
  else if constexpr (std::is_same_v<Type, std::chrono::milliseconds>)
    return Type(value.integer);
  else if constexpr (std::is_same_v<Type, size>)
    return size{static_cast<std::uint64_t>(value.integer)};
  else
    return Type{std::string(view(value.text))};
}

// What option<T> gathers.
struct option_definition {
  std::string name;
  std::string help;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::optional<std::string> default_value;
  std::vector<std::string> choices;
  std::int64_t minimum = 1; // above maximum: no bounds
  std::int64_t maximum = 0;
};

} // namespace impl

// Declares one option. `name`: snake_case; `help`: one sentence.
template <typename Type>
class option {
  static_assert(impl::option_type<Type>() != 0,
                "an option is a bool, integer, floating point number, std::string, "
                "std::chrono::milliseconds, tempest::size, secret, choice, list or table");

 public:
  option(std::string name, std::string help) {
    definition_.name = std::move(name);
    definition_.help = std::move(help);
    definition_.type = impl::option_type<Type>();
    // Whatever does not fit is refused with the file's other mistakes, not cut off when it is read.
    if constexpr (std::is_integral_v<Type> && !std::is_same_v<Type, bool>) {
      using bounds = std::numeric_limits<Type>;
      constexpr bool all_fit = std::in_range<Type>(std::numeric_limits<std::int64_t>::min());
      constexpr auto most = std::numeric_limits<std::int64_t>::max();
      if constexpr (!all_fit) {
        definition_.minimum = static_cast<std::int64_t>(bounds::min());
        definition_.maximum =
            std::cmp_less(bounds::max(), most) ? static_cast<std::int64_t>(bounds::max()) : most;
      }
    }
  }
  // As it would stand in Topology.toml, without quotes: by_default("30s"), by_default(10).
  option& by_default(std::string_view text) & { return set_default(std::string(text)); }
  option&& by_default(std::string_view text) && {
    return std::move(set_default(std::string(text)));
  }
  template <typename Number>
  requires std::is_arithmetic_v<Number> option && by_default(Number value) && {
    if constexpr (std::is_same_v<Number, bool>)
      return std::move(set_default(value ? "true" : "false"));
    else
      return std::move(set_default(std::to_string(value)));
  }
  // It must be given.
  option&& required() && {
    definition_.flags |= TEMPEST_OPTION_REQUIRED;
    return std::move(*this);
  }
  // The words that a choice may be.
  option&& choices(std::initializer_list<std::string_view> words) && {
    definition_.choices.assign(words.begin(), words.end());
    return std::move(*this);
  }
  // Bounds of a number, duration (ms) or size (bytes), both included.
  option&& between(std::int64_t minimum, std::int64_t maximum) && {
    definition_.minimum = minimum;
    definition_.maximum = maximum;
    return std::move(*this);
  }
  option&& at_least(std::int64_t minimum) && {
    const bool bounded = definition_.minimum <= definition_.maximum; // by its type
    return std::move(*this).between(
        minimum, bounded ? definition_.maximum : std::numeric_limits<std::int64_t>::max());
  }
  [[nodiscard]] impl::option_definition definition() && { return std::move(definition_); }

 private:
  option& set_default(std::string text) {
    definition_.default_value = std::move(text);
    return *this;
  }
  impl::option_definition definition_;
};

// The values that a plugin was given, defaults filled in. A view.
class options {
 public:
  explicit options(const tempest_options* values) noexcept : values_(values) {}

  // The option's value. Throws misuse when the plugin declares no such option, declares it as
  // another type, or when it was not given and has no default (see has()).
  template <typename Type>
  [[nodiscard]] Type get(std::string_view name) const {
    const tempest_value& value = find(name);
    if (value.type != impl::option_type<Type>()) {
      throw misuse("option '" + std::string(name) + "' is declared as another type");
    }
    if (value.present == 0) throw misuse("option '" + std::string(name) + "' was not given");
    return impl::option_value<Type>(value);
  }
  // Whether the option was given or has a default.
  [[nodiscard]] bool has(std::string_view name) const { return find(name).present != 0; }

 private:
  const tempest_value& find(std::string_view name) const {
    if (values_ == nullptr) {
      throw misuse("options can be read in the constructor only; keep what you need");
    }
    for (std::uint32_t i = 0; i < values_->count; ++i) {
      const auto* bytes = reinterpret_cast<const char*>(values_->values);
      const auto& value =
          *reinterpret_cast<const tempest_value*>(bytes + std::size_t{i} * values_->value_size);
      if (impl::view(value.name) == name) return value;
    }
    throw misuse("option '" + std::string(name) + "' is not declared by this plugin");
  }
  const tempest_options* values_;
};

} // namespace tempest
