// Texts of people, damaged: addresses, ids and files are understood or refused.
#include <gtest/gtest.h>

#include <stdexcept>

#include "plugins/redis/ack_policy.hpp"
#include "plugins/redis/stream_id.hpp"
#include "plugins/redis/uri.hpp"
#include "runtime/config/document.hpp"
#include "runtime/config/interpret.hpp"
#include "runtime/config/libraries.hpp"
#include "tests/fuzz/damage.hpp"

namespace tempest::fuzz {
namespace {

struct verdicts {
  int understood = 0;
  int refused = 0;
};

template <typename Read>
verdicts read_damaged(std::string_view signs, std::initializer_list<std::string_view> sound,
                      int runs, Read read) {
  damage dice(4711, signs);
  verdicts made;
  for (int run = 0; run < runs; ++run) {
    const std::string text = dice.to(*(sound.begin() + dice.below(sound.size())));
    read(text) ? ++made.understood : ++made.refused;
  }
  return made;
}

TEST(fuzz_texts, a_redis_address) {
  const verdicts made = read_damaged(
      ":/@[]%?#.0123456789",
      {"redis://user:pa%20ss@host:6379/0", "redis://[::1]:6379", "redis://:p@h"}, 50'000,
      [](const std::string& text) {
        try {
          const redis::endpoint there = redis::parse_uri(text);
          return !there.host.empty() && there.port != 0 && !there.address().empty();
        } catch (const std::invalid_argument& error) {
          const std::string_view why = error.what(); // ends at a NUL of the text
          const bool whole = text.find('\0') == std::string::npos;
          EXPECT_TRUE(!whole || why.find("expected redis://") != std::string_view::npos) << why;
          return false;
        }
      });
  EXPECT_GT(made.understood, 1'000);
  EXPECT_GT(made.refused, 1'000);
}

TEST(fuzz_texts, the_id_of_an_entry) {
  const verdicts made =
      read_damaged("-0123456789", {"1526919030474-55", "0", "18446744073709551615-0"}, 50'000,
                   [](const std::string& text) { return redis::parse_id(text).has_value(); });
  EXPECT_GT(made.understood, 1'000);
  EXPECT_GT(made.refused, 1'000);
}

TEST(fuzz_texts, an_ack_policy) {
  const verdicts made = read_damaged("{}[]\":,0123456789e-.", {R"({"type":"batch","n":1000})"},
                                     20'000, [](const std::string& text) {
                                       try {
                                         return redis::parse_ack_policy(text).batch > 0;
                                       } catch (const std::invalid_argument&) {
                                         return false;
                                       }
                                     });
  EXPECT_GT(made.understood, 100);
  EXPECT_GT(made.refused, 1'000);
}

// The example is damaged in tests/unit/config; these are the corners of TOML that it has no use
// for.
TEST(fuzz_texts, corners_of_toml) {
  constexpr std::string_view corners =
      "name = \"\"\"a\\\n  b\"\"\"\n'quoted key'.x = 0xFF\n[source]\ntype = "
      "'m\\'\n[source.config]\n"
      "when = 1979-05-27T07:32:00.999-07:00\nl = [ [1, 2.5e-3], [{ a.b = \"\\u00e9\" }], inf, nan "
      "]\n"
      "[[task]]\nname = \"t${A:-${B:-x}}$$\"\n[task.config]\n[[task.config.deep]]\nx = 1_000\n";
  const verdicts made =
      read_damaged("[]{}=\"'.,#\\$\n\t0-_eE:T", {corners}, 3'000, [](const std::string& text) {
        base::problems found;
        const config::document parsed = config::parse_text(text, "T.toml", "/app", found);
        (void)config::named_libraries(parsed);
        (void)config::interpret(parsed, nullptr, {{"source.config." + text.substr(0, 9), text}},
                                found);
        for (const base::problem& one : found) EXPECT_FALSE(one.line().empty());
        return !base::has_errors(found);
      });
  EXPECT_GT(made.refused, 1'000);
}

} // namespace
} // namespace tempest::fuzz
