// Any bytes as a stream of frames, in pieces of any length: refused, or the same frames in however
// many pieces the bytes come.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/wire/frame_reader.hpp"

namespace {

using namespace tempest;

constexpr std::size_t most = std::size_t{1} << 20;

struct heard {
  std::vector<std::string> bodies;
  bool refused = false;
  bool operator==(const heard&) const = default;
};

heard read(std::span<const char> stream, std::span<const std::uint8_t> pieces) {
  heard all;
  base::chunk_pool pool;
  wire::frame_reader in(pool, most);
  std::vector<base::chunk_ref> held;
  std::size_t turn = 0;
  try {
    while (!stream.empty()) {
      const std::size_t piece = pieces.empty() ? stream.size() : pieces[turn++ % pieces.size()] + 1;
      const std::span<char> room = in.room();
      if (room.empty()) std::abort();
      const std::size_t some = std::min({piece, room.size(), stream.size()});
      std::memcpy(room.data(), stream.data(), some);
      in.filled(some);
      stream = stream.subspan(some);
      while (const auto frame = in.next()) {
        if (reinterpret_cast<std::uintptr_t>(frame->body.data()) % 8 != 0) std::abort();
        all.bodies.emplace_back(frame->body.data(), frame->body.size());
        if (all.bodies.size() % 3 == 0) held.emplace_back(frame->home);
      }
    }
  } catch (const wire::protocol_error&) {
    all.refused = true;
  }
  return all;
}

} // namespace

// The first byte says how many of the next ones are the lengths of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t pieces = std::min<std::size_t>(data[0], size - 1);
  const std::span stream(reinterpret_cast<const char*>(data) + 1 + pieces, size - 1 - pieces);
  if (read(stream, {data + 1, pieces}) != read(stream, {})) std::abort();
  return 0;
}
