// Whom the pages of /api/v1 ask: a run, which answers on its own thread when it comes to that.
#pragma once

#include <functional>
#include <memory>

#include "runtime/admin/in_flight.hpp"
#include "runtime/admin/recent_errors.hpp"
#include "runtime/admin/run_status.hpp"
#include "runtime/admin/tap.hpp"

namespace tempest::admin {

// Any thread. What is asked is answered once, on any thread, or never when the run ends before.
class run_desk {
 public:
  virtual ~run_desk() = default;

  // False when too many wait for an answer already: this one gets none. As all that follow.
  virtual bool ask_status(std::function<void(std::shared_ptr<const run_status>)> told) = 0;
  virtual bool ask_in_flight(const in_flight_query& what,
                             std::function<void(in_flight_list)> told) = 0;
  virtual bool ask_errors(std::function<void(std::shared_ptr<const error_list>)> told) = 0;
  virtual bool open_tap(tap_query what, std::function<void(tap_answer)> told) = 0;
  virtual bool give_order(order what, std::function<void(order_answer)> told) = 0;
};

} // namespace tempest::admin
