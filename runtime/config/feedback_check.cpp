#include "runtime/config/feedback_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "runtime/config/plugin_file.hpp"

namespace tempest::config {
namespace {

std::string text_at(const table& options, std::string_view name) {
  const auto found = options.find(name);
  const std::string* const text = found == options.end() ? nullptr : found->second.text();
  return text == nullptr ? std::string() : *text;
}

bool has_text(const table& options, std::string_view name, const std::string& wanted) {
  const auto found = options.find(name);
  if (found == options.end() || found->second.items() == nullptr) return false;
  const array& all = *found->second.items();
  return std::any_of(all.begin(), all.end(), [&](const value& one) {
    return one.text() != nullptr && *one.text() == wanted;
  });
}

bool is_one_place(const plugin_use& reader, const plugin_use& writer) {
  if (reader.type != writer.type) return false;
  const table& from = reader.options;
  const table& to = writer.options;
  if (const std::string file = plugin_file(writer); !file.empty()) {
    return file == plugin_file(reader);
  }
  const std::string key = text_at(to, "key");
  return !key.empty() && text_at(from, "uri") == text_at(to, "uri") &&
         (text_at(from, "key") == key || has_text(from, "keys", key));
}

} // namespace

void check_feedback(const settings& topology, base::problems& found) {
  const plugin_use& source = topology.source.plugin;
  if (topology.dead_letter && is_one_place(source, *topology.dead_letter)) {
    found.push_back({base::severity::error, topology.dead_letter->options_where,
                     "[dead_letter] writes to what [source] reads: each letter would come as a "
                     "message, fail, and make another letter",
                     "give the dead letters a place of their own"});
  }
  for (const task_settings& task : topology.tasks) {
    if (!task.is_sink || !is_one_place(source, task.plugin)) continue;
    found.push_back({base::severity::warning, task.plugin.options_where,
                     fmt::format("task '{}' writes to what [source] reads: its messages come round "
                                 "again and again, unless a task lets none through",
                                 task.name),
                     "give the sink a place of its own, if that is not meant"});
  }
}

} // namespace tempest::config
