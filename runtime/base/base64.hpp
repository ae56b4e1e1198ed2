// RFC 4648's base64, with padding. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tempest::base {

[[nodiscard]] std::string base64(std::string_view bytes);
// The way back; nothing when the text is none.
[[nodiscard]] std::optional<std::string> base64_bytes(std::string_view text);

} // namespace tempest::base
