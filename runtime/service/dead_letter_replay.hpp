// Puts the messages of dead letters back on the broker that they came from.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/service/dead_letter_store.hpp"

namespace tempest::service {

// What became of letters, in their order.
struct replay_outcome {
  std::vector<tempest_requeued> results;
  std::string reason; // of the first that failed or was rejected
};

class dead_letter_replay {
 public:
  // `plan` outlives it. Throws base::failure(bad_config), with what to do, when its source takes no
  // messages back.
  explicit dead_letter_replay(const assembly& plan);

  // Each message goes back as it was, with the header t-dead-letter, which is the letter's id: who
  // gets it twice, because this was killed before the letter was removed, can tell, and so can the
  // letters that it dies into. One that the header makes larger than max_message_bytes is REJECTED.
  // What is MOVED has left the store; what is REQUEUED must be erased.
  [[nodiscard]] replay_outcome put_back(std::span<const stored_entry* const> letters) const;

 private:
  const assembly& plan_;
};

} // namespace tempest::service
