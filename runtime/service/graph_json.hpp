// A topology's graph for programs: tasks and edges. Pure.
#pragma once

#include <string>

#include "runtime/service/assembly.hpp"

namespace tempest::service {

// {"version":1,"topology":...,"source":{...},"root":...,"tasks":[...],"edges":[...]}, one line with
// its end. Options of plugins are left out: they may hold secrets.
[[nodiscard]] std::string graph_json(const assembly& plan);

} // namespace tempest::service
