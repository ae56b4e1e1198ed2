#include "runtime/service/error_memory.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "runtime/service/dead_letter_json.hpp"

namespace tempest::service {
namespace {

constexpr std::size_t longest_reason = 1000; // what is beyond does not tell two apart
constexpr std::size_t longest_id = 200;

std::string_view start_of(const std::string& text, std::size_t most) {
  return std::string_view(text).substr(0, most);
}

} // namespace

error_memory::error_memory(std::string topology, std::vector<std::string> tasks)
    : topology_(std::move(topology)), tasks_(std::move(tasks)) {
  entries_.reserve(most);
}

void error_memory::add(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
                       std::int64_t calendar_ms) {
  omitted_ += omitted;
  for (const engine::incident& one : incidents) {
    entry& into = entry_of(one, calendar_ms);
    into.order = next_order_++;
    into.row.message_id = start_of(one.message_id, longest_id);
    into.row.attempt = one.attempt;
    into.row.last_ms = calendar_ms;
    ++into.row.count;
    if (one.what == engine::incident::kind::given_up) ++into.row.given_up;
  }
}

error_memory::entry& error_memory::entry_of(const engine::incident& one, std::int64_t calendar_ms) {
  const std::string_view reason = start_of(one.reason, longest_reason);
  const std::size_t hash = std::hash<std::string_view>{}(reason);
  const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const entry& each) {
    return each.hash == hash && each.task == one.task && each.how == one.how &&
           each.row.reason == reason;
  });
  if (known != entries_.end()) return *known;
  entry* into = nullptr;
  if (entries_.size() < most) {
    into = &entries_.emplace_back();
  } else {
    into = &*std::min_element(entries_.begin(), entries_.end(),
                              [](const entry& a, const entry& b) { return a.order < b.order; });
    *into = {};
  }
  into->hash = hash;
  into->task = one.task;
  into->how = one.how;
  into->row.task = tasks_[one.task];
  into->row.outcome = word(one.how);
  into->row.reason = reason;
  into->row.first_ms = calendar_ms;
  return *into;
}

admin::error_list error_memory::list() const {
  std::vector<const entry*> sorted;
  sorted.reserve(entries_.size());
  for (const entry& one : entries_) sorted.push_back(&one);
  std::sort(sorted.begin(), sorted.end(),
            [](const entry* a, const entry* b) { return a->order > b->order; });
  admin::error_list made{topology_, omitted_, {}};
  for (const entry* one : sorted) made.rows.push_back(one->row);
  return made;
}

} // namespace tempest::service
