#include "runtime/admin/health_pages.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tempest::admin {
namespace {

constexpr std::int64_t longest_round_ns =
    10'000'000'000; // of the main loop; ten a second are usual

// Of all that can be asked, this alone says nothing of brokers and workers: to start the process
// anew would not help those.
check main_loop(const health_board& board, std::int64_t now_ns) {
  const std::int64_t beat_ns = board.last_beat_ns();
  const bool alive = now_ns - beat_ns < longest_round_ns;
  return {"main loop", alive ? "" : "it has not gone round", beat_ns, {}};
}

// What a thread that hangs has written may be old.
health all_of(const health_board& board, std::int64_t now_ns) {
  health made = board.read();
  made.checks.insert(made.checks.begin(), main_loop(board, now_ns));
  return made;
}

answer told(const health& of, std::string_view page, bool verbose, std::int64_t now_ns) {
  const bool well = of.well();
  answer made;
  made.status = well ? 200 : 503;
  if (verbose) {
    made.body =
        all_lines(of, now_ns) + fmt::format("{} check {}\n", page, well ? "passed" : "failed");
  } else {
    made.body = well ? "ok\n" : failed_lines(of, now_ns);
  }
  return made;
}

} // namespace

void add_health_pages(router& to, const health_board& board, std::int64_t (*clock)()) {
  to.get("/livez", [&board, clock](const request& asked) {
    const std::int64_t now_ns = clock();
    return told({{main_loop(board, now_ns)}}, "livez", asked.asks_for("verbose"), now_ns);
  });
  to.get("/readyz", [&board, clock](const request& asked) {
    const std::int64_t now_ns = clock();
    return told(all_of(board, now_ns), "readyz", asked.asks_for("verbose"), now_ns);
  });
  to.get("/healthz", [&board, clock](const request&) { // for people: all of it, asked or not
    const std::int64_t now_ns = clock();
    return told(all_of(board, now_ns), "healthz", true, now_ns);
  });
}

} // namespace tempest::admin
