// One consumer of a Redis stream's consumer group: reads ahead, acknowledges in batches, keeps what
// is in hand, takes over what others left, and comes back after the connection broke.
//
// Two connections: over `reader_` go the reads, each in one write with the acknowledgements that
// wait; over `control_` goes what must not wait behind a blocked read. Tokens outlive connections,
// since the server knows an owner by the consumer's name: after a reconnect every entry in hand is
// checked, and only what is no longer this consumer's is withdrawn.
#pragma once

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/redis/avoided.hpp"
#include "plugins/redis/boot_clock.hpp"
#include "plugins/redis/connection.hpp"
#include "plugins/redis/page_size.hpp"
#include "plugins/redis/settlement.hpp"
#include "plugins/redis/stream/entries.hpp"
#include "plugins/redis/stream/ledger.hpp"
#include "plugins/redis/stream/pending_handlers.hpp"

namespace redis::stream {

struct consumer_settings {
  endpoint server;
  std::string key;
  std::uint32_t tag = 0; // of its tokens
  std::string group;
  std::string starting_id = "0"; // of a group that is new
  std::string name;              // of the consumer
  // How the names of this topology's consumers begin; empty: those of others are left alone.
  std::string siblings;
  milliseconds sibling_gone{std::chrono::hours(1)}; // deleted when not heard of for so long
  std::size_t read_count = 1000;                    // most entries a read
  milliseconds block{5000};     // how long the server holds a read that finds nothing
  bool acknowledge = true;      // false: the server forgets an entry once it was read
  std::size_t ack_batch = 1000; // most ids an XACK, and how many are worth a write of their own
  milliseconds ack_interval{100};
  milliseconds lease{60000};
  // For pending entries that nobody has renewed for the lease; with none, each is claimed.
  std::vector<pending_handler> handlers;
  milliseconds timeout{10000}; // for connecting, and for each answer
};

struct handed_entry {
  token of;
  const entry* what;
};

// Who gets what a consumer reads. All calls come from inside the consumer's own functions.
class listener {
 public:
  virtual ~listener() = default;
  // Both arguments are valid during the call.
  virtual void deliver(const reply& from, std::span<const handed_entry> batch) = 0;
  virtual void settled(std::span<const token> which, outcome of, confirmation result) = 0;
  // These are no longer this consumer's, and must not be settled.
  virtual void withdrawn(std::span<const token> which) = 0;
  // Pending entries were acknowledged, deleted, moved or claimed, or were found to be gone.
  virtual void pending_handled(pending_action how, std::uint64_t count) = 0;
  // It was refused: they are tried again.
  virtual void pending_refused(pending_action how) = 0;
  virtual void log(severity level, const std::string& text) = 0;
};

// How much was handed over.
struct handed {
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

// One thread. What drives it, alone or beside others, is in consumers.hpp.
class consumer {
 public:
  // Raising `wake` ends a wait in here.
  consumer(consumer_settings settings, listener& to, wakeup& wake);

  // Reaches the server and makes the group if it is missing. Throws `unavailable`, or
  // `interrupted`.
  void connect();
  // The parts of a poll; each that throws does so with `unavailable`: then connect again.
  // Sends what is due. With 0 messages it does not read.
  void send(steady::time_point now, const poll_limits& limits);
  // Hands over what is here, beside what was `so_far`.
  void hand_over(const poll_limits& limits, handed& so_far);
  // Whether nothing that was sent for a settlement or a lease waits for its answer, and no lease
  // for being renewed.
  [[nodiscard]] bool settled_all() const;
  // When something is due, if nothing arrives before.
  [[nodiscard]] steady::time_point next_event(const poll_limits& limits) const;
  // What it waits for.
  void append_waits(std::vector<waiting>& to) const;
  // Takes what has arrived.
  void receive();
  // Drops the connections, as after `unavailable`. What is in hand stays in hand.
  void hang_up();
  // Queues how often open entries have failed by now; the server keeps it in their counters.
  void failed(std::span<const token> which, std::span<const std::uint32_t> failures);
  // Queues an outcome; unknown tokens are ignored. `fail` leaves the entry pending, and nothing is
  // done about it here any more: others get it once its lease ran out, and so does this consumer
  // after its next start. `give_back` lets it be claimed by anyone at once.
  void settle(std::span<const token> which, std::span<const std::uint8_t> outcomes);
  // The next poll renews what has been in hand for a third of the lease, unless that was just done.
  void renew_soon() { next_renew_ = std::min(next_renew_, last_renew_ + settings_.lease / 6); }
  // Sends what is queued, answers every settlement, disconnects, and deletes the consumer when
  // nothing is pending with it.
  void close(steady::time_point deadline);

