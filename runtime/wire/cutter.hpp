// Reads rows and bytes of a body whose heads say how long each piece is. For this room alone.
#pragma once

#include <tempest/abi.h>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/wire/frame.hpp"
#include "runtime/wire/schema.hpp"

namespace tempest::wire {

// The elements of a vector; none when it is absent. Its verifier does not see to the alignment of
// what is wider than a length.
template <typename Element, typename Stored>
std::span<const Element> row_of(const flatbuffers::Vector<Stored>* from) {
  if (from == nullptr || from->size() == 0) return {};
  if (reinterpret_cast<std::uintptr_t>(from->Data()) % alignof(Element) != 0) {
    throw protocol_error("a row that is not aligned");
  }
  return {reinterpret_cast<const Element*>(from->Data()), from->size()};
}

inline std::string_view text(const flatbuffers::String* from) {
  return from == nullptr ? std::string_view{} : std::string_view(from->data(), from->size());
}

inline std::string_view text(const flatbuffers::Vector<std::uint8_t>* from) {
  if (from == nullptr) return {};
  return {reinterpret_cast<const char*>(from->data()), from->size()};
}

// Cuts pieces off the front of a row; what is not there is a protocol_error.
template <typename Element>
class cutter {
 public:
  cutter(std::span<const Element> row, const char* name)
      : at_(row.data()), left_(row.size()), name_(name) {}
  const Element* cut(std::size_t count) {
    if (count > left_) {
      throw protocol_error(fmt::format("its {} end before its heads say", name_));
    }
    const Element* const piece = at_;
    at_ += count;
    left_ -= count;
    return piece;
  }
  [[nodiscard]] std::size_t left() const { return left_; }
  void end() const {
    if (left_ > 0) throw protocol_error(fmt::format("its {} go on after its heads end", name_));
  }

 private:
  const Element* at_;
  std::size_t left_;
  const char* name_;
};

inline cutter<char> bytes_of(const flatbuffers::Vector<std::uint8_t>* from, const char* name) {
  return {row_of<char>(from), name};
}

inline cutter<std::uint32_t> numbers_of(const flatbuffers::Vector<std::uint32_t>* from,
                                        const char* name) {
  return {row_of<std::uint32_t>(from), name};
}

inline tempest_slice key_of(cutter<char>& bytes, std::uint32_t length, std::uint32_t flags) {
  if ((flags & has_key) == 0 && length > 0) throw protocol_error("a key that is said to be absent");
  const char* const data = bytes.cut(length);
  // An empty key is one all the same; it needs an address.
  return (flags & has_key) == 0 ? tempest_slice{} : tempest_slice{length == 0 ? "" : data, length};
}

inline tempest_header header_of(cutter<char>& bytes, cutter<std::uint32_t>& lengths) {
  const std::uint32_t* const both = lengths.cut(2);
  tempest_header made;
  made.name = {bytes.cut(both[0]), both[0]};
  made.value = {bytes.cut(both[1]), both[1]};
  return made;
}

} // namespace tempest::wire
