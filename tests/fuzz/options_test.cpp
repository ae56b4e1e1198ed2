// Options of every type, given values of any kind: bound or refused with a place.
#include <gtest/gtest.h>
#include <tempest/task.hpp>

#include "runtime/config/document.hpp"
#include "runtime/config/interpret.hpp"
#include "runtime/plugin/options.hpp"
#include "tests/fuzz/damage.hpp"

namespace tempest::fuzz {
namespace {

struct takes_all {
  explicit takes_all(context&) {}
  void handle(const message&, outbox&) {}
};

impl::definition definition() {
  return task<takes_all>(
      "takes_all", "For tests.", option<bool>("flag", "A truth.").by_default(true),
      option<std::int64_t>("count", "A number.").by_default(1).between(-5, 100),
      option<double>("rate", "A fraction.").by_default("0.5"),
      option<std::string>("text", "A text.").by_default("x"),
      option<secret>("password", "A secret.").by_default("hunter2"),
      option<choice>("colour", "One of some.").choices({"red", "blue"}).by_default("red"),
      option<std::chrono::milliseconds>("wait", "A time.").by_default("1s"),
      option<size>("room", "A size.").by_default("1MiB").at_least(1),
      option<list>("many", "A list.").by_default("[]"),
      option<table>("more", "A table.").by_default("{}"));
}

constexpr std::string_view values[] = {"true",
                                       "-5",
                                       "9223372036854775807",
                                       "1.5e300",
                                       "nan",
                                       "\"5m\"",
                                       "\"64MiB\"",
                                       "\"\"",
                                       "'red'",
                                       "[1, [2]]",
                                       "{ a = [{}] }",
                                       "1979-05-27",
                                       "\"99999999999999d\"",
                                       "\"-1s\""};

TEST(fuzz_options, are_bound_or_refused) {
  impl::definition all = definition();
  const tempest_descriptor& descriptor = *all.descriptor();
  damage dice(99, "[]{}\"'.,0123456789-_eEsmhdKMGiB");
  int bound = 0;
  int refused = 0;
  for (int run = 0; run < 2'500; ++run) {
    std::string text =
        "name = \"t\"\n[source]\ntype = \"mock\"\n[[task]]\nname = \"only\"\n[task.config]\n";
    for (std::size_t i = 1 + dice.below(3); i > 0; --i) {
      const char* const name = descriptor.options[dice.below(descriptor.option_count)].name;
      const std::string_view value = values[dice.below(std::size(values))];
      text += std::string(name) + " = " +
              (dice.below(2) == 0 ? dice.to(value) : std::string(value)) + "\n";
    }
    base::problems found;
    const config::settings made =
        config::interpret(config::parse_text(text, "T.toml", "/app", found), nullptr, {}, found);
    if (base::has_errors(found) || made.tasks.empty()) continue;
    const plugin::bound_options options =
        plugin::bind_options(descriptor, made.tasks[0].plugin, found);
    EXPECT_EQ(options.view()->count, descriptor.option_count);
    for (const base::problem& one : found) {
      EXPECT_NE(one.line().find("T.toml"), std::string::npos) << one.line();
      EXPECT_EQ(one.line().find("hunter2"), std::string::npos);
    }
    base::has_errors(found) ? ++refused : ++bound;
  }
  EXPECT_GT(bound, 50);
  EXPECT_GT(refused, 100);
}

} // namespace
} // namespace tempest::fuzz
