// How a payload becomes a value: specialise codec<Value> for a task with a typed `handle`.
// <tempest/json.hpp> brings it for every type that nlohmann::json can read.
#pragma once

#include <string_view>

namespace tempest {

// A specialisation has: static Value decode(std::string_view payload); throws with the reason when
// the payload is no Value: the message is rejected then.
template <typename Value, typename Enable = void>
struct codec;

} // namespace tempest
