// What becomes of messages: settled, left at a crash, lost to another, held.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/failed_messages.hpp"
#include "runtime/conformance/source_cases.hpp"
#include "runtime/conformance/source_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t some = 60;
constexpr milliseconds longest_lease{5000};

void need_a_memory(site& at) {
  if (!at.given().begins_anew) return;
  throw not_applicable("`begins_anew`: nothing remembers what was acknowledged");
}

void need_redelivery(const source_script& source) {
  if (!source.at_least_once()) throw not_applicable("it promises at most once");
}

void need_a_short_lease(const source_script& source) {
  if (source.lease().count() == 0) {
    throw not_applicable("it has no lease: what is open stays its own");
  }
  if (source.lease() > longest_lease) {
    throw not_applicable(fmt::format("its lease is {} ms; give it one of at most {} ms here",
                                     source.lease().count(), longest_lease.count()));
  }
}

std::map<std::string, int> times_seen(const source_script& source) {
  std::map<std::string, int> made;
  for (const seen_message& one : source.messages) ++made[one.payload];
  return made;
}

tokens every_third(const source_script& source, std::size_t first) {
  tokens made;
  for (std::size_t i = first; i < source.messages.size(); i += 3) {
    made.push_back(source.messages[i].token);
  }
  return made;
}

void need_all_confirmed(const source_script& source) {
  const auto bad = std::ranges::count_if(
      source.results, [](const auto& one) { return one.second != TEMPEST_SETTLED_OK; });
  if (bad > 0)
    throw found(fmt::format("{} settlements of open messages were answered `gone`", bad));
  if (!source.withdrawn.empty()) {
    throw found(fmt::format("{} messages were withdrawn, which nobody else had taken",
                            source.withdrawn.size()));
  }
}

void need_none_of(const std::set<std::string>& acknowledged, const source_script& source) {
  for (const std::string& one : source.payloads()) {
    if (acknowledged.contains(one)) throw found("what was acknowledged comes again: " + one);
  }
}

// Nobody has had them before.
void need_first_deliveries(const std::vector<seen_message>& messages) {
  std::set<std::string> known;
  for (const seen_message& one : messages) {
    if (!known.insert(one.payload).second || (one.deliveries == 1 && one.failures == 0)) continue;
    throw found(fmt::format("{} comes with deliveries = {} and failures = {} at first, not 1 and 0",
                            one.payload, one.deliveries, one.failures));
  }
}

// A second instance, after the first has ended.
void look_at_the_next(site& at, const std::set<std::string>& acknowledged,
                      failed_messages& failed) {
  source_script second(at);
  second.watch();
  need_none_of(acknowledged, second);
  if (second.at_least_once()) failed.find_the_rest(at, second);
  second.settle_open(TEMPEST_ACK);
  second.until_answered();
  second.end();
}

} // namespace

std::string source_settles(site& at) {
  source_script source(at);
  source.read_all_of(at.fill(some));
  const std::vector<seen_message> first = source.messages;
  need_first_deliveries(first);
  source.settle(every_third(source, 0), TEMPEST_ACK);
  std::vector<seen_message> second_ones;
  for (std::size_t i = 1; i < first.size(); i += 3) second_ones.push_back(first[i]);
  failed_messages failed(source, std::move(second_ones));
  source.settle(every_third(source, 2), TEMPEST_RETURN);
  source.until_answered();
  need_all_confirmed(source);
  if (source.at_least_once()) {
    source.until("what was given back does not come again", [&] {
      const auto times = times_seen(source);
      for (std::size_t i = 2; i < first.size(); i += 3) {
        if (times.at(first[i].payload) < 2) return false;
      }
      return true;
    });
  }
  source.watch();
  failed.look_at(source);
  const auto times = times_seen(source);
  for (std::size_t i = 0; i < first.size(); i += 3) {
    if (times.at(first[i].payload) > 1) {
      throw found("what was acknowledged comes again: " + first[i].payload);
    }
  }
  source.settle_open(TEMPEST_ACK);
  source.until_answered();
  source.end();
  if (at.given().begins_anew) return "within one instance, since `begins_anew`";
  look_at_the_next(at, source.acknowledged(), failed);
  return fmt::format("{} messages; {}", first.size(), failed.words());
}

