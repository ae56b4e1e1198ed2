// What a dead letter is called. Pure.
#pragma once

#include <string>

#include "runtime/service/dead_letter_json.hpp"

namespace tempest::service {

// Twelve hexadecimal digits of where the message came from, a dash, twelve of what it is: payload,
// key and headers. Letters of one id are letters of one message: it was written twice, because a
// crash came between letter and acknowledgement, or it was put back and died again, for then it
// carries the id as header t-dead-letter, of which the first half is taken over. The second half is
// never believed: letters that are called alike hold alike bytes, so that putting back one of them
// and deleting all loses nothing.
[[nodiscard]] std::string letter_id(const stored_letter& letter);

} // namespace tempest::service
