// A run that remembers what it was asked, and answers when the test says so.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/admin/run_desk.hpp"

namespace tempest::admin {

struct a_desk : run_desk {
  bool ask_status(std::function<void(std::shared_ptr<const run_status>)> told) override {
    asked = std::move(told);
    return !busy;
  }
  bool ask_in_flight(const in_flight_query& what,
                     std::function<void(in_flight_list)> told) override {
    wanted = what;
    seen = std::move(told);
    return !busy;
  }
  bool ask_errors(std::function<void(std::shared_ptr<const error_list>)> told) override {
    erred = std::move(told);
    return !busy;
  }
  bool give_order(order what, std::function<void(order_answer)> told) override {
    given = what;
    ordered = std::move(told);
    return !busy;
  }
  bool open_tap(tap_query what, std::function<void(tap_answer)> told) override {
    tapped = std::move(what);
    opened = std::move(told);
    return !busy;
  }
  std::function<void(std::shared_ptr<const run_status>)> asked;
  std::optional<in_flight_query> wanted;
  std::function<void(in_flight_list)> seen;
  std::function<void(std::shared_ptr<const error_list>)> erred;
  std::optional<tap_query> tapped;
  std::function<void(tap_answer)> opened;
  std::optional<order> given;
  std::function<void(order_answer)> ordered;
  bool busy = false;
};

} // namespace tempest::admin
