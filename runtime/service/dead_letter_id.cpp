#include "runtime/service/dead_letter_id.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <tempest/abi.h>

#include <array>
#include <memory>
#include <string_view>

#include "runtime/base/error.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t half = 12; // digits

// SHA-256 of parts that cannot run into each other.
class digest {
 public:
  digest() {
    if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
      throw base::failure(base::exit_code::internal, "OpenSSL has no SHA-256");
    }
  }
  digest& add(std::string_view part) {
    const std::uint64_t length = part.size();
    EVP_DigestUpdate(context_.get(), &length, sizeof length);
    EVP_DigestUpdate(context_.get(), part.data(), part.size());
    return *this;
  }
  [[nodiscard]] std::string text() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr);
    std::string made;
    for (std::size_t i = 0; i < half / 2; ++i) made += fmt::format("{:02x}", bytes[i]);
    return made;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
};

bool is_id(std::string_view text) {
  if (text.size() != 2 * half + 1 || text[half] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == half) continue;
    if (std::string_view("0123456789abcdef").find(text[i]) == std::string_view::npos) return false;
  }
  return true;
}

} // namespace

std::string letter_id(const stored_letter& letter) {
  std::string origin;
  digest content;
  content.add(letter.payload).add(letter.key ? "key" : "").add(letter.key.value_or(""));
  for (const auto& [name, value] : letter.headers) {
    if (name != TEMPEST_HEADER_DEAD_LETTER) {
      content.add(name).add(value);
    } else if (origin.empty() && is_id(value)) {
      origin = value.substr(0, half);
    }
  }
  if (origin.empty()) origin = digest().add(letter.topology).add(letter.message_id).text();
  return origin + "-" + content.text();
}

} // namespace tempest::service
