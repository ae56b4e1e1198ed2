// What the engine remembers of each message (its account) and of each delivery.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/engine/handover.hpp"
#include "runtime/engine/settings.hpp"
#include "runtime/engine/slab.hpp"

namespace tempest::engine {

enum class delivery_state : std::uint8_t {
  free,
  queued,   // waits for a worker
  held,     // in a worker's hands
  retrying, // waits in the retry heap
  detached, // in a worker's hands and no longer awaited: only its bytes are kept
};

struct delivery_slot {
  std::string_view payload;
  const metadata* meta = nullptr;
  base::chunk* home = nullptr;      // of the payload
  base::chunk* meta_home = nullptr; // of meta, when that lies elsewhere
  base::chunk* id_home = nullptr;   // of the id a worker may read, when its account gave that up
  std::uint32_t* path = nullptr;    // the slot's own room for the longest path
  time_ns due = 0;                  // its next attempt, while it waits for that
  std::uint32_t generation = 0;     // +1 at each hand-out and when freed
  std::uint32_t account = no_slot;
  std::uint32_t sibling_next = no_slot; // deliveries of the same account
  std::uint32_t sibling_previous = no_slot;
  task_id task = 0;
  worker_id worker = 0;
  std::uint32_t attempt = 1;
  std::uint32_t path_length = 0;
  delivery_state state = delivery_state::free;
  bool own_copy = false;    // payload and meta lie in a chunk of their own
  bool called_off = false;  // its worker was told that it is of no use any more
  bool suspect = false;     // in hand when a process was lost: handed out alone until it has ended
  bool begun = false;       // its worker was heard to have begun it
  bool uncounted = false;   // this hand-out is not in the task's inflow any more
  std::uint8_t unheard = 0; // a suspect: how often its process was lost before that was heard
};

enum class account_state : std::uint8_t {
  free,
  running,
  failed,         // to be settled by `action` once no worker holds anything of it
  going_back,     // shutdown: to be returned once no worker holds anything of it
  dead_lettering, // waits for the confirmation of its dead letter
};

struct account_slot {
  std::string_view id;
  std::string_view payload; // the original bytes, for its dead letter
  const metadata* meta = nullptr;
  base::chunk* home = nullptr; // of all three
  std::uint64_t token = 0;
  std::int64_t timestamp_ms = 0;
  time_ns accepted = 0;
  std::uint32_t generation = 0;
  std::uint32_t deliveries = 1;
  std::uint32_t failures_before = 0; // this hand-over
  std::uint32_t failures = 0;        // of the delivery that failed most, those before included
  std::uint32_t open = 0;            // deliveries owed
  std::uint32_t held = 0;            // of those: in workers' hands
  std::uint32_t retrying = 0;        // of those: in the retry heap
  std::uint32_t first_delivery = no_slot;
  std::uint32_t failure = no_slot; // index of the failure record, when failed
  account_state state = account_state::free;
  bool own_copy : 1 = false;
  bool counted_retrying : 1 = false; // counted in retrying_accounts
  bool withdrawn : 1 = false;        // while dead_lettering: its source lost it
  bool suspected : 1 = false;        // suspicions has something about it
};

// Why a message failed; apart from the account, which most messages need no room for.
struct failure_record {
  failure_kind how = failure_kind::failed;
  std::string reason;
  task_id task = 0;
  std::uint32_t attempts = 0;
  last_action action = last_action::leave;
  time_ns when = 0;
};

} // namespace tempest::engine
