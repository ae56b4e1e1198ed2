// A topology library as a user writes one, with all that it runs on. Nothing of it may be
// constructed by who only checks.
#include <tempest/library.hpp>
#include <tempest/sink.hpp>
#include <tempest/source.hpp>
#include <tempest/task.hpp>
#include <tempest/topology.hpp>

#include <cstdlib>

namespace {

struct never_made {
  never_made() { std::abort(); }
};

struct split_words : never_made {
  void handle(const tempest::message&, tempest::outbox&) {}
};
struct count_words : never_made {
  void handle(const tempest::message&, tempest::outbox&) {}
};
struct forgetful_source : never_made {
  explicit forgetful_source(tempest::source_context&) {}
  static tempest::source_traits traits(const tempest::options&) {
    return {tempest::guarantee::at_most_once, false, std::chrono::milliseconds{0}};
  }
  void connect() {}
  tempest::poll_status poll(std::size_t, std::size_t, tempest::deadline) {
    return tempest::poll_status::end;
  }
  void settle(std::span<const std::uint64_t>, std::span<const tempest::outcome>) {}
  void interrupt() noexcept {}
};
struct leased_source : forgetful_source {
  using forgetful_source::forgetful_source;
  static tempest::source_traits traits(const tempest::options&) {
    return {tempest::guarantee::at_least_once, false, std::chrono::seconds{20}};
  }
};
struct renewed_source : leased_source {
  using leased_source::leased_source;
  void extend(std::span<const std::uint64_t>) {}
};
struct letter_box : never_made {
  void connect() {}
  void write(const tempest::messages&, std::span<tempest::written>) {}
  void flush() {}
};

} // namespace

TEMPEST_LIBRARY(tempest::task<split_words>(
                    "split", "Splits.",
                    tempest::option<std::string>("separator", "Between words.").by_default(" ")),
                tempest::task<count_words>("count", "Counts.").single(),
                tempest::source<forgetful_source>("forgetful", "Redelivers nothing."),
                tempest::source<leased_source>("leased", "Hands out for 20 s."),
                tempest::source<renewed_source>("renewed", "Hands out for 20 s, and again."),
                tempest::sink<letter_box>("letter_box", "Takes dead letters."),
                tempest::declare_topology("word_count", [](tempest::topology& t) {
                  t.task("split").task("count").edge("split", "count");
                }))
