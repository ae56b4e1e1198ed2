#include "cli/process/open_files.hpp"

#include <sys/resource.h>

namespace tempest::cli {

void raise_open_files_limit() {
  rlimit allowed{};
  if (::getrlimit(RLIMIT_NOFILE, &allowed) != 0) return;
  allowed.rlim_cur = allowed.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &allowed); // else what there is has to do
}

} // namespace tempest::cli
