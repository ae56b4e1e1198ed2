// What can be said on the wire, as plain data. Text and bytes of a decoded message lie in the frame
// that it came in, or in the decoder.
#pragma once

#include <tempest/abi.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/engine/handover.hpp"

namespace tempest::wire {

// Peers of one major version understand each other; a newer minor may say more, which is passed
// over.
inline constexpr std::uint16_t version_major = 2;
inline constexpr std::uint16_t version_minor = 1;

// A task that a process serves. Credit, deliveries, reports and what is begun name it by its
// position in the hello.
struct hello_task {
  std::string_view name;
  bool leaf = false;         // as its Topology.toml has it; both sides must agree
  std::uint32_t workers = 0; // that it has for the task
};

// A task process says who it is: the first frame of a session.
struct hello {
  std::uint16_t major = version_major;
  std::uint16_t minor = version_minor;
  std::string_view topology;
  std::vector<hello_task> tasks;
  std::string_view token; // the secret; empty: none
  std::string_view name;  // of the process, for people
};

// The topology lets it in.
struct welcome {
  std::uint16_t major = version_major;
  std::uint16_t minor = version_minor;
  std::uint64_t instance = 0; // one topology process, as long as it lives
  std::uint64_t max_frame_bytes = 0;
  std::uint32_t heartbeat_ms = 0; // at the latest so often each side says something
};

// The topology does not, and hangs up.
struct refusal {
  std::string_view reason;
};

// How much may be sent to the process for one of its tasks, in all since the session began; so a
// credit that is told twice grants nothing twice. The last told counts, also when it is less than
// the one before.
struct credit {
  std::uint32_t task = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

// The bytes of decoded deliveries lie in two chunks: they are valid as long as these are held.
struct deliver {
  std::uint32_t task = 0;
  std::span<const tempest_delivery> deliveries;
  base::chunk* frame = nullptr;   // that the body lies in, as decode() was told
  base::chunk* headers = nullptr; // of the decoder; nullptr: no delivery has any
  bool alone = false; // suspects: each is told of before it is begun, and nothing else is in hand
};

// In a decoded one, payloads lie in the frame and metadata in chunks of the decoder.
struct report {
  std::uint32_t task = 0;
  engine::worker_report* done = nullptr;
};

// These are not to be begun any more; those that were not are reported as returned.
struct cancel {
  std::vector<std::uint64_t> tokens;
};

// A delivery that was begun, and the milliseconds since then or since its last progress.
struct begun {
  std::uint64_t token = 0;
  std::uint32_t task = 0;
  std::uint32_t age_ms = 0;
};

// What all workers of a task have done since their process started.
struct work {
  std::uint32_t task = 0;
  std::uint64_t busy_ns = 0; // in the handler
  std::uint64_t blocked_ns = 0;
  std::uint64_t idle_ns = 0;
  std::vector<std::uint64_t> times{}; // in the handler, by the buckets of metrics::duration_tally
};

// That a reason has in a sink_trouble.
inline constexpr std::size_t longest_trouble = 300;

// Why the sink that a task writes to is not well.
struct sink_trouble {
  std::uint32_t task = 0;
  std::string_view reason;
};

struct heartbeat { // empty from a topology
  std::vector<begun> running;
  std::vector<std::uint32_t>
      stuck{}; // tasks all of whose workers have been at work beyond handler_warn
  std::vector<work> done{};
  std::vector<sink_trouble> sinks{}; // of those that are not well
};

// The last frame: the sender leaves. What it held and did not report goes back.
struct goodbye {
  std::string_view reason;
};

// Something that a newer minor version says: passed over.
struct unknown {};

using message = std::variant<unknown, hello, welcome, refusal, credit, deliver, report, cancel,
                             heartbeat, goodbye>;

} // namespace tempest::wire
