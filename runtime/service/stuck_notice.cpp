#include "runtime/service/stuck_notice.hpp"

#include "runtime/base/log.hpp"

namespace tempest::service {

void say_stuck(std::string_view topology, std::string_view task, bool stuck) {
  base::log(stuck ? base::log_level::error : base::log_level::info,
            stuck ? "every worker of this task is with a handler that runs beyond handler_warn: "
                    "its messages wait, and the source is read only until max_pending wait"
                  : "the task works again",
            {.topology = topology, .task = task});
}

} // namespace tempest::service
