// Reads the entries of a Redis stream in pages, without a group, and deletes some.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "plugins/redis/on_demand_link.hpp"
#include "plugins/redis/page_size.hpp"
#include "plugins/redis/stream/entries.hpp"

namespace redis::stream {

// One thread. Connects when it is first used; what fails throws `unavailable`, and the next call
// connects again.
class stream_store {
 public:
  stream_store(endpoint server, std::string key, std::chrono::milliseconds timeout);

  // The id of the stream's last entry; nothing when it is empty or not there.
  std::optional<stream_id> last();
  // The entries of [from, to], up to so many and about so much, one at least. Valid, with nodes(),
  // until the next call.
  const entries& read(const stream_id& from, const stream_id& to, std::size_t most,
                      std::size_t bytes);
  [[nodiscard]] const reply& nodes() const { return link_.answer(); }
  // Deletes these; how many were there.
  std::size_t erase(std::span<const std::string_view> ids);
  void close() { link_.close(); }

 private:
  const entries& range();

  std::string key_;
  on_demand_link link_;
  entries found_;
  page_size page_;
};

} // namespace redis::stream
