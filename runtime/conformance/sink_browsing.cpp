// What a sink holds, shown and erased.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/base/clock.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t held = 30;
constexpr std::size_t page = 7;

struct shown {
  std::vector<std::string> ids;
  std::vector<std::string> payloads;
};

shown browse(const site& at, sink_script& sink) {
  shown made;
  std::string cursor;
  const auto patience_ns = base::nanoseconds(at.patience());
  std::int64_t limit = base::steady_ns() + patience_ns;
  do {
    const auto answer =
        sink.process.ask({{"do", "browse"}, {"cursor", cursor}, {"messages", page}});
    if (!answer.at("ok").get<bool>()) {
      throw found("browse failed: " + answer.at("error").get<std::string>());
    }
    if (!answer.at("found").empty()) limit = base::steady_ns() + patience_ns;
    if (base::steady_ns() > limit) {
      throw found(fmt::format("browse names a next page for {} ms, and nothing is on any of them",
                              at.patience().count()));
    }
    if (answer.at("found").size() > page) throw found("browse shows more than it was asked for");
    for (const auto& one : answer.at("found")) {
      made.ids.push_back(one.at("id"));
      made.payloads.push_back(one.at("payload"));
    }
    cursor = answer.at("next").get<std::string>();
  } while (!cursor.empty() && made.ids.size() <= held * 2);
  if (std::set<std::string>(made.ids.begin(), made.ids.end()).size() != made.ids.size()) {
    throw found("browse gives two messages one id");
  }
  return made;
}

std::size_t erase(sink_script& sink, const std::vector<std::string>& ids) {
  const auto answer = sink.process.ask({{"do", "erase"}, {"ids", ids}});
  if (!answer.at("ok").get<bool>()) {
    throw found("erase failed: " + answer.at("error").get<std::string>());
  }
  return answer.at("erased");
}

} // namespace

std::string sink_browses(site& at) {
  sink_script writer(at);
  if (!writer.process.offers({{"do", "browse"}, {"cursor", ""}, {"messages", page}})) {
    throw not_applicable("it has no `browse`");
  }
  const std::vector<std::string> wanted = at.payloads(held);
  writer.deliver(wanted);
  writer.end();
  sink_script reader(at); // which never connects
  const shown all = browse(at, reader);
  if (all.payloads != wanted) {
    throw found(
        fmt::format("browse shows {} messages, not the {} that were written, in their order",
                    all.payloads.size(), wanted.size()));
  }
  std::vector<std::string> some;
  std::vector<std::string> left;
  for (std::size_t i = 0; i < all.ids.size(); ++i) {
    (i % 2 == 0 ? some : left).push_back(i % 2 == 0 ? all.ids[i] : all.payloads[i]);
  }
  if (erase(reader, some) != some.size()) throw found("erase says that less was there than was");
  if (browse(at, reader).payloads != left)
    throw found("after erase other messages are left than should");
  if (erase(reader, some) != 0) throw found("erase says that what is gone was there");
  reader.destroy();
  reader.process.leave();
  return fmt::format("{} messages, {} erased", held, some.size());
}

} // namespace tempest::conformance
