// Standard input, output and error as they were handed to the process.
#pragma once

namespace tempest::cli {

// Takes the numbers 0 to 2 where the shell closed them (`>&-`), so that no file that is opened
// later gets one and is mistaken for it. What is read from or written to them still fails. First of
// all.
void reserve_standard_streams();

// Whether nothing can be written to standard output any more: it was closed, or its reader is gone.
[[nodiscard]] bool stdout_is_gone();

} // namespace tempest::cli
