// What a peer is that does not make itself understood, and what to do about it: somebody gave a
// wrong address, or [tls] to one side alone. Pure; for this room alone.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace tempest::net {

// Appends as much of what a peer says as is worth showing.
void note_first_bytes(std::span<const char> said, std::string& noted);

// --- `accepted`: the peer came to this topology; else this task process went to the peer

// Its first bytes are no frame, for that fault.
[[nodiscard]] std::string stranger_words(std::string_view first_bytes, std::string_view fault,
                                         bool accepted);
// It hung up, for all that is known why, before it said a whole frame.
[[nodiscard]] std::string hang_up_words(std::string_view why, std::string_view first_bytes,
                                        bool accepted);
// It said no frame for so long; `ready`: the streams are agreed on.
[[nodiscard]] std::string silence_words(std::chrono::milliseconds limit, bool accepted, bool ready);
// TLS was not agreed on; `reason_is_of_tls`: and not for lack of an answer.
[[nodiscard]] std::string no_tls_words(std::string_view why, bool reason_is_of_tls);

} // namespace tempest::net
