// The options that a descriptor declares, one by one, and what they declare.
#pragma once

#include <tempest/abi.h>

#include <cstddef>
#include <cstdint>

namespace tempest::plugin {

// They stand one option_size apart, whatever size this version gives the struct. `index` is below
// option_count.
[[nodiscard]] inline const tempest_option& option_at(const tempest_descriptor& descriptor,
                                                     std::uint32_t index) {
  const auto* bytes = reinterpret_cast<const char*>(descriptor.options);
  return *reinterpret_cast<const tempest_option*>(bytes +
                                                  std::size_t{index} * descriptor.option_size);
}

// Whether its values are bounded: those that are no numbers never are. A plugin in C that says
// nothing of bounds has zeros there, which bounded no FLOAT of old.
[[nodiscard]] inline bool has_bounds(const tempest_option& option) {
  if (option.type == TEMPEST_OPTION_FLOAT) return option.minimum < option.maximum;
  const bool counted = option.type == TEMPEST_OPTION_INTEGER ||
                       option.type == TEMPEST_OPTION_DURATION || option.type == TEMPEST_OPTION_SIZE;
  return counted && option.minimum <= option.maximum;
}

} // namespace tempest::plugin
