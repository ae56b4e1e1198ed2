// What this process holds and has used, as far as a plugin could leave it behind.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>

namespace tempest::conformance {

// {"threads", "processes", "descriptors", "sockets", "heap" in bytes, "cpu_us", "wanted_us"}; the
// last counts the time in which a thread would have run on an idle machine, too. Processes are
// those whose parent this one is, ended ones that nobody waited for among them.
[[nodiscard]] nlohmann::json resources();

// For how long in all the threads of this process could have run by now and were not let, as far as
// those go that are still there.
[[nodiscard]] std::int64_t held_up_ns();

// Bytes of memory that are allocated now.
[[nodiscard]] std::size_t heap_bytes();

} // namespace tempest::conformance
