#include "runtime/admin/health_board.hpp"

#include <utility>

namespace tempest::admin {

health_board::place health_board::add(std::string name, std::string_view trouble,
                                      std::int64_t since_ns) {
  const std::scoped_lock lock(mutex_);
  now_.checks.push_back({std::move(name), std::string(trouble), since_ns, {}});
  return now_.checks.size() - 1;
}

void health_board::well(place of, std::string_view note) {
  const std::scoped_lock lock(mutex_);
  check& one = now_.checks[of];
  one.trouble.clear();
  if (one.note != note) one.note = note;
}

void health_board::trouble(place of, std::string_view why, std::int64_t since_ns) {
  const std::scoped_lock lock(mutex_);
  check& one = now_.checks[of];
  if (one.well()) one.since_ns = since_ns;
  if (one.trouble != why) one.trouble = why;
}

health health_board::read() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

check health_board::read(place of) const {
  const std::scoped_lock lock(mutex_);
  return now_.checks[of];
}

} // namespace tempest::admin
