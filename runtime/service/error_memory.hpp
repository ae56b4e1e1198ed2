// The failures of the last while, those alike as one: for whoever asks, in fixed memory. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/admin/recent_errors.hpp"
#include "runtime/engine/handover.hpp"

namespace tempest::service {

class error_memory {
 public:
  static constexpr std::size_t most = 100; // kinds of failures; the one longest ago makes place

  // `tasks`: names by index.
  error_memory(std::string topology, std::vector<std::string> tasks);

  // What the engine noted, `omitted` further ones among it that it did not keep.
  void add(const std::vector<engine::incident>& incidents, std::uint64_t omitted,
           std::int64_t calendar_ms);
  [[nodiscard]] admin::error_list list() const;

 private:
  struct entry {
    std::size_t hash = 0; // of what makes them alike
    engine::task_id task = 0;
    engine::failure_kind how = engine::failure_kind::failed;
    admin::error_row row;
    std::uint64_t order = 0; // of the last of them
  };

  [[nodiscard]] entry& entry_of(const engine::incident& one, std::int64_t calendar_ms);

  const std::string topology_;
  const std::vector<std::string> tasks_;
  std::vector<entry> entries_;
  std::uint64_t next_order_ = 0;
  std::uint64_t omitted_ = 0;
};

} // namespace tempest::service
