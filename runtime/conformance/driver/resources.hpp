// What this process holds and has used, as far as a plugin could leave it behind.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>

namespace tempest::conformance {

// {"threads", "processes", "descriptors", "sockets", "heap" in bytes, "cpu_us", "wanted_us"}; the
// last counts the time in which a thread would have run on an idle machine, too. Processes are
// those whose parent this one is, ended ones that nobody waited for among them.
[[nodiscard]] nlohmann::json resources();

// Bytes of memory that are allocated now.
[[nodiscard]] std::size_t heap_bytes();

} // namespace tempest::conformance
