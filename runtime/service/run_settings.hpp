// What engine, source and sinks are told of a topology's settings. Pure.
#pragma once

#include <string>
#include <vector>

#include "runtime/engine/settings.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/source/pump.hpp"
#include "runtime/worker/sink_runner.hpp"

namespace tempest::service {

// Seeded by the clock.
[[nodiscard]] engine::engine_settings engine_settings_of(const assembly& plan);
[[nodiscard]] source::pump_settings pump_settings_of(const assembly& plan);
[[nodiscard]] worker::sink_settings sink_settings_of(const config::health_settings& health);
// By the position of the task.
[[nodiscard]] std::vector<std::string> task_names(const assembly& plan);

} // namespace tempest::service
