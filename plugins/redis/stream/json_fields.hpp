// From a JSON object to the fields of a stream entry: the way back of what message_shape writes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redis::stream {

using field_list = std::vector<std::pair<std::string, std::string>>;

// One field a member: strings as they are, {"$base64": "..."} as the bytes it stands for, an array
// of strings as a field a string, everything else as JSON text. Throws std::invalid_argument when
// `json` is no object or has no member. Pure.
[[nodiscard]] field_list fields_of_json(std::string_view json);

} // namespace redis::stream
