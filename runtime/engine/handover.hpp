// What crosses between the engine and its neighbours: batches from the source, deliveries to
// workers, reports back. Plain data; bytes live in chunks that the batch keeps alive until the
// engine has taken its own hold of them.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/chunk.hpp"

namespace tempest::engine {

using time_ns = std::int64_t;    // of a steady clock, read by the caller
using task_id = std::uint32_t;   // position in the graph
using worker_id = std::uint32_t; // given by the caller, unique while it lives

// Key, headers and timestamp that differ from nothing at all; lives in a chunk, headers and key in
// the same one.
struct metadata {
  tempest_slice key{};
  const tempest_header* headers = nullptr;
  std::uint32_t header_count = 0;
  std::int64_t timestamp_ms = 0;
  std::uint64_t bytes = 0; // of key and headers; counted by whoever puts it into a chunk
};

// A message from the source. id, payload and meta lie in `home`.
struct incoming {
  std::uint64_t token = 0;
  std::string_view id;
  std::string_view payload;
  const metadata* meta = nullptr; // nullptr: no key, no headers
  base::chunk* home = nullptr;    // nullptr: the bytes outlive the engine
  std::int64_t timestamp_ms = 0;
  std::uint32_t deliveries = 1;
  std::uint32_t failures = 0;    // in earlier lives of this process, or with others
  const char* refused = nullptr; // set: can never be processed, for this reason (static text)
};

struct incoming_batch {
  std::vector<incoming> messages;
  std::vector<base::chunk_ref> chunks; // every `home`, at least once

  void clear() {
    messages.clear();
    chunks.clear();
  }
};

// The engine's name for a delivery, also tempest_delivery::host_token. A report is valid for
// exactly one hand-out.
struct delivery_ref {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  [[nodiscard]] std::uint64_t token() const { return std::uint64_t{generation} << 32 | slot; }
  static delivery_ref of(std::uint64_t token) {
    return {static_cast<std::uint32_t>(token), static_cast<std::uint32_t>(token >> 32)};
  }
  friend bool operator==(const delivery_ref&, const delivery_ref&) = default;
};

enum class outcome : std::uint8_t {
  succeeded,
  skipped,   // filtered: done, no outputs
  failed,    // may be retried
  rejected,  // can never be processed
  returned,  // not begun: takes its place in the queue again, nothing charged
  timed_out, // its handler was given up (handler_limit): may be retried
};

// How a delivery ended badly.
enum class failure_kind : std::uint8_t {
  failed,    // may be tried again
  rejected,  // can never be processed
  timed_out, // may be tried again
};

// One output of a delivery. payload and own meta lie in `home`.
struct output {
  std::string_view payload;
  const metadata* meta = nullptr; // nullptr: inherits the input's
  base::chunk* home = nullptr;
  bool forwards = false; // the payload is the input's own; only meta, when set, lies in `home`
};

struct result {
  delivery_ref delivery;
  outcome what = outcome::succeeded;
  std::uint32_t first_output = 0; // in worker_report::outputs
  std::uint32_t output_count = 0; // of a leaf: counted here, absent from worker_report::outputs
  std::uint32_t reason_start = 0; // in worker_report::reasons
  std::uint32_t reason_length = 0;
};

// What a worker did with deliveries in its hands, in any order.
struct worker_report {
  std::vector<result> results;
  std::vector<output> outputs;
  std::vector<base::chunk_ref> chunks; // every `home`, at least once
  std::string reasons;

  void clear() {
    results.clear();
    outputs.clear();
    chunks.clear();
    reasons.clear();
  }
};

// A delivery that a worker has begun, and when it last began or progressed.
struct begun {
  delivery_ref delivery;
  time_ns since = 0;
};

// How a worker went. One that did not say good-bye may have been killed by what was in its hands.
enum class departure : std::uint8_t { orderly, lost };
inline constexpr std::string_view lost_alone =
    "its process ended while it was handled alone: it crashed, was killed or was cut off";
// So many losses of a suspect before it was heard to be begun are an attempt, too.
inline constexpr std::uint8_t most_unheard = 10;

// What an earlier life knows of a message: its deliveries to `task` begin as suspects, and that
// many attempts of them are used up already.
struct suspicion {
  std::uint64_t message = 0; // hash_of its id
  task_id task = 0;
  std::uint32_t charged = 0;
};

// A delivery in a worker's hands.
struct held_delivery {
  worker_id worker = 0;
  delivery_ref delivery;
};

// Where something of a message in flight is, for people: one of its deliveries, or its dead letter.
struct sighting {
  enum class place : std::uint8_t {
    queue,        // waits for a worker
    worker,       // in a worker's hands, begun or not
    retries,      // waits for its next attempt
    dead_letters, // waits until its dead letter is written
  };
  std::string_view id; // of the message; valid until the engine is told something
  task_id task = 0;
  place where = place::queue;
  std::uint32_t attempt = 1; // of a dead letter: the last
  time_ns accepted = 0;
  time_ns due = 0; // its next attempt, of what waits for one
  delivery_ref delivery{};
};

// How far engine::look() came.
struct look_cursor {
  bool in_letters = false;
  std::uint32_t next = 0;
};

// Tell the source what became of a message.
struct settlement {
  std::uint64_t token = 0;
  tempest_outcome what = TEMPEST_ACK;
  std::int64_t accepted_ns = 0;  // the time of accept(); 0: it never was
  std::int64_t timestamp_ms = 0; // the source's; 0: it has none
};

// How often a message has failed so far, for its source to keep.
struct failure_count {
  std::uint64_t token = 0;
  std::uint32_t failures = 0;
};

// The engine's name for a message.
struct message_ref {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  friend bool operator==(const message_ref&, const message_ref&) = default;
};

struct oldest_message {
  message_ref message;
  time_ns accepted = 0;
};

// A message that ends in the dead letters: to be written, then answered by engine::dead_lettered or
// engine::return_dead_letter. Its bytes are the engine's and stay valid until that answer; they may
// be read on another thread.
struct dead_letter {
  message_ref message;
  std::string_view id;
  std::string_view payload;
  const metadata* meta = nullptr; // nullptr: no key, no headers
  std::int64_t timestamp_ms = 0;
  std::uint32_t deliveries = 1;
  task_id task = 0;
  std::uint32_t attempts = 1; // of the delivery that ended it; 0: refused before any task saw it
  failure_kind how = failure_kind::failed;
  std::string reason;
  time_ns first = 0; // accepted
  time_ns last = 0;  // failed for good
};

// Something that people want to read in the log.
struct incident {
  enum class kind : std::uint8_t { retry, given_up } what = kind::retry;
  task_id task = 0;
  std::string message_id;
  std::string reason;
  failure_kind how = failure_kind::failed;
  std::uint32_t attempt = 1;
  time_ns next_try = 0; // of a retry
  const char* action =
      ""; // of a message given up: "dead letter", "acknowledged", "left to the source", "stop"
};

} // namespace tempest::engine
