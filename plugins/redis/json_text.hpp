// JSON for bytes that may be anything.
#pragma once

#include <string>
#include <string_view>

namespace redis {

[[nodiscard]] bool is_utf8(std::string_view bytes);

// Appends `bytes` as a JSON string when they are UTF-8, else as {"$base64": "..."}.
void append_json_value(std::string& out, std::string_view bytes);

// Appends a member's name as a JSON string; one that is not UTF-8 becomes "$base64:...".
void append_json_name(std::string& out, std::string_view bytes);

void append_base64(std::string& out, std::string_view bytes);

// The bytes of a base64 text; false when it is none.
bool decode_base64(std::string_view text, std::string& into);

} // namespace redis
