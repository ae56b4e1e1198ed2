// How many files and connections this process may have.
#pragma once

namespace tempest::cli {

// Raises the soft limit of open files to the hard one, as far as the system lets. The low one that
// is usual is for programs that use select(). Programs that are started later inherit it.
void raise_open_files_limit();

} // namespace tempest::cli
