// Loads an unknown library in a process of its own first, so that one that crashes or hangs while
// loading is a line of text and not a dead tool.
#pragma once

#include <string>

namespace tempest::plugin {

// Empty when the library loads well; else why not, with what it printed last. `program`: the
// helper; `cache_folder`: where good verdicts are kept, empty = nowhere. A helper that cannot be
// started is a reason too. Waits up to 5 s; any thread.
[[nodiscard]] std::string probe(const std::string& path, const std::string& program,
                                const std::string& cache_folder);

} // namespace tempest::plugin
