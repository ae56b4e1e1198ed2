#include "runtime/conformance/failed_messages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "runtime/base/clock.hpp"

namespace tempest::conformance {
namespace {

constexpr std::uint32_t told_failures = 3;
constexpr const char* at_once = "come again at once";
constexpr const char* after_lease = "come again once the lease has run out";
constexpr const char* in_next = "come again in the next instance";
constexpr const char* elsewhere = "are kept elsewhere";

void need_more_deliveries(const seen_message& before, const seen_message& again) {
  if (again.deliveries > before.deliveries) return;
  throw found(
      fmt::format("{} failed when it had come with deliveries = {}, and comes again with "
                  "deliveries = {}, though the source says that they are counted",
                  again.payload, before.deliveries, again.deliveries));
}

} // namespace

failed_messages::failed_messages(source_script& source, std::vector<seen_message> which)
    : seen_(source.messages.size()) {
  tokens all;
  for (seen_message& one : which) {
    all.push_back(one.token);
    failed_.emplace(one.payload, std::move(one));
  }
  counts_deliveries_ = source.counts_deliveries();
  keeps_failures_ = source.tell_failures(all, told_failures);
  source.settle(all, TEMPEST_FAIL);
  told_ns_ = base::steady_ns();
}

void failed_messages::note(const seen_message& one, const char* came) {
  const auto before = failed_.find(one.payload);
  if (before == failed_.end()) return;
  became_.emplace(one.payload, came);
  if (keeps_failures_ && one.failures != told_failures) {
    throw found(fmt::format("{} comes again as failed {} times, not {} as it was told", one.payload,
                            one.failures, told_failures));
  }
  if (counts_deliveries_) need_more_deliveries(before->second, one);
}

void failed_messages::look_at(const source_script& source) {
  const std::int64_t lease_ns = base::nanoseconds(source.lease());
  for (; seen_ < source.messages.size(); ++seen_) {
    const seen_message& one = source.messages[seen_];
    const bool late = lease_ns > 0 && one.heard_ns - told_ns_ >= lease_ns;
    note(one, late ? after_lease : at_once);
  }
}

std::vector<std::string> failed_messages::missing() const {
  std::vector<std::string> made;
  for (const auto& [payload, one] : failed_) {
    if (!became_.contains(payload)) made.push_back(payload);
  }
  return made;
}

void failed_messages::find_the_rest(site& at, source_script& next) {
  std::size_t looked_at = 0;
  const auto is_all = [&] {
    for (; looked_at < next.messages.size(); ++looked_at) note(next.messages[looked_at], in_next);
    return missing().empty();
  };
  if (is_all()) return;
  const bool prints = !at.given().failed.empty();
  for (const std::string& one : prints ? at.failed() : std::vector<std::string>{}) {
    if (failed_.contains(one)) became_.emplace(one, elsewhere);
  }
  next.until(
      fmt::format("of {} messages that failed {} are lost: they come again neither there nor "
                  "in the next instance, and {}",
                  failed_.size(), missing().size(),
                  prints ? "the command `failed` does not print them"
                         : "there is no command `failed` that prints them"),
      is_all);
}

std::string failed_messages::words() const {
  std::map<std::string, int> counts;
  for (const auto& [payload, came] : became_) ++counts[came];
  if (counts.empty()) return fmt::format("{} failed and come no more", failed_.size());
  std::vector<std::string> parts;
  parts.reserve(counts.size());
  for (const auto& [came, count] : counts) parts.push_back(fmt::format("{} {}", count, came));
  return fmt::format("of {} that failed {}{}{}", failed_.size(), fmt::join(parts, ", "),
                     keeps_failures_ ? ", with their failures" : "",
                     counts_deliveries_ ? ", one delivery more at least" : "");
}

} // namespace tempest::conformance
