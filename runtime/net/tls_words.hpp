// What OpenSSL says of a session, in words: its own reason, and what to do. For this room alone.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

struct ssl_st;

namespace tempest::net {

// Whether the error comes from TLS and not from the socket below.
[[nodiscard]] bool is_of_tls(std::error_code error);

// `expected_name`: what the other side's certificate has to be for; empty when any will do.
[[nodiscard]] std::string tls_words(std::error_code error, const ssl_st* session,
                                    std::string_view expected_name);

} // namespace tempest::net
