#include "cli/output/leave.hpp"

#include <cstdlib>

#include "cli/output/print.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {

void leave_at_once(int code) {
  const bool written = finish_output();
  std::_Exit(written || code != 0 ? code : static_cast<int>(base::exit_code::io));
}

} // namespace tempest::cli
