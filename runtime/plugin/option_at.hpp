// The options that a descriptor declares, one by one.
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

} // namespace tempest::plugin
