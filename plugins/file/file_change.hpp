// What became of a file that is followed, told from what the system says about it. Pure.
#pragma once

#include <cstdint>

namespace file_lines {

enum class file_change {
  none,     // nothing new
  grown,    // there is more to read
  restarted // it was emptied and written anew: what it has is to be read from its beginning
};

// `taken`: how much of it was read. `size`: how large it is now. `begins_alike`: whether it begins
// with the bytes that it began with.
[[nodiscard]] constexpr file_change change_of(std::uint64_t taken, std::uint64_t size,
                                              bool begins_alike) {
  if (size < taken || !begins_alike) return file_change::restarted;
  return size > taken ? file_change::grown : file_change::none;
}

} // namespace file_lines
