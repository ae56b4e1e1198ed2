// What a task process has of the topologies that it works for: deliveries that wait for a worker,
// and deliveries in workers' hands. Each has a slot here, whose name its worker knows; its result
// goes back to the session that it came from, under that session's name for it. Pure, one thread.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/base/chunk.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/engine/slab.hpp"
#include "runtime/wire/messages.hpp"

namespace tempest::service {

// Deliveries under the names of their slots, first in, first out.
class delivery_queue {
 public:
  [[nodiscard]] std::size_t size() const { return rows_.size() - first_; }
  [[nodiscard]] const tempest_delivery& front() const { return rows_[first_]; }
  void push(const tempest_delivery& added) { rows_.push_back(added); }
  // Moves the first `count` to the end of `out`; not more than there are.
  void take(std::size_t count, std::vector<tempest_delivery>& out);
  // Those that `gone` says yes to are gone.
  void erase_if(const std::function<bool(const tempest_delivery&)>& gone);

 private:
  std::vector<tempest_delivery> rows_;
  std::size_t first_ = 0;
};

class dispatcher {
 public:
  using session_id = std::uint64_t;
  // Takes what goes back to a session: results of one task under the session's names, and the bytes
  // of those deliveries. The report is the caller's again afterwards.
  using reporter = std::function<void(session_id session, std::uint32_t task,
                                      engine::worker_report& done, std::uint64_t bytes)>;

  // `msg_timeout` is that of the topologies, which decide; here it only counts.
  dispatcher(std::size_t tasks, engine::time_ns msg_timeout)
      : queues_(tasks), alone_(tasks), stats_(tasks), msg_timeout_(msg_timeout) {}

  // --- a session
  // Queues what came, and holds its chunks until the result of each went back.
  void deliver(session_id from, const wire::deliver& said);
  // These are of no use any more: what waits goes back unbegun at once. Whether some are in
  // workers' hands: then their links should be asked to give them back, see useless().
  [[nodiscard]] bool cancel(session_id from, std::span<const std::uint64_t> tokens,
                            const reporter& back);
  // It is gone: what waits is dropped, and what workers do of the rest is told to nobody. Whether
  // there is such.
  [[nodiscard]] bool forget(session_id gone);
  // Nobody begins what waits for this task: it goes back.
  void give_back_task(std::uint32_t task, const reporter& back);
  // No more is begun: all that waits goes back.
  void give_back_all(const reporter& back);
  // Appends those of `running`, in workers' hands, that are of that session, and its suspect that
  // is announced. What its topology will find timed out in there is counted so, and its late result
  // no more.
  void begun(session_id of, std::span<const engine::begun> running, engine::time_ns now,
             std::vector<wire::begun>& out);

  // --- suspects: one is handled while workers have nothing else, of whatever session
  // The session of the next one, which is to be told that it is begun, by begun(); nothing while
  // there is none, or another one, or workers have something yet. Nothing else is handed out
  // meanwhile, for as long as a handler may take without progress; then what nobody waits for is
  // waited for no more, and where others still are at work the rest goes on as long, before the
  // suspect has its next chance.
  [[nodiscard]] std::optional<session_id> announce_alone(engine::time_ns now);
  // The session knows: it is what a worker takes next.
  void begin_alone();

  // --- the workers
  // Nothing but the suspect that was begun, while there are suspects.
  [[nodiscard]] std::size_t queued(std::uint32_t task) const;
  // Moves up to `max` deliveries of `task` from its queue to the end of `out`. How many.
  std::size_t take(std::uint32_t task, std::size_t max, std::vector<tempest_delivery>& out);
  // Sends the results of a worker to the sessions that wait for them. `done` comes back empty.
  void report(std::uint32_t task, engine::worker_report& done, const reporter& back);
  // Takes deliveries from a worker that hangs, failed or unbegun, and tells their sessions. Their
  // chunks are held until that worker reports them, late, or they are let go.
  void take_away(std::uint32_t task, engine::worker_report& done, const reporter& back);
  // The worker that these were taken from is no more.
  void let_go(std::span<const engine::delivery_ref> taken);
  // Whether nobody waits for the result of what a worker has.
  [[nodiscard]] bool useless(engine::delivery_ref delivery) const;
  // The task of a delivery that is known.
  [[nodiscard]] std::uint32_t task(engine::delivery_ref delivery) const {
    return find(delivery)->task;
  }
  // The id of its message, for people; empty when it is not in a worker's hands.
  [[nodiscard]] std::string_view message_id(engine::delivery_ref delivery) const;

  // Deliveries that wait or are in workers' hands.
  [[nodiscard]] std::size_t open() const { return slots_.used() - taken_; }
  // Of those, how many a topology still waits for. Looks at every delivery.
  [[nodiscard]] std::size_t awaited() const;
  // What was begun of each task, whoever waits for it; retries are those of the topologies.
  [[nodiscard]] std::span<const engine::task_statistics> stats() const { return stats_; }

 private:
  enum class place : std::uint8_t {
    nowhere,
    queue,
    worker,
    taken, // from a worker, which may still read it
  };

  // A suspect on its way to a worker.
  struct lone {
    engine::delivery_ref which;
    std::uint32_t task;
    bool known; // to its session
  };

  struct slot {
    std::uint32_t generation = 0;
    place where = place::nowhere;
    bool wanted = false;    // its session waits for the result
    bool cancelled = false; // and would rather have it back unbegun
    bool late = false;      // timed out, and counted
    bool given_up = false;  // nobody waits for it, and a suspect has waited in vain
    std::uint32_t task = 0;
    std::uint32_t attempt = 1;
    session_id session = 0;
    std::uint64_t token = 0; // the session's name for it
    tempest_slice id{};
    std::uint64_t bytes = 0;
    base::chunk_ref frame;
    base::chunk_ref headers;
  };

  // A result on its way to a session.
  struct answer {
    session_id session;
    std::uint64_t bytes;
    engine::result result;
  };

  [[nodiscard]] const slot* find(engine::delivery_ref delivery) const;
  [[nodiscard]] slot* find(engine::delivery_ref delivery);
  void release(std::uint32_t index);
  void answer_to(const slot& from, engine::result one);
  void send_answers(std::uint32_t task, engine::worker_report& done, const reporter& back);
  void count(const slot& of, engine::outcome what, std::uint32_t outputs);
  [[nodiscard]] bool workers_have_something() const;
  void give_up_what_nobody_waits_for();
  // It is in the way of the others no more, whatever its worker does.
  void forget_lone(engine::delivery_ref which);
  void give_back(const std::function<bool(const slot&)>& useless, const reporter& back);

  engine::slab<slot> slots_;
  std::vector<delivery_queue> queues_;         // by task
  std::vector<delivery_queue> alone_;          // likewise: suspects
  std::optional<lone> lone_;                   // the first of one of these, or with a worker
  std::optional<engine::time_ns> alone_since_; // one waits for workers to be empty
  bool closed_ = false;                        // to all but suspects
  std::vector<engine::task_statistics> stats_; // by task
  std::vector<answer> answers_;
  engine::time_ns msg_timeout_;
  std::size_t taken_ = 0; // slots that are only there for their bytes
};

} // namespace tempest::service
