// How a sink is, as the task processes that write to it say. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tempest::service {

// One process that writes to the sink.
struct sink_writer {
  std::string_view process; // for people
  std::string_view trouble; // why the sink is not well there; empty: it is
};

struct sink_verdict {
  bool away = false;   // of every writer: nothing can be written
  std::string trouble; // of some: how many, and which of them first says why; empty: of none
};

// Without a writer it is well: that its task has no worker is told by others.
[[nodiscard]] sink_verdict judge(std::span<const sink_writer> writers);

} // namespace tempest::service
