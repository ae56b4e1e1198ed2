// A frame: four bytes of length, lowest first, then that many bytes of body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace tempest::wire {

// The peer said something that cannot be; the session is over. The text says what.
class protocol_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What came is no frame at all: whoever says that speaks something else.
class no_frame : public protocol_error {
 public:
  using protocol_error::protocol_error;
};

inline constexpr std::size_t length_bytes = 4;
// Before a peer is let in, nothing longer is read from it.
inline constexpr std::size_t max_hello_bytes = std::size_t{64} * 1024;
// That a process may say it has for one task.
inline constexpr std::uint32_t most_workers = 1024;

// The bytes of the body that follow. Throws no_frame when there are none, or more than `max`.
[[nodiscard]] std::size_t body_length(std::span<const char, length_bytes> prefix, std::size_t max);
// Appends a body as a frame: the length, the body, and zeros (part of the length, and nothing to
// its reader) that let the next body stand at a multiple of 8 bytes from this one, so that it need
// not be moved when it is read.
void append_frame(std::vector<char>& out, std::span<const char> body);

// Why a peer that speaks this version cannot be understood, for both sides' people; empty when it
// can.
[[nodiscard]] std::string incompatible(std::uint16_t major, std::uint16_t minor);

} // namespace tempest::wire
