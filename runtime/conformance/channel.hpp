// How the kit and the process of the plugin talk: over a socket pair, one CBOR value after the
// other, each behind its length.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>

namespace tempest::conformance {

// Before it calls the plugin, its process says so with {entering: FUNCTION}, also within longer
// work: thus it is known from outside in which function it hangs.
inline constexpr const char* entering = "entering";

// Where the process of the plugin finds its end.
inline constexpr int channel_descriptor = 3;

enum class heard : std::uint8_t { message, closed, late, given_up };

// False when the other side is gone.
[[nodiscard]] bool send(int descriptor, const nlohmann::json& message);
// Waits until `deadline_ns`, for ever when it is never_ns. While nothing comes, `still` is asked
// every now and then whether there is any use in waiting.
[[nodiscard]] heard receive(int descriptor, nlohmann::json& message, std::int64_t deadline_ns,
                            const std::function<bool()>& still = {});

} // namespace tempest::conformance
