// What may have killed a process, in a file that outlives it however it ends, so that the next
// start knows: what the workers of this process have in hand, and what is known besides. A mapped
// file, written without system calls.
//
// One process at a time has it: `folder`/`topology`.N.begun is locked for the lowest N that is
// free, and the system frees it when the process ends, so that the next start finds what a crash
// left. The files stay; a clean end leaves in them what is still suspect.
#pragma once

#include <tempest/abi.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/engine.hpp"

namespace tempest::service {

struct begun_table_settings {
  std::filesystem::path folder;
  std::string topology;
  std::uint64_t pipeline = 0; // of another pipeline it is of no use
  std::uint32_t tasks = 0;    // that it has
};

// The engine's thread, but for at_work().
class begun_table {
 public:
  static constexpr std::uint32_t most_rows = 16'384; // a power of two
  static constexpr std::uint32_t most_workers = 1'024;

  // Locks the file and reads what the last process left, which stays in it until it is replaced by
  // keep(). Throws base::failure(io) when the file cannot be made.
  explicit begun_table(const begun_table_settings& settings);
  ~begun_table();
  begun_table(const begun_table&) = delete;
  begun_table& operator=(const begun_table&) = delete;

  // What was found at the start. What was in hand alone, and begun, is charged an attempt.
  [[nodiscard]] const std::vector<engine::suspicion>& found() const { return found_; }
  // What was there and could not be read, for people; empty when nothing was wrong.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

  // A worker is given deliveries, of that task. What there is no room for is not noted.
  void begin(std::span<const tempest_delivery> given, engine::task_id task,
             engine::worker_id worker, bool alone);
  // They have ended, or came back.
  void end(std::span<const engine::result> done);
  // Not 0 while that worker is with its plugin; nullptr beyond most_workers, of which each counts
  // as if it always were. [the worker's thread]
  [[nodiscard]] std::atomic<std::uint32_t>* at_work(engine::worker_id worker);
  // What is known besides, from now on: of messages that are here, of some that are not, and of
  // some that have ended. What was found at the start is dropped a week after its message was here
  // last.
  void keep(const engine::suspicions& elsewhere, std::span<const engine::suspicion> here = {},
            std::span<const engine::ended_suspect> ended = {});
  // The process ends in order: nothing is in hand any more.
  void clear_hands();

 private:
  struct layout;

  void lock(const begun_table_settings& settings);
  void map();
  void read(const begun_table_settings& settings);
  void start_anew(const begun_table_settings& settings);
  void fetch(const tempest_delivery& soon) const;

  std::filesystem::path path_;
  int fd_ = -1;
  layout* at_ = nullptr;
  std::vector<engine::suspicion> found_;
  std::string complaint_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> seen_; // the day: found
  std::uint32_t carried_ = 0; // rows from most_rows on: what is known besides
};

// Where Tempest keeps its state: $XDG_STATE_HOME/tempest or ~/.local/state/tempest. Throws
// base::failure(io) when neither variable is set.
[[nodiscard]] std::filesystem::path state_folder();

} // namespace tempest::service
