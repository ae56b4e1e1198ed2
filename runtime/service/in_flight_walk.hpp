// A walk through all that is in flight, in small steps between which the engine does its work: it
// is looked at once, however many asked. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/admin/in_flight.hpp"
#include "runtime/engine/engine.hpp"

namespace tempest::service {

struct in_flight_question {
  admin::in_flight_query what;
  std::function<void(admin::in_flight_list)> told;
};

class in_flight_walk {
 public:
  // `begun`: what workers have begun, as far as is known. `tasks`: names by index.
  in_flight_walk(std::vector<in_flight_question> asked, const std::vector<engine::begun>& begun,
                 std::string topology, std::vector<std::string> tasks, std::int64_t now_ns);

  // Looks at some more; at the end tells all that asked, and returns true.
  bool step(const engine::engine& engine);

 private:
  struct found_delivery {
    engine::sighting seen; // its id is not valid any more
    std::string id;
  };
  // The oldest that one who asked wants to hear of; a heap, its youngest on top.
  struct collection {
    in_flight_question asked;
    std::uint64_t matching = 0;
    std::vector<found_delivery> oldest;
  };

  void offer(collection& to, const engine::sighting& seen) const;
  void tell(collection& to) const;
  [[nodiscard]] admin::in_flight_row row_of(const found_delivery& one) const;

  std::vector<collection> collections_;
  std::unordered_map<std::uint64_t, engine::time_ns> begun_; // since when, by token
  const std::string topology_;
  const std::vector<std::string> tasks_;
  const std::int64_t now_ns_;
  engine::look_cursor at_;
  std::vector<engine::sighting> seen_; // used again
};

} // namespace tempest::service
