#include "runtime/net/stranger_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/base/utf8.hpp"

namespace tempest::net {
namespace {

constexpr std::size_t shown_bytes = 60;
constexpr std::size_t shown_binary_bytes = 8;
constexpr std::string_view same_tls = "does the other side use [tls]?";

// The header of a TLS record: a kind from 20 to 24, and a version 3.x (RFC 8446, section 5.1).
bool is_tls_record(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3;
}

bool is_text(std::string_view bytes) {
  const auto printable = [](char one) { return one >= ' ' && one <= '~'; };
  return !bytes.empty() && std::all_of(bytes.begin(), bytes.end(), printable);
}

// Its first line or, when that is none that people can read, its bytes and what is wrong with them.
std::string shown(std::string_view bytes, std::string_view fault) {
  const std::string_view line = bytes.substr(0, bytes.find_first_of("\r\n"));
  if (is_text(line)) return fmt::format("'{}'", line);
  return fmt::format("'{}': {}", base::one_line(bytes.substr(0, shown_binary_bytes)), fault);
}

} // namespace

void note_first_bytes(std::span<const char> said, std::string& noted) {
  noted.append(said.data(), std::min(said.size(), shown_bytes - noted.size()));
}

std::string stranger_words(std::string_view first_bytes, std::string_view fault, bool accepted) {
  if (is_tls_record(first_bytes)) {
    return "it speaks TLS, and [tls] is not set here: set it on both sides, or on neither";
  }
  const std::string said = shown(first_bytes, fault);
  return accepted ? fmt::format("it is no Tempest task process (it said {})", said)
                  : fmt::format(
                        "it is no Tempest topology (it answered {}): is that the address "
                        "of the topology?",
                        said);
}

std::string hang_up_words(std::string_view why, std::string_view first_bytes, bool accepted) {
  if (!first_bytes.empty()) return stranger_words(first_bytes, "then it hung up", accepted);
  if (accepted) return fmt::format("it hung up before it introduced itself ({})", why);
  return fmt::format(
      "it hung up before it answered ({}): is it a Tempest topology, and does it "
      "use [tls]? Its log may say why",
      why);
}

std::string silence_words(std::chrono::milliseconds limit, bool accepted, bool ready) {
  if (!ready) return fmt::format("no TLS session within {} ms: {}", limit.count(), same_tls);
  if (accepted) return fmt::format("it did not introduce itself within {} ms", limit.count());
  return fmt::format(
      "it did not answer within {} ms: is it a Tempest topology, and does it use "
      "[tls]?",
      limit.count());
}

std::string no_tls_words(std::string_view why, bool reason_is_of_tls) {
  if (reason_is_of_tls) return fmt::format("no TLS session: {}", why);
  return fmt::format("no TLS session, it hung up ({}): {}", why, same_tls);
}

} // namespace tempest::net