  [[nodiscard]] bool connected() const { return reader_.link.is_open() && control_.link.is_open(); }
  // Whether a part of an answer is here: it may hold entries.
  [[nodiscard]] bool more_comes() const {
    return reader_.link.in_a_reply() || control_.link.in_a_reply();
  }
  // How many entries wait behind the group, as last heard; -1 = unknown. Asks anew once a second.
  [[nodiscard]] std::int64_t depth();
  [[nodiscard]] std::size_t in_hand() const { return ledger_.size(); }

 private:
  enum class expecting : std::uint8_t {
    read,
    own,
    idle,
    taken,
    looked,
    handled,
    limit,
    ack,
    renew,
    release,
    lag,
    unblock,
    nothing
  };
  struct expectation {
    expecting what;
    steady::time_point latest;
    std::vector<token> tokens;
    boot_clock::time_point sent;
    std::size_t asked = 0;        // entries, of a read or a claim
    std::size_t handler = 0;      // of what is looked at, or handled
    std::vector<stream_id> ids{}; // of that
    std::size_t largest = 0;      // bytes of a text that it puts somewhere
  };
  struct channel {
    connection link;
    std::deque<expectation> expected;
  };
  struct page {
    reply nodes;
    entries list;
    std::vector<token> tokens; // one an entry
    std::size_t next = 0;      // the first not handed over
    steady::time_point since;  // it waits
  };
  using page_ptr = std::unique_ptr<page>;
  // Entries a script, which stalls the server: where each is looked at, and where all are at once.
  static constexpr std::size_t look_chunk = 200;
  static constexpr std::size_t hold_chunk = 500;
  // Bytes a script, of entries that are to be moved; one at least.
  static constexpr std::size_t move_bytes = std::size_t{1} << 20;

  // consumer_connect.cpp
  void drop(channel& on);
  bool make_group(const std::string& starting_id);
  [[nodiscard]] bool has_group();
  void append_fruitless_read();
  void expect_rights();
  void recreate_group(std::string_view error);
  void group_lost();
  void verify_in_hand();
  void sweep();
  void call(reply& into);
  [[nodiscard]] std::string explain(std::string_view error) const;

  // consumer.cpp
  void check_answers(steady::time_point now) const;
  [[nodiscard]] steady::time_point given_up_at(const channel& on) const;
  void expect(channel& on, expecting what, std::vector<token> tokens = {});
  void receive(channel& from);
  void answer(channel& from, reply& nodes);
  void wait(steady::time_point until);

  // consumer_read.cpp
  void request_read(const poll_limits& limits);
  void append_read(std::size_t count);
  [[nodiscard]] std::size_t bytes_ahead() const;
  void on_read(reply& nodes, const expectation& of);
  void read_answered(std::size_t asked);
  void keep(page_ptr read, boot_clock::time_point held_since);
  page_ptr fresh_page();
  void give_back_page();
  void give_back_waiting(steady::time_point now);

  // consumer_pending.cpp
  void append_own(std::size_t count);
  void append_take(channel& on, std::span<const pending_entry> which, milliseconds least_idle);
  void leave_out_known(std::vector<pending_entry>& found);
  void on_own(const reply& nodes, std::size_t asked);
  void claim(steady::time_point now, const poll_limits& limits);
  void on_idle(const reply& nodes, std::size_t most);
  void on_taken(const channel& from, reply& nodes, const expectation& of);
  void claimed();
  void check_pending(const reply& nodes, bool understood);
  [[nodiscard]] milliseconds claim_interval() const;

  // consumer_handlers.cpp
  struct moved_entry {
    stream_id id;
    std::string text;
  };
  [[nodiscard]] std::optional<std::size_t> handler_of(const pending_entry& one) const;
  void handle(std::span<const pending_entry> found);
  void append_look(std::size_t handler, std::span<const stream_id> which);
  void begin_handling(std::size_t handler, std::size_t arguments);
  void append_handling(std::size_t handler, std::span<const stream_id> which);
  void append_move(std::size_t handler, std::span<const moved_entry> which);
  void on_looked(const reply& nodes, const expectation& of);
  void on_handled(const reply& nodes, const expectation& of);
  void tell_trouble(std::size_t handler, const std::string& trouble);
  void rest(std::size_t handler);
  [[nodiscard]] bool rests(std::size_t handler) const;
  [[nodiscard]] bool is_any_at_work(bool claims) const;

  // consumer_limits.cpp
  [[nodiscard]] bool asks_limits(std::span<const moved_entry> which) const;
  void ask_limits();
  void on_limit(const reply& nodes);
  void suspect(const expectation& cut);
  void leave_too_large(std::size_t handler, std::vector<moved_entry>& which);

