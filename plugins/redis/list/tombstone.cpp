#include "plugins/redis/list/tombstone.hpp"

#include <array>
#include <cstdio>
#include <random>

namespace redis::list {

std::string make_tombstone() {
  std::random_device source;
  std::array<char, 33> digits{};
  for (std::size_t at = 0; at < 32; at += 8) {
    std::snprintf(digits.data() + at, digits.size() - at, "%08x", source());
  }
  return digits.data();
}

} // namespace redis::list
