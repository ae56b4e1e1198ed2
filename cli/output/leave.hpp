// The end of a process in which a plugin's thread still runs.
#pragma once

namespace tempest::cli {

// Flushes what was printed and leaves without tearing anything down under that thread. The code is
// io's when it was 0 and standard output could not be written.
[[noreturn]] void leave_at_once(int code);

} // namespace tempest::cli
