#include "runtime/service/tap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/edit_distance.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/service/run_settings.hpp"

namespace tempest::service {
namespace {

using admin::tap_limits;
using base::view;

constexpr std::size_t bytes_each_header = 32; // so that empty ones cost something, too

// Calls `look` with the text of each edge and its ends until it returns true.
template <typename Look>
void each_edge(const assembly& plan, Look look) {
  for (std::uint32_t from = 0; from < plan.tasks.size(); ++from) {
    for (const std::uint32_t to : plan.tasks[from].children) {
      const std::string text = plan.tasks[from].settings.name + ":" + plan.tasks[to].settings.name;
      if (look(text, tap_point{to, from})) return;
    }
  }
}

bool has(const tempest_delivery& message, const std::string& name, const std::string& value) {
  if (name == "key" && message.key.data != nullptr && view(message.key) == value) return true;
  const std::span headers(message.headers, message.header_count);
  return std::any_of(headers.begin(), headers.end(), [&](const tempest_header& one) {
    return view(one.name) == name && view(one.value) == value;
  });
}

std::string start_of(tempest_slice bytes, std::size_t most) {
  return std::string(base::utf8_prefix(view(bytes), most));
}

void put_headers(const tempest_delivery& message, admin::tap_event& into) {
  std::size_t room = tap_limits::headers_bytes;
  for (const tempest_header& one : std::span(message.headers, message.header_count)) {
    const std::size_t bytes = bytes_each_header + one.name.length + one.value.length;
    if (bytes > room) {
      ++into.headers_omitted;
      continue;
    }
    room -= bytes;
    into.headers.emplace_back(view(one.name), view(one.value));
  }
}

// An output as the next task will be given it.
tempest_delivery passing(tempest_delivery input, const engine::output& from) {
  if (!from.forwards) input.payload = {from.payload.data(), from.payload.size()};
  if (from.meta == nullptr) return input;
  input.key = from.meta->key;
  input.headers = from.meta->headers;
  input.header_count = from.meta->header_count;
  input.timestamp_ms = from.meta->timestamp_ms;
  return input;
}

} // namespace

std::optional<tap_point> find_tap_point(const assembly& plan, const std::string& of) {
  for (std::uint32_t task = 0; task < plan.tasks.size(); ++task) {
    if (plan.tasks[task].settings.name == of) return tap_point{task, {}};
  }
  std::optional<tap_point> found;
  each_edge(plan, [&](const std::string& text, const tap_point& at) {
    if (text == of) found = at;
    return found.has_value();
  });
  return found;
}

std::string no_such_point(const assembly& plan, const std::string& of) {
  const std::vector<std::string> tasks = task_names(plan);
  std::vector<std::string> edges;
  each_edge(plan, [&](const std::string& text, const tap_point&) {
    edges.push_back(text);
    return false;
  });
  std::vector<std::string> known = tasks;
  known.insert(known.end(), edges.begin(), edges.end());
  const std::string hint = base::did_you_mean(of, known);
  return fmt::format("there is no task and no edge '{}'; {}tasks are {}; edges are {}", of,
                     hint.empty() ? "" : hint + " ", fmt::join(tasks, ", "),
                     edges.empty() ? "none" : fmt::format("{}", fmt::join(edges, ", ")));
}

bool has_all(const tempest_delivery& message,
             const std::vector<std::pair<std::string, std::string>>& headers) {
  return std::all_of(headers.begin(), headers.end(),
                     [&](const auto& wanted) { return has(message, wanted.first, wanted.second); });
}

admin::tap_event event_of(const tempest_delivery& message, std::int64_t calendar_ms) {
  admin::tap_event made;
  made.time_ms = calendar_ms;
  made.id = start_of(message.id, tap_limits::id_bytes);
  made.attempt = message.attempt;
  if (message.key.data != nullptr) made.key = start_of(message.key, tap_limits::key_bytes);
  put_headers(message, made);
  made.payload = start_of(message.payload, tap_limits::payload_bytes);
  made.payload_bytes = message.payload.length;
  made.timestamp_ms = message.timestamp_ms;
  return made;
}

tap::tap(tap_point at, std::vector<std::pair<std::string, std::string>> where,
         const std::shared_ptr<admin::tap_stream>& to, std::int64_t now_ns)
    : at_(at),
      where_(std::move(where)),
      to_(to),
      budget_(tap_limits::events_a_second, now_ns),
      dice_(static_cast<std::uint64_t>(now_ns)) {}

void tap::end(const std::string& reason) {
  if (const auto to = to_.lock()) to->end(reason);
}

void tap::handed_out(engine::task_id task, std::span<const tempest_delivery> batch) {
  if (at_.from || task != at_.task) return;
  look_at(batch.size(), [&](std::size_t i) { look(batch[i]); });
}

void tap::reported(const engine::engine& engine, engine::task_id task, engine::worker_id worker,
                   const engine::worker_report& done) {
  if (task != at_.from) return;
  look_at(done.results.size(), [&](std::size_t i) {
    const engine::result& one = done.results[i];
    tempest_delivery input{};
    if (one.what != engine::outcome::succeeded || one.output_count == 0) return;
    if (!engine.goes_on(worker, one.delivery, input)) return;
    for (std::uint32_t k = 0; k < one.output_count; ++k) {
      look(passing(input, done.outputs[one.first_output + k]));
    }
  });
}

// Where there is not room for all of a batch, the first of each would be seen again and again, and
// the others never: it begins somewhere.
template <typename Look>
void tap::look_at(std::size_t count, Look look) {
  const auto to = to_.lock();
  if (to == nullptr || count == 0) return;
  room_ = budget_.left(base::steady_ns());
  calendar_ms_ = base::calendar_ms();
  const std::size_t first = count > room_ ? dice_.next() % count : 0;
  for (std::size_t i = 0; i < count; ++i) look((first + i) % count);
  to->put(fresh_, passed_);
}

void tap::look(const tempest_delivery& message) {
  if (!has_all(message, where_)) return;
  ++passed_;
  if (room_ == 0) return;
  --room_;
  budget_.spend(1);
  fresh_.push_back(event_of(message, calendar_ms_));
  fresh_.back().passed = passed_;
}

} // namespace tempest::service
