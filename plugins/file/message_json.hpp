// One message as a line of JSON.
#pragma once

#include <tempest/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace file_lines {

// {"id","key","headers":[{"name","value"}],"payload","timestamp_ms"}; key and timestamp_ms only
// when known. What is not UTF-8 stands as NAME_base64 instead. Without a line end.
[[nodiscard]] std::string to_json(const tempest::message& from);

// The payload of such a line; nothing when it is none.
[[nodiscard]] std::optional<std::string> payload_of_json(std::string_view line);

} // namespace file_lines
