#include "runtime/service/in_flight_walk.hpp"

#include <algorithm>
#include <utility>

#include "runtime/metrics/seconds.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t looked_at_a_step = 4096; // divided by how many asked
constexpr std::size_t longest_shown_id = 128;

bool is_older(const engine::sighting& one, const engine::sighting& other) {
  return one.accepted < other.accepted;
}

} // namespace

in_flight_walk::in_flight_walk(std::vector<in_flight_question> asked,
                               const std::vector<engine::begun>& begun, std::string topology,
                               std::vector<std::string> tasks, std::int64_t now_ns)
    : topology_(std::move(topology)), tasks_(std::move(tasks)), now_ns_(now_ns) {
  for (in_flight_question& one : asked) collections_.push_back({std::move(one), 0, {}});
  for (const engine::begun& one : begun) begun_.emplace(one.delivery.token(), one.since);
}

bool in_flight_walk::step(const engine::engine& engine) {
  seen_.clear();
  const std::size_t most = std::max<std::size_t>(64, looked_at_a_step / collections_.size());
  const bool at_end = engine.look(at_, static_cast<std::uint32_t>(most), seen_);
  for (collection& to : collections_) {
    for (const engine::sighting& one : seen_) offer(to, one);
  }
  if (!at_end) return false;
  for (collection& to : collections_) tell(to);
  return true;
}

void in_flight_walk::offer(collection& to, const engine::sighting& seen) const {
  if (now_ns_ - seen.accepted < to.asked.what.older_than_ns) return;
  ++to.matching;
  const auto younger_on_top = [](const found_delivery& a, const found_delivery& b) {
    return is_older(a.seen, b.seen);
  };
  if (to.oldest.size() >= to.asked.what.limit) {
    if (to.oldest.empty() || !is_older(seen, to.oldest.front().seen)) return;
    std::pop_heap(to.oldest.begin(), to.oldest.end(), younger_on_top);
    to.oldest.pop_back();
  }
  to.oldest.push_back({seen, std::string(seen.id.substr(0, longest_shown_id))});
  std::push_heap(to.oldest.begin(), to.oldest.end(), younger_on_top);
}

void in_flight_walk::tell(collection& to) const {
  std::sort(
      to.oldest.begin(), to.oldest.end(),
      [](const found_delivery& a, const found_delivery& b) { return is_older(a.seen, b.seen); });
  admin::in_flight_list made{topology_, to.matching, {}};
  for (const found_delivery& one : to.oldest) made.rows.push_back(row_of(one));
  to.asked.told(std::move(made));
}

admin::in_flight_row in_flight_walk::row_of(const found_delivery& one) const {
  using state = admin::in_flight_row::state;
  using place = engine::sighting::place;
  const engine::sighting& seen = one.seen;
  admin::in_flight_row made;
  made.id = one.id;
  made.age_s = metrics::seconds(std::max<std::int64_t>(0, now_ns_ - seen.accepted));
  made.task = tasks_[seen.task];
  made.attempt = seen.attempt;
  switch (seen.where) {
    case place::queue:
      made.now = state::waiting;
      break;
    case place::worker: {
      const auto begun = begun_.find(seen.delivery.token());
      made.now = begun == begun_.end() ? state::handed_out : state::handling;
      if (begun != begun_.end()) {
        made.handling_s = metrics::seconds(std::max<std::int64_t>(0, now_ns_ - begun->second));
      }
      break;
    }
    case place::retries:
      made.now = state::retrying;
      made.next_attempt_in_s = metrics::seconds(std::max<std::int64_t>(0, seen.due - now_ns_));
      break;
    case place::dead_letters:
      made.now = state::dead_letter;
      break;
  }
  return made;
}

} // namespace tempest::service
