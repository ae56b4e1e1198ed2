#include "cli/output/run_words.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/output/number.hpp"
#include "cli/output/table.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::cli {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t reason_shown = 200;

std::string text_of(const ordered_json& of, const char* key) {
  return base::one_line(of.at(key).get<std::string>());
}

std::uint64_t count_of(const ordered_json& of, const char* key) {
  return of.at(key).get<std::uint64_t>();
}

std::string number_of(const ordered_json& of, const char* key) {
  return grouped(count_of(of, key));
}

std::string rate_of(const ordered_json& of, const char* key) {
  return grouped_rate(of.at(key).get<double>());
}

// What is not known has a dash.
std::string duration_of(const ordered_json& of, const char* key) {
  return of.at(key).is_null() ? "-" : short_duration(of.at(key).get<double>());
}

std::string part_of(const ordered_json& of, const char* key) {
  return of.at(key).is_null() ? "-" : fmt::format("{:.0f}%", of.at(key).get<double>() * 100);
}

std::uint64_t errors_of(const ordered_json& task) {
  return count_of(task, "failed") + count_of(task, "rejected") + count_of(task, "timed_out");
}

// What is wrong with a task; of a process of an older version that is not told.
std::string trouble_of(const ordered_json& task) {
  return base::one_line(task.value("trouble", std::string()));
}

const char* mark_of(const ordered_json& task) {
  if (task.at("stuck").get<bool>()) return " (stuck)";
  return trouble_of(task).empty() ? "" : " (in trouble)";
}

// One row for each task of each task process.
std::string process_table(const ordered_json& processes, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& process : processes) {
    for (const ordered_json& task : process.at("tasks")) {
      rows.push_back(
          {text_of(task, "name") + mark_of(task), number_of(task, "workers"),
           number_of(task, "in_hand"), number_of(task, "begun"), number_of(task, "credit"),
           part_of(task, "busy"), number_of(task, "handled"), number_of(task, "errors"),
           seconds_text(process.at("connected_s").get<double>()), text_of(process, "name")});
    }
  }
  std::vector<column> columns{{"TASK"}};
  for (const char* title :
       {"WORKERS", "IN HAND", "BEGUN", "CREDIT", "BUSY", "HANDLED", "ERRORS", "CONNECTED"}) {
    columns.push_back({title, align::right});
  }
  columns.push_back({"TASK PROCESS"});
  return table(columns, rows, width);
}

std::string processes_part(const ordered_json& status, std::size_t width) {
  const ordered_json& processes = status.at("processes");
  if (processes.is_null()) return {};
  if (processes.empty()) return "\nno task process is connected";
  return "\n\n" + process_table(processes, width);
}

std::string source_line(const ordered_json& source, std::uint64_t dead_lettered) {
  std::string made = fmt::format(
      "source {}: {}\n  read {} ({}/s), acked {} ({}/s), failed {}, dead-lettered {}",
      text_of(source, "type"),
      source.at("up").get<bool>() ? "up" : "down, " + text_of(source, "trouble"),
      number_of(source, "read"), rate_of(source, "read_per_s"), number_of(source, "acked"),
      rate_of(source, "acked_per_s"), number_of(source, "failed"), grouped(dead_lettered));
  for (const char* rare : {"returned", "gone", "withdrawn", "unconfirmed", "reconnects"}) {
    if (count_of(source, rare) > 0) made += fmt::format(", {} {}", rare, number_of(source, rare));
  }
  return made;
}

std::string in_flight_line(const ordered_json& now) {
  std::string made =
      fmt::format("in flight: {} of {} messages, {} of {}", number_of(now, "messages"),
                  number_of(now, "max_messages"), bytes_text(count_of(now, "bytes")),
                  bytes_text(count_of(now, "max_bytes")));
  if (count_of(now, "messages") > 0) {
    made += fmt::format(", the oldest for {}", seconds_text(now.at("oldest_age_s").get<double>()));
  }
  if (count_of(now, "retrying") > 0) {
    made += fmt::format(", {} wait for their next attempt", number_of(now, "retrying"));
  }
  if (count_of(now, "dead_letters_waiting") > 0) {
    made += fmt::format(", {} for the dead letters' sink", number_of(now, "dead_letters_waiting"));
  }
  return made;
}

// A line for each task with which something is wrong.
std::string trouble_lines(const ordered_json& tasks) {
  std::string made;
  for (const ordered_json& task : tasks) {
    const std::string trouble = trouble_of(task);
    if (trouble.empty()) continue;
    made += fmt::format("task {}: in trouble, {}\n", text_of(task, "name"), trouble);
  }
  return made;
}

