// How people are told of a payload.
#pragma once

#include <string>

namespace tempest::conformance {

// On one line, however long it is and of whatever bytes.
[[nodiscard]] std::string payload_words(const std::string& payload);

} // namespace tempest::conformance
