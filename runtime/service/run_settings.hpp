// What engine and source are told of a topology's settings. Pure.
#pragma once

#include <string>
#include <vector>

#include "runtime/engine/settings.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/source/pump.hpp"

namespace tempest::service {

// Seeded by the clock.
[[nodiscard]] engine::engine_settings engine_settings_of(const assembly& plan);
[[nodiscard]] source::pump_settings pump_settings_of(const assembly& plan);
// By the position of the task.
[[nodiscard]] std::vector<std::string> task_names(const assembly& plan);

} // namespace tempest::service