std::string task_table(const ordered_json& tasks, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& task : tasks) {
    rows.push_back({text_of(task, "name"), number_of(task, "workers"), number_of(task, "queued"),
                    number_of(task, "in_hand"), rate_of(task, "handled_per_s"),
                    part_of(task, "busy"), duration_of(task, "p50_s"), duration_of(task, "p99_s"),
                    number_of(task, "succeeded"), number_of(task, "skipped"),
                    grouped(errors_of(task)), number_of(task, "retries")});
  }
  std::vector<column> columns{{"TASK"}};
  for (const char* title : {"WORKERS", "QUEUED", "IN HAND", "RATE/s", "BUSY", "P50", "P99",
                            "SUCCEEDED", "SKIPPED", "ERRORS", "RETRIES"}) {
    columns.push_back({title, align::right});
  }
  return table(columns, rows, width);
}

} // namespace

std::string in_flight_words(const ordered_json& seen, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& one : seen.at("deliveries")) {
    std::string state = text_of(one, "state");
    if (!one.at("handling_s").is_null()) state += " for " + duration_of(one, "handling_s");
    if (!one.at("next_attempt_in_s").is_null()) {
      state += ", next in " + duration_of(one, "next_attempt_in_s");
    }
    rows.push_back({duration_of(one, "age_s"), text_of(one, "task"), std::move(state),
                    number_of(one, "attempt"), text_of(one, "id")});
  }
  return table({{"AGE", align::right}, {"TASK"}, {"STATE"}, {"ATTEMPT", align::right}, {"MESSAGE"}},
               rows, width);
}

std::string error_words(const ordered_json& seen, std::size_t width) {
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& one : seen.at("errors")) {
    std::string reason = text_of(one, "reason");
    if (reason.size() > reason_shown) reason = reason.substr(0, reason_shown) + "...";
    rows.push_back({text_of(one, "last_time"), text_of(one, "task"), text_of(one, "outcome"),
                    number_of(one, "count"), number_of(one, "given_up"), text_of(one, "message_id"),
                    std::move(reason)});
  }
  return table({{"LAST"},
                {"TASK"},
                {"OUTCOME"},
                {"COUNT", align::right},
                {"GIVEN UP", align::right},
                {"MESSAGE"},
                {"REASON"}},
               rows, width);
}

std::string top_words(const ordered_json& status, std::size_t width) {
  const ordered_json& source = status.at("source");
  std::vector<std::vector<std::string>> rows;
  for (const ordered_json& task : status.at("tasks")) {
    rows.push_back({text_of(task, "name"), rate_of(task, "handled_per_s"),
                    number_of(task, "queued"), number_of(task, "in_hand"),
                    number_of(task, "workers"), part_of(task, "busy"), duration_of(task, "p50_s"),
                    duration_of(task, "p99_s"), grouped(errors_of(task)),
                    number_of(task, "retries")});
  }
  std::vector<column> columns{{"TASK"}};
  for (const char* title :
       {"RATE/s", "QUEUED", "IN HAND", "WORKERS", "BUSY", "P50", "P99", "ERRORS", "RETRIES"}) {
    columns.push_back({title, align::right});
  }
  return fmt::format(
      "{}: {} for {}; {}{}/s read, {}/s acked, {} in flight\n{}{}", text_of(status, "topology"),
      text_of(status, "state"), seconds_text(status.at("uptime_s").get<double>()),
      source.at("up").get<bool>() ? "" : "source down, ", rate_of(source, "read_per_s"),
      rate_of(source, "acked_per_s"), number_of(status.at("in_flight"), "messages"),
      trouble_lines(status.at("tasks")), table(columns, rows, width));
}

std::string level_words(const ordered_json& said) {
  const bool for_ever = said.at("reverts_in_s").is_null();
  return fmt::format("{} logs {} and worse {}", text_of(said, "topology"), text_of(said, "level"),
                     for_ever ? "from now on" : "for " + duration_of(said, "reverts_in_s"));
}

std::string order_words(const ordered_json& said) {
  const std::string state = text_of(said, "state");
  const char* meaning = "it is known to this command by name alone";
  if (state == "running") meaning = "its source is read";
  if (state == "paused") meaning = "its source is not read, what is in flight goes on";
  if (state == "draining")
    meaning = "its source is not read, and it ends once nothing is in flight";
  if (state == "stopping") meaning = "it ends, and what is not begun goes back to its source";
  return fmt::format("{} is {}: {}", text_of(said, "topology"), state, meaning);
}

std::string status_words(const ordered_json& status, std::size_t width) {
  return fmt::format("{}: {} for {} ({}, tempest {})\n{}\n{}\n{}{}{}", text_of(status, "topology"),
                     text_of(status, "state"), seconds_text(status.at("uptime_s").get<double>()),
                     text_of(status, "mode"), text_of(status, "tempest"),
                     source_line(status.at("source"), count_of(status, "dead_lettered")),
                     in_flight_line(status.at("in_flight")), trouble_lines(status.at("tasks")),
                     task_table(status.at("tasks"), width), processes_part(status, width));
}

} // namespace tempest::cli
