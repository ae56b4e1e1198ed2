#include "runtime/service/suspect_book.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/engine/message_hash.hpp"

namespace tempest::service {
namespace {

std::uint64_t pipeline_of(const assembly& plan) {
  std::string names;
  for (const task_plan& task : plan.tasks) names += task.settings.name + '\n';
  return engine::hash_of(names);
}

} // namespace

// Where the source hands messages over again, one that kills this process would kill the next one,
// too: it has to be known there. Without that the run goes on all the same.
std::unique_ptr<begun_table> begun_table_of(const assembly& plan) {
  if (plan.traits.guarantee != TEMPEST_AT_LEAST_ONCE) return nullptr;
  const auto say = [&](base::log_level level, const std::string& text) {
    base::log(level, text, {.topology = plan.settings.name});
  };
  try {
    auto made = std::make_unique<begun_table>(
        begun_table_settings{state_folder(), plan.settings.name, pipeline_of(plan),
                             static_cast<std::uint32_t>(plan.tasks.size())});
    if (!made->complaint().empty()) say(base::log_level::warn, made->complaint());
    if (!made->found().empty()) {
      say(base::log_level::warn,
          fmt::format("{} messages were in hand when a process of an earlier run was lost: each is "
                      "handled alone until it has ended, in case it was one of them",
                      made->found().size()));
    }
    return made;
  } catch (const base::failure& why) {
    say(base::log_level::warn,
        fmt::format(
            "cannot note what is begun: {}; a message that kills its process is "
            "not found out when this one ends (XDG_STATE_HOME names a folder that can be written)",
            why.what()));
    return nullptr;
  }
}

void suspect_book::start(engine::engine& engine) {
  if (table_ == nullptr) return;
  for (const engine::suspicion& one : table_->found()) engine.suspect(one);
  write(engine);
}

void suspect_book::keep_changes(const engine::engine& engine) {
  if (table_ == nullptr) return;
  if (is_news_ || version_ != engine.suspected().version()) write(engine);
}

void suspect_book::keep(const engine::engine& engine) {
  if (table_ == nullptr) return;
  if (engine.has_suspects() || !here_.empty()) return write(engine);
  keep_changes(engine);
}

void suspect_book::ended(std::span<const engine::ended_suspect> those) {
  if (table_ == nullptr) return;
  ended_.insert(ended_.end(), those.begin(), those.end());
  is_news_ = true;
}

void suspect_book::confirmed(std::span<const std::uint64_t> tokens) {
  if (ended_.empty()) return;
  const std::set<std::uint64_t> done(tokens.begin(), tokens.end());
  std::erase_if(ended_, [&](const engine::ended_suspect& one) { return done.contains(one.token); });
  is_news_ = true;
}

void suspect_book::write(const engine::engine& engine) {
  version_ = engine.suspected().version();
  here_.clear();
  engine.suspects_here(here_);
  table_->keep(engine.suspected(), here_, ended_);
  is_news_ = false;
}

} // namespace tempest::service
