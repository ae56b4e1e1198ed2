// One consumer of Redis lists: moves elements to a processing list of its own and hands them over,
// takes them out there when they are acknowledged, lets its heart beat, and gives back what
// consumers held whose hearts have stopped.
//
// Everything that changes what is in hand is a script (scripts.hpp) and goes over `link_`, which is
// never blocked: one exchange at a time, so that this side always knows where each element stands,
// and acknowledgements go with the next read in one write. Each changes the owner value, so that
// after a cut connection the value tells what the server has done of what was not answered. To wait
// for elements, each list has a connection with a BLMOVE from an end of the list to the same end:
// it ends when there is something, and takes nothing.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plugins/redis/avoided.hpp"
#include "plugins/redis/connection.hpp"
#include "plugins/redis/ledger.hpp"
#include "plugins/redis/list/elements.hpp"
#include "plugins/redis/list/end.hpp"
#include "plugins/redis/list/processing_order.hpp"
#include "plugins/redis/page_size.hpp"
#include "plugins/redis/settlement.hpp"

namespace redis::list {

struct consumer_settings {
  endpoint server;
  std::vector<std::string> keys; // the first is read first
  end from = end::left;
  std::string name;              // of the consumer
  bool sole_name = false;        // nobody else who lives can have it: whoever does is dead
  std::size_t read_count = 1000; // most elements a read
  milliseconds block{5000};      // how long the server holds a wait that finds nothing
  bool acknowledge = true;       // false: the server forgets an element once it was read
  std::size_t ack_batch = 1000;  // most elements a script, and how many are worth one of their own
  milliseconds ack_interval{100};
  milliseconds lease{60000};
  milliseconds timeout{10000}; // for connecting, and for each answer
};

struct handed_element {
  token of;
  const element* what;
};

// Who gets what a consumer reads. All calls come from inside the consumer's own functions.
class listener {
 public:
  virtual ~listener() = default;
  // What is handed over is valid during the call.
  virtual void deliver(std::span<const handed_element> batch) = 0;
  virtual void settled(std::span<const token> which, outcome of, confirmation result) = 0;
  // These are no longer this consumer's, and must not be settled.
  virtual void withdrawn(std::span<const token> which) = 0;
  virtual void log(severity level, const std::string& text) = 0;
};

// One thread, but for interrupt().
class consumer {
 public:
  consumer(consumer_settings settings, listener& to);

  // Reaches the server and becomes a consumer of the lists. Throws `unavailable`, or `interrupted`.
  void connect();
  // Sends what is due, then hands over elements, waiting for the first until the deadline. With 0
  // messages it only sends and returns once that is answered. Returns early once a part of a long
  // answer is here. Throws `unavailable`: then connect again.
  void poll(const poll_limits& limits);
  // Drops the connections, as after `unavailable`. What is in hand stays in hand.
  void hang_up();
  // Queues how often open elements have failed by now; the server keeps it.
  void failed(std::span<const token> which, std::span<const std::uint32_t> failures);
  // Queues an outcome; unknown tokens are ignored. `fail` keeps the element in the processing list
  // for the lease and puts it back then: for others, since this consumer hands it over no more.
  // `give_back` puts it back at once.
  void settle(std::span<const token> which, std::span<const std::uint8_t> outcomes);
  // The next poll lets the heart beat, unless it just did.
  void renew_soon() { next_renew_ = std::min(next_renew_, last_renew_ + settings_.lease / 6); }
  // Ends a poll or connect within a moment, or the next one. [any thread]
  void interrupt() noexcept { wake_.raise(); }
  // Sends what is queued, gives back what was not handed over, answers every settlement, leaves the
  // lists and disconnects.
  void close(steady::time_point deadline);

  [[nodiscard]] bool connected() const { return link_.is_open(); }
  // Whether a part of an answer is here: it may hold elements.
  [[nodiscard]] bool more_comes() const { return link_.in_a_reply(); }
  // Whether the server has not answered yet what it was asked: a large element is some work for it.
  [[nodiscard]] bool is_owed_an_answer() const { return !expected_.empty(); }
  // How many elements wait in the lists, as last heard; -1 = unknown. Asks anew once a second.
  [[nodiscard]] std::int64_t depth();

 private:
  struct position {
    std::uint32_t list = 0;
    std::uint32_t bytes = 0;  // of the element
    std::uint64_t number = 0; // in the order of that list
    std::uint64_t known = 0;  // what the element is called there, also when it is read again
  };
  struct queue {
    std::string key;
    processing_order order; // what the server has in this consumer's processing list
    std::uint64_t next_number = 0;
    std::size_t leaving = 0;     // of `order`: acknowledged or given back, not answered
    std::uint64_t step = 0;      // of the owner value that was heard of last
    std::uint64_t last_step = 0; // of the last one that was sent, but for a read's
    bool unsure_take = false;    // a read was sent over a connection that broke
    std::unique_ptr<connection> waiter;
    bool waits = false; // the server holds a wait
    steady::time_point wait_sent;
    std::int64_t length = 0; // of the list, as last heard
    std::int64_t others = 0; // consumers who live, as last heard
    avoided<std::uint64_t> left;
    avoided<std::size_t> goes_round; // hashes of what was left, and was read here again
  };
  enum class expecting : std::uint8_t { take, ack, release, count, renew, sweep, length, leave };
  struct expectation {
    expecting what;
    std::uint32_t list = 0;
    std::uint64_t step = 0; // of the owner value that it leaves
    std::vector<token> tokens;
    std::vector<std::uint64_t> numbers; // theirs, sorted
  };
  struct page {
    reply nodes;
    std::vector<element> found;
    std::vector<token> tokens; // one an element
    std::size_t next = 0;      // the first not handed over
  };
  using page_ptr = std::unique_ptr<page>;

