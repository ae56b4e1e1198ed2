// The dead letters of a topology, as they lie in its sink: read in pages and deleted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/metrics/plugin_host.hpp"
#include "runtime/service/assembly.hpp"
#include "runtime/service/dead_letter_json.hpp"

namespace tempest::service {

// Something that the sink holds.
struct stored_entry {
  std::string stored_id; // the sink's name for it
  std::string id;        // of the letter; of what is none, `stored_id`
  std::string problem;   // why it is none; empty for a letter
  std::string envelope;  // as the sink shows it
  stored_letter letter{};
};

// One thread. An instance of the sink that never connects and never writes.
class dead_letter_store {
 public:
  // `plan` outlives it. Throws base::failure(bad_config), with what to do, when there is no
  // [dead_letter] or its sink cannot be read, or cannot be made.
  explicit dead_letter_store(const assembly& plan);
  ~dead_letter_store();
  dead_letter_store(const dead_letter_store&) = delete;
  dead_letter_store& operator=(const dead_letter_store&) = delete;

  // The next page, oldest first, of what was there at the first call; false: that was all. Throws
  // base::failure: io where the sink keeps them in a file, else unavailable.
  bool next_page(std::vector<stored_entry>& page);
  // Deletes for good; how many were there. Throws base::failure as next_page() does.
  std::size_t erase(const std::vector<std::string>& stored_ids);

 private:
  const tempest_sink_functions& functions_;
  const base::exit_code failure_code_;
  metrics::registry metrics_;
  metrics::plugin_host host_;
  tempest_sink_host sink_host_{};
  void* sink_ = nullptr;
  std::optional<std::string> cursor_ = ""; // nothing: all is read
};

} // namespace tempest::service
