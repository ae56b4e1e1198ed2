#include "runtime/wire/frame.hpp"

#include <fmt/format.h>

#include "runtime/wire/messages.hpp"

namespace tempest::wire {

std::size_t body_length(std::span<const char, length_bytes> prefix, std::size_t max) {
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(prefix[i]);
  }
  if (length == 0) throw no_frame("an empty frame");
  if (length > max) {
    throw no_frame(fmt::format("a frame of {} bytes, where at most {} are allowed", length, max));
  }
  return length;
}

void append_frame(std::vector<char>& out, std::span<const char> body) {
  const std::size_t framed = (length_bytes + body.size() + 7) & ~std::size_t{7};
  const std::size_t length = framed - length_bytes;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    out.push_back(static_cast<char>(length >> (8 * i) & 0xff));
  }
  out.insert(out.end(), body.begin(), body.end());
  out.insert(out.end(), length - body.size(), '\0');
}

std::string incompatible(std::uint16_t major, std::uint16_t minor) {
  if (major == version_major) return {};
  return fmt::format(
      "the peer speaks version {}.{} of the wire protocol, this process {}.{}: run the same "
      "release "
      "of Tempest on both sides",
      major, minor, version_major, version_minor);
}

} // namespace tempest::wire