  // consumer_connect.cpp
  void acquire(std::uint32_t list);
  bool resolve(std::uint32_t list, std::uint64_t step, std::uint64_t length);
  void take_back(const expectation& sent);
  void give_back_newest(std::uint32_t list, std::uint64_t step, std::size_t kept);
  void lose(std::uint32_t list);
  void answer_gone(std::uint32_t list);
  void call(reply& into);
  [[nodiscard]] std::string owner(std::uint64_t step) const;

  // consumer.cpp
  void send(steady::time_point now, const poll_limits& limits);
  void expect(expecting what, std::uint32_t list = 0, std::uint64_t step = 0);
  void receive();
  void answer(reply& nodes);
  bool wait(steady::time_point until);
  [[nodiscard]] bool settled_all() const;
  [[nodiscard]] steady::time_point next_event(const poll_limits& limits) const;
  void check_answers(steady::time_point now) const;
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void lost(std::uint32_t list);
  void check(const reply& nodes) const;

  // consumer_read.cpp
  bool send_take(const poll_limits& limits);
  void on_taken(reply& nodes, const expectation& of);
  void arm_waiters();
  void hear_waiters();
  void on_waited(const queue& one, const reply& nodes);
  void look_instead(std::string_view error);
  bool hand_over(const poll_limits& limits);
  page_ptr fresh_page();

  // consumer_settle.cpp
  static constexpr std::size_t most_one_by_one = 200; // that a script handles
  void send_acks();
  void send_releases(std::vector<token>& from, end to);
  [[nodiscard]] std::size_t one_script_of(std::span<const token> sorted) const;
  void send_failures();
  [[nodiscard]] steady::time_point acks_due() const;
  std::vector<token> sorted_of(std::uint32_t list, std::vector<token>& from);
  expectation& begin(expecting what, std::uint32_t list, std::span<const token> which);
  void confirm(const expectation& of);

  // consumer_lease.cpp
  void send_renewals(steady::time_point now);
  [[nodiscard]] milliseconds sweep_pause() const;
  bool send_sweeps(steady::time_point now);
  void on_swept(const reply& nodes, std::uint32_t list);
  void send_lengths();

  // consumer_left.cpp
  void keep(token of);
  void keep_again(token of, std::string_view bytes);
  void hold_back(int head_starts);
  [[nodiscard]] steady::time_point let_go_due() const;
  std::vector<token> let_go(steady::time_point now);
  void rest_from_letting_go();
  void forget_left(std::uint32_t list);

  // consumer_close.cpp
  void finish(steady::time_point deadline);
  void give_back_pages();
  void leave();
  void answer_rest();

  consumer_settings settings_;
  listener& to_;
  const std::string token_;     // of this life
  std::uint64_t fence_ = 0;     // of this connection: what was sent before it is not done after it
  const std::string tombstone_; // like no element
  wakeup wake_;
  connection link_;
  std::deque<expectation> expected_;
  steady::time_point exchange_sent_;
  std::deque<expectation> unsure_; // sent over a connection that broke before the answer
  std::vector<queue> lists_;
  basic_ledger<position> ledger_;
  bool was_consumer_ = false; // once, of all lists

  bool taking_ = false;             // a read is under way
  bool nothing_ = false;            // the last read found nothing, and no wait has ended since
  steady::time_point wait_refused_; // last, by a server that is full
  bool told_full_ = false;
  page_size page_size_;
  std::deque<page_ptr> pages_;
  std::vector<page_ptr> spare_pages_;
  std::size_t waiting_ = 0; // elements in pages_ not handed over
  std::size_t waiting_bytes_ = 0;
  std::vector<handed_element> batch_; // scratch

  struct left_one {
    token of = 0; // in state `read`: nobody waits for its outcome
    steady::time_point until;
  };
  std::deque<left_one> kept_; // failed for good, the first first
  steady::time_point next_let_go_;
  // While others have the first try at what was let go, or there is nothing to be woken by.
  steady::time_point reads_from_;

  std::vector<token> acks_;     // to send
  std::vector<token> releases_; // to send
  struct failure {
    position where;
    std::uint32_t failures = 0;
  };
  std::vector<failure> failures_; // to send
  steady::time_point first_ack_;
  std::vector<std::size_t> places_; // scratch

  steady::time_point last_renew_;
  steady::time_point next_renew_;
  steady::time_point next_sweep_;

  bool lengths_known_ = false;
  bool lengths_wanted_ = false;
  steady::time_point lengths_asked_;
};

} // namespace redis::list
