#include "plugins/redis/list/element_name.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace redis::list {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t hash_digits = 40;

} // namespace

std::optional<element_name> parse_element_name(std::string_view text) {
  element_name made;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, made.place);
  if (error != std::errc{} || at == end || *at != '-') return std::nullopt;
  made.hash.assign(at + 1, end);
  if (made.hash.size() != hash_digits) return std::nullopt;
  if (made.hash.find_first_not_of(digits) != std::string::npos) return std::nullopt;
  return made;
}

std::string sha1_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-1");
  }
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += digits[hash[i] >> 4U];
    text += digits[hash[i] & 15U];
  }
  return text;
}

} // namespace redis::list
