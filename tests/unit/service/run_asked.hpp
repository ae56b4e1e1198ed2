// A whole run with somebody beside it who asks how it stands and gives it orders, as [admin] does.
#pragma once

#include <functional>

#include "runtime/service/assembly.hpp"
#include "runtime/service/run_questions.hpp"
#include "runtime/service/run_report.hpp"

namespace tempest::service {

// As run_standalone. `people` are on a thread of their own.
run_report run_asked(const assembly& plan, const std::function<void(run_questions&)>& people);

} // namespace tempest::service
