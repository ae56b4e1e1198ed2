// A frame: four bytes of length, lowest first, then that many bytes of body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

namespace tempest::wire {

// The peer said something that cannot be; the session is over. The text says what.
class protocol_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t length_bytes = 4;
// Before a peer is let in, nothing longer is read from it.
inline constexpr std::size_t max_hello_bytes = std::size_t{64} * 1024;

// The bytes of the body that follow. Throws protocol_error when there are none, or more than `max`.
[[nodiscard]] std::size_t body_length(std::span<const char, length_bytes> prefix, std::size_t max);
// The four bytes that stand before a body of that length.
void write_length(std::span<char, length_bytes> prefix, std::size_t body_bytes);

// Why a peer that speaks this version cannot be understood, for both sides' people; empty when it
// can.
[[nodiscard]] std::string incompatible(std::uint16_t major, std::uint16_t minor);

} // namespace tempest::wire