  // consumer_settle.cpp
  void send_acks(channel& to);
  void send_releases();
  void send_failures();
  void acknowledge_deleted(channel& to, std::span<const stream_id> ids);
  void were_gone(std::size_t count);
  [[nodiscard]] steady::time_point acks_due() const;
  void on_ack(const reply& nodes, std::vector<token>& tokens);
  [[nodiscard]] bool in_doubt(std::span<const token> which) const;
  std::size_t known_first(const reply& nodes, std::vector<token>& tokens);
  void on_release(const std::vector<token>& tokens, const reply& nodes);
  std::vector<token> fresh_tokens();

  // consumer_lease.cpp
  void renew(steady::time_point now);
  void begin_round(steady::time_point now);
  [[nodiscard]] bool in_a_round() const { return renewed_ < renewing_.size(); }
  [[nodiscard]] steady::time_point renewal_due() const;
  [[nodiscard]] std::size_t lease_room(steady::time_point now);
  void tell_held_back();
  void pace(boot_clock::time_point sent);
  void sort_by_id(std::span<token> which) const;
  void append_hold(std::string& out, std::span<token> which, milliseconds idle);
  void on_renewed(const expectation& of, const reply& nodes);
  void held(const std::vector<token>& tokens, const reply& nodes, boot_clock::time_point since);
  void ask_lag();

  // consumer_close.cpp
  void finish(steady::time_point deadline);
  void exchange_until_settled(steady::time_point deadline);
  void leave(steady::time_point deadline);
  void answer_rest();

  consumer_settings settings_;
  listener& to_;
  wakeup& wake_;
  channel reader_;
  channel control_;
  ledger ledger_;
  bool known_group_ = false; // the group was there once: if it is missing now, it was lost
  std::int64_t reader_id_ = 0;

  bool in_history_ = false; // its own pending entries come first
  stream_id own_cursor_;
  std::size_t reads_ = 0;   // under way; two when the stream is known to hold more
  std::size_t asked_ = 0;   // entries that these may bring
  bool more_waits_ = false; // the last read was filled
  steady::time_point read_sent_;
  page_size page_size_;
  std::deque<page_ptr> pages_;
  std::vector<page_ptr> spare_pages_;
  std::size_t waiting_ = 0; // entries in pages_ not handed over
  std::size_t waiting_bytes_ = 0;
  std::vector<handed_entry> batch_;
  std::vector<stream_id> ids_; // scratch

  std::vector<token> acks_;     // to send
  std::vector<token> releases_; // to send
  struct failure {
    stream_id id;
    std::uint32_t failures = 0;
  };
  std::vector<failure> failures_; // to send
  avoided<stream_id> left_;
  steady::time_point first_ack_;
  std::vector<std::vector<token>> spare_tokens_;

  steady::time_point last_renew_;
  steady::time_point next_renew_;
  std::vector<token> renewing_; // what this round has to renew
  std::size_t renewed_ = 0;     // of renewing_, sent
  bool renew_outstanding_ = false;
  steady::time_point paced_until_; // no renewal and no scan before
  // How long one takes in a script of many, as measured lately. Bounded: while the server waits for
  // its disk, the small batches of a small room would make it wait all the longer.
  static constexpr boot_clock::duration most_renewal_cost = std::chrono::microseconds(20);
  boot_clock::duration renewal_cost_ = most_renewal_cost;
  std::size_t flowed_ = 0; // entries that were done since flow_begun_
  std::size_t flowed_before_ = 0;
  steady::time_point flow_begun_;
  bool told_held_back_ = false;
  steady::time_point next_claim_;
  stream_id claim_cursor_;
  std::size_t claims_ = 0; // under way: a scan, or what is done with what it found
  struct handler_state {
    std::string trouble;   // as last told
    milliseconds pause{0}; // the last one, after the server refused it
    steady::time_point rests_until;
  };
  std::vector<handler_state> handler_states_; // one a handler

  // How many bytes of a text are too many for the server: as it tells, and as it was seen.
  bool limits_asked_ = false; // over this connection
  std::size_t told_limit_ = std::numeric_limits<std::size_t>::max();
  std::size_t seen_limit_ = std::numeric_limits<std::size_t>::max();
  unsigned large_cuts_ = 0;      // connections in a row that ended on a large text
  avoided<stream_id> too_large_; // not tried again over this connection

  std::int64_t lag_ = -1;
  bool lag_wanted_ = false;
  steady::time_point lag_asked_;
};

} // namespace redis::stream
