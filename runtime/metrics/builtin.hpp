// The metrics of Tempest itself: names, labels and meanings, in one place. docs/metrics.md is
// written from it.
#pragma once

#include <array>
#include <string_view>

#include "runtime/metrics/series.hpp"

namespace tempest::metrics {

// What a metric is of. All but those of the topology have a label that names it.
enum class subject { topology, source, task, sink };

[[nodiscard]] const char* word(subject of);

struct description {
  const char* name; // as it is exposed: tempest_<subject>_<what>_<unit or total>
  kind type;
  subject of;
  const char* label; // one more label; nullptr: none
  const char* help;  // values of that label, too
};

namespace builtin {

inline constexpr description
    // --- source
    source_up{"tempest_source_up", kind::gauge, subject::source, nullptr,
              "1 while the source is connected and well, else 0."},
    source_messages_read{"tempest_source_messages_read_total", kind::counter, subject::source,
                         nullptr, "Messages that the source handed over."},
    source_polls{"tempest_source_polls_total", kind::counter, subject::source, "outcome",
                 "Calls of poll: messages (some came), empty (none came), error."},
    source_settled{"tempest_source_messages_settled_total", kind::counter, subject::source,
                   "outcome",
                   "Messages that the source has answered for: acked, failed, returned; gone (the "
                   "broker no longer "
                   "knew it), withdrawn (the source lost it while it was in flight)."},
    source_unconfirmed{"tempest_source_messages_unconfirmed", kind::gauge, subject::source, nullptr,
                       "Messages whose end is decided and not confirmed by the source yet."},
    source_reconnects{"tempest_source_reconnects_total", kind::counter, subject::source, nullptr,
                      "Connects after the first."},
    source_backoff{
        "tempest_source_backoff_seconds", kind::gauge, subject::source, nullptr,
        "How long the source is left alone before it is tried again; 0 while it is connected."},
    source_waiting{"tempest_source_waiting_messages", kind::gauge, subject::source, nullptr,
                   "Messages that wait at the broker (of a consumer group: its lag), as the source "
                   "tells once a "
                   "second; missing while it cannot."},
    // --- topology
    build_info{"tempest_build_info", kind::gauge, subject::topology, "version",
               "1; the version is its label."},
    state{"tempest_topology_state", kind::gauge, subject::topology, "state",
          "1 of the state that it is in, else 0: running, paused, draining, stopping."},
    in_flight{"tempest_topology_in_flight_messages", kind::gauge, subject::topology, nullptr,
              "Messages read and not settled (max_pending)."},
    in_flight_bytes{"tempest_topology_in_flight_bytes", kind::gauge, subject::topology, nullptr,
                    "What they and their outputs occupy (max_pending_bytes)."},
    retrying{"tempest_topology_retrying_messages", kind::gauge, subject::topology, nullptr,
             "Messages that wait for their next attempt alone (max_retrying)."},
    oldest_age{"tempest_topology_oldest_message_age_seconds", kind::gauge, subject::topology,
               nullptr, "How long ago the oldest message in flight was read; 0 without any."},
    settled{"tempest_topology_messages_settled_total", kind::counter, subject::topology, "outcome",
            "Messages whose end was decided: ack, fail, return (to the source, at a shutdown or "
            "while a task has no "
            "worker)."},
    message_time{"tempest_topology_message_seconds", kind::histogram, subject::topology, nullptr,
                 "From a message's receipt until its end was decided."},
    message_age{"tempest_topology_message_age_seconds", kind::histogram, subject::topology, nullptr,
                "From the time that the source gives a message until its end was decided; of "
                "messages that have one."},
    dead_letters{"tempest_topology_dead_letters_total", kind::counter, subject::topology, nullptr,
                 "Dead letters that their sink has confirmed."},
    dead_letters_waiting{"tempest_topology_dead_letters_waiting", kind::gauge, subject::topology,
                         nullptr, "Dead letters that wait for their sink."},
    late_reports{"tempest_topology_late_reports_total", kind::counter, subject::topology, nullptr,
                 "Results that were ignored: their delivery had timed out, or was another worker's "
                 "by then."},
    task_processes{"tempest_topology_task_processes", kind::gauge, subject::topology, nullptr,
                   "Task processes connected (split mode)."},
    // --- task
    deliveries{"tempest_task_deliveries_total", kind::counter, subject::task, nullptr,
               "Deliveries handed out and begun, or still in a worker's hands."},
    handled{"tempest_task_handled_total", kind::counter, subject::task, "outcome",
            "Deliveries that ended: succeeded, skipped, failed, rejected, timed_out."},
    outputs{"tempest_task_outputs_total", kind::counter, subject::task, nullptr,
            "Messages emitted by deliveries that succeeded."},
    retries{"tempest_task_retries_total", kind::counter, subject::task, nullptr,
            "Attempts after the first."},
    queued{"tempest_task_queued_deliveries", kind::gauge, subject::task, nullptr,
           "Deliveries that wait for a worker."},
    workers{"tempest_task_workers", kind::gauge, subject::task, nullptr,
            "Workers of this process, or of all task processes that are connected."},
    handle_time{"tempest_task_handle_seconds", kind::histogram, subject::task, nullptr,
                "Time inside the handler, for each delivery that it ended: of fast handlers the "
                "mean of up to 32 in turn, but for one that took far longer than the others "
                "usually do; of a sink the mean of the batch. Not of those put off, nor of writes "
                "that are repeated. "
                "(The process that handles.)"},
    worker_time{
        "tempest_task_worker_seconds_total", kind::counter, subject::task, "state",
        "Time of all its workers, those left alone by handler_limit included: busy (in the "
        "handler), blocked "
        "(with no place left for more by what was put off; with deliveries for a sink that is "
        "away; in a standalone process also while deliveries wait that are held "
        "back, over max_pending_bytes or to be handled alone), idle. (The process that handles.)"},
    sink_up{"tempest_sink_up", kind::gauge, subject::task, nullptr,
            "1 while the sink that the task writes to is connected and well, else 0; of a task "
            "that is a sink. (The "
            "process that writes.)"};

inline constexpr std::array all{&source_up,
                                &source_messages_read,
                                &source_polls,
                                &source_settled,
                                &source_unconfirmed,
                                &source_reconnects,
                                &source_backoff,
                                &source_waiting,
                                &build_info,
                                &state,
                                &in_flight,
                                &in_flight_bytes,
                                &retrying,
                                &oldest_age,
                                &settled,
                                &message_time,
                                &message_age,
                                &dead_letters,
                                &dead_letters_waiting,
                                &late_reports,
                                &task_processes,
                                &deliveries,
                                &handled,
                                &outputs,
                                &retries,
                                &queued,
                                &workers,
                                &handle_time,
                                &worker_time,
                                &sink_up};

} // namespace builtin

// What a histogram is shown as, behind its name.
inline constexpr std::array<std::string_view, 3> histogram_parts = {"_bucket", "_sum", "_count"};

// Whether Tempest itself counts something under this name.
[[nodiscard]] bool is_builtin(std::string_view name);

} // namespace tempest::metrics
