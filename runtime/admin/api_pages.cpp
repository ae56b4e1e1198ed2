#include "runtime/admin/api_pages.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/admin/api_json.hpp"
#include "runtime/admin/event_stream.hpp"
#include "runtime/admin/query_duration.hpp"
#include "runtime/config/units.hpp"

namespace tempest::admin {
namespace {

void say_busy(const reply& to) {
  to([] {
    return api_error(503,
                     "it cannot answer now: too many ask at once, or it has just ended; ask again");
  });
}

// A parameter that nobody knows is a mistake of whoever wrote it.
bool takes_only(const request& asked, std::initializer_list<std::string_view> known,
                const reply& to) {
  const std::string unknown = asked.unknown_parameter(known);
  if (unknown.empty()) return true;
  const std::string takes =
      known.size() == 0 ? "no parameters" : fmt::format("{}", fmt::join(known, ", "));
  to([=, path = asked.path] {
    return api_error(400, fmt::format("{} takes {}, not '{}'", path, takes, unknown));
  });
  return false;
}

// Empty: it makes sense, and is in `what`.
std::string read_query(const request& from, in_flight_query& what) {
  if (const auto age = from.parameter("older_than")) {
    const auto ns = query_duration_ns(*age);
    if (!ns) {
      return fmt::format("older_than = '{}' is no duration up to a year; write 500ms, 30s or 5m",
                         *age);
    }
    what.older_than_ns = *ns;
  }
  if (const auto limit = from.parameter("limit")) {
    const auto rows = config::parse_integer(*limit);
    if (!rows || *rows < 1 || *rows > static_cast<std::int64_t>(most_in_flight_rows)) {
      return fmt::format("limit = '{}' is no number from 1 to {}", *limit, most_in_flight_rows);
    }
    what.limit = static_cast<std::size_t>(*rows);
  }
  return {};
}

void answer_in_flight(run_desk& asked, const request& from, const reply& back) {
  if (!takes_only(from, {"older_than", "limit"}, back)) return;
  in_flight_query what;
  const std::string wrong = read_query(from, what);
  if (!wrong.empty()) return back([wrong] { return api_error(400, wrong); });
  const bool heard = asked.ask_in_flight(what, [back](in_flight_list seen) {
    back([seen = std::move(seen)] { return api_answer(200, to_json(seen)); });
  });
  if (!heard) say_busy(back);
}

void answer_errors(run_desk& asked, const request& from, const reply& back) {
  if (!takes_only(from, {}, back)) return;
  const bool heard = asked.ask_errors([back](std::shared_ptr<const error_list> seen) {
    back([seen = std::move(seen)] { return api_answer(200, to_json(*seen)); });
  });
  if (!heard) say_busy(back);
}

void answer_status(run_desk& asked, const request& from, const reply& back) {
  if (!takes_only(from, {}, back)) return;
  const bool heard = asked.ask_status([back](std::shared_ptr<const run_status> now) {
    back([now = std::move(now)] { return api_answer(200, to_json(*now)); });
  });
  if (!heard) say_busy(back);
}

// Empty: it makes sense, and is in `what`.
std::string read_tap(const request& from, tap_query& what) {
  what.of = from.parameter("of").value_or("");
  if (what.of.empty()) return "of = which task or edge? write of=split, or of=split:store";
  for (const std::string& one : from.parameters("where")) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fmt::format("where = '{}' is none of NAME=VALUE, a header and its value", one);
    }
    what.where.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return {};
}

answer tap_page(const tap_answer& said) {
  if (said.opened == nullptr) return api_error(said.too_many ? 429 : 400, said.refusal);
  return {200, {}, {{"Content-Type", event_stream_type}}, said.opened};
}

// A web page could not read it, yet would keep others from a tap.
void answer_tap(run_desk& asked, const request& from, const reply& back) {
  if (!from.origin.empty()) {
    return back([] { return api_error(403, "a web page may not do this; use `tempest` or curl"); });
  }
  if (!takes_only(from, {"of", "where"}, back)) return;
  tap_query what;
  const std::string wrong = read_tap(from, what);
  if (!wrong.empty()) return back([wrong] { return api_error(400, wrong); });
  const bool heard = asked.open_tap(std::move(what), [back](tap_answer said) {
    back([said = std::move(said)] { return tap_page(said); });
  });
  if (!heard) say_busy(back);
}

void add_order_page(router& to, run_desk& asked, order what) {
  to.post_later(fmt::format("/api/v1/{}", word(what)), [&asked, what](const request& from,
                                                                      const reply& back) {
    if (!takes_only(from, {}, back)) return;
    const bool heard = asked.give_order(what, [back](const order_answer& said) {
      back([said] { return api_answer(said.refusal.empty() ? 200 : 409, to_json(said)); });
    });
    if (!heard) say_busy(back);
  });
}

} // namespace

void add_api_pages(router& to, run_desk& asked, std::string graph) {
  const auto page = [&](const char* path, auto answers) {
    to.get_later(path, [&asked, answers](const request& from, const reply& back) {
      answers(asked, from, back);
    });
  };
  page("/api/v1/status", answer_status);
  page("/api/v1/inflight", answer_in_flight);
  page("/api/v1/errors", answer_errors);
  page("/api/v1/tap", answer_tap);
  to.get("/api/v1/graph",
         [graph = std::move(graph)](const request&) { return api_answer(200, graph); });
  for (const order what : {order::pause, order::resume, order::drain, order::stop}) {
    add_order_page(to, asked, what);
  }
}

} // namespace tempest::admin
