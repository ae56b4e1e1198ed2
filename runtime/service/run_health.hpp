// What a process knows of its own health, part by part: where the parts write it down, for whoever
// asks. The thread of the run's loop, but for board().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/admin/health_board.hpp"
#include "runtime/service/assembly.hpp"

namespace tempest::service {

class run_health {
 public:
  // Whose process it is: with the source, wherever tasks run, or with some tasks alone.
  enum class role : std::uint8_t { topology, tasks };

  // Has a check for each part of `plan` that is this process's business, all in trouble at first.
  run_health(const assembly& plan, role of, std::int64_t now_ns);

  // The loop went round.
  void beat(std::int64_t now_ns) { board_.beat(now_ns); }

  // --- how a part is: `trouble` says what is wrong with it since `since_ns`; empty: nothing
  // All of this process, which may be about to end.
  void process(std::string_view trouble, std::int64_t since_ns) {
    tell(process_, trouble, since_ns);
  }
  // It is well, and somebody told it to read nothing.
  void paused(bool now) { board_.well(process_, now ? "paused" : ""); }
  // That there is one to work for; of a task process.
  void topology(std::string_view trouble, std::int64_t since_ns) {
    tell(*topology_, trouble, since_ns);
  }
  void source(std::string_view trouble, std::int64_t since_ns) {
    tell(*source_, trouble, since_ns);
  }
  // By the position of the task in the graph.
  void task(std::uint32_t task, std::string_view trouble, std::int64_t since_ns) {
    tell(*tasks_[task], trouble, since_ns);
  }
  void sink(std::uint32_t task, std::string_view trouble, std::int64_t since_ns) {
    tell(*sinks_[task], trouble, since_ns);
  }
  // It can be written to, but not by all that do.
  void sink_in_part(std::uint32_t task, std::string_view trouble) {
    board_.well(*sinks_[task], trouble);
  }
  void dead_letters(std::string_view trouble, std::int64_t since_ns) {
    tell(*dead_letters_, trouble, since_ns);
  }

  // What is wrong with a task or with the sink that it writes to; empty: nothing. Of a process that
  // has the source.
  [[nodiscard]] std::string task_trouble(std::uint32_t task) const;

  // For other threads.
  [[nodiscard]] const admin::health_board& board() const { return board_; }

 private:
  using place = admin::health_board::place;

  void tell(place of, std::string_view trouble, std::int64_t since_ns);

  admin::health_board board_;
  place process_;
  std::optional<place> topology_;
  std::optional<place> source_;
  std::vector<std::optional<place>> tasks_; // by position in the graph, as the next
  std::vector<std::optional<place>> sinks_;
  std::optional<place> dead_letters_;
};

} // namespace tempest::service
