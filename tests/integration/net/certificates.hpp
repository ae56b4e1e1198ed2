// What a peer of the network needs of an authority made for the test.
#pragma once

#include "runtime/net/trust.hpp"
#include "tests/support/certificates.hpp"

namespace tempest::net {

class authority : public test::authority {
 public:
  using test::authority::authority;
  [[nodiscard]] tls_files issue(const std::string& host, int days = 2) const {
    const test::certificate made = test::authority::issue(host, days);
    return {made.cert, made.key, made.ca};
  }
};

} // namespace tempest::net