std::string source_redelivers(site& at) {
  need_a_memory(at);
  source_script source(at);
  need_redelivery(source);
  const std::vector<std::string> filled = at.fill(some);
  source.read_all_of(filled);
  source.settle(every_third(source, 0), TEMPEST_ACK);
  source.until_answered();
  need_all_confirmed(source);
  const std::set<std::string> acknowledged = source.acknowledged();
  source.process.kill();
  std::vector<std::string> left;
  std::ranges::copy_if(filled, std::back_inserter(left),
                       [&](const auto& one) { return !acknowledged.contains(one); });
  source_script second(at);
  second.read_all_of(left);
  second.watch();
  need_none_of(acknowledged, second);
  second.settle_open(TEMPEST_ACK);
  second.until_answered();
  second.end();
  return fmt::format("{} acknowledged before, {} came after", acknowledged.size(), left.size());
}

std::string source_withdraws(site& at) {
  need_a_memory(at);
  source_script slow(at);
  need_redelivery(slow);
  need_a_short_lease(slow);
  const std::vector<std::string> filled = at.fill(some);
  slow.read_all_of(filled);
  slow.process.pause();
  source_script other(at);
  other.read_all_of(filled);
  slow.process.resume();
  slow.poll_messages = 0; // it only hears what became of its own
  // Some are acknowledged before it can know that they are lost. The rest is held, and renewed:
  // who renews hears of it, and the host must, too.
  tokens late = slow.open();
  if (slow.renews()) late.resize(late.size() / 2);
  slow.settle(late, TEMPEST_ACK);
  slow.until("what was lost is neither answered nor withdrawn", [&] { return slow.is_settled(); });
  slow.until("what another has taken over is renewed in vain, and not withdrawn",
             [&] { return slow.open().empty(); });
  if (!slow.acknowledged().empty()) {
    throw found(fmt::format("{} messages that another holds were confirmed as acknowledged",
                            slow.acknowledged().size()));
  }
  other.process.kill();
  source_script last(at);
  last.read_all_of(filled); // a late acknowledgement would have taken them from the other
  last.settle_open(TEMPEST_ACK);
  last.until_answered();
  last.end();
  return fmt::format("{} withdrawn, {} answered as gone", slow.withdrawn.size(),
                     slow.results.size());
}

std::string source_renews(site& at) {
  need_a_memory(at);
  constexpr int tries = 5;
  source_script probe(at);
  need_redelivery(probe);
  need_a_short_lease(probe);
  if (!probe.renews()) throw not_applicable("it has no `extend`");
  for (int i = 0; i < tries; ++i) {
    source_script holder(at);
    const std::vector<std::string> filled = at.fill(some);
    holder.read_all_of(filled);
    holder.poll_messages = 0;
    source_script other(at);
    const std::int64_t end = base::steady_ns() + 3 * base::nanoseconds(holder.lease());
    while (base::steady_ns() < end) {
      holder.step();
      other.step();
    }
    const bool lost = !other.messages.empty();
    const bool in_time = holder.worst_renewal() < holder.lease() * 2 / 3;
    if (lost && in_time) {
      throw found(
          fmt::format("{} messages were given to another, though they were renewed every "
                      "{} ms at worst",
                      other.messages.size(), holder.worst_renewal().count()));
    }
    holder.settle_open(TEMPEST_ACK);
    holder.until_answered();
    if (!lost) {
      need_all_confirmed(holder);
      other.end();
      holder.end();
      return fmt::format("held for {} ms", 3 * holder.lease().count());
    }
    other.settle_open(TEMPEST_ACK);
    other.until_answered();
  }
  throw not_applicable("this machine is too busy to renew a lease in time");
}

} // namespace tempest::conformance
