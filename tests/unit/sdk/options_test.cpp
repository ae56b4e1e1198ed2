// Options: declared as data, bound by the host, read by type.
#include <gmock/gmock.h>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>

#include <functional>
#include <stdexcept>

namespace {

using std::chrono::milliseconds;
using tempest::option;
using tempest::testing::task_harness;
using ::testing::HasSubstr;

// Hands its context to the test.
struct reader {
  explicit reader(tempest::context& ctx) { look(ctx); }
  void handle(const tempest::message&, tempest::outbox&) {}
  static inline std::function<void(tempest::context&)> look;
};

auto declared() {
  return tempest::task<reader>(
      "reader", "For tests.", option<bool>("flag", "A flag.").by_default(true),
      option<std::int64_t>("number", "A number.").by_default(5).between(1, 10),
      option<double>("ratio", "A ratio.").by_default(0.5),
      option<milliseconds>("pause", "A time.").by_default("2s"),
      option<tempest::size>("room", "A size.").by_default("1KiB"),
      option<std::string>("text", "A text.").by_default("x"),
      option<tempest::secret>("key", "A secret.").by_default("s"),
      option<tempest::choice>("mode", "A choice.").choices({"fast", "safe"}).by_default("safe"),
      option<tempest::list>("all", "A list.").by_default("[1,2]"),
      option<tempest::table>("map", "A table.").by_default("{\"a\":1}"),
      option<std::string>("maybe", "Not given."));
}

void look(const std::map<std::string, std::string>& given,
          std::function<void(tempest::context&)> how) {
  reader::look = std::move(how);
  task_harness task(declared(), given);
}

TEST(options_test, defaults_are_filled_in) {
  look({}, [](tempest::context& ctx) {
    EXPECT_TRUE(ctx.get<bool>("flag"));
    EXPECT_EQ(ctx.get<std::int64_t>("number"), 5);
    EXPECT_EQ(ctx.get<std::uint32_t>("number"), 5u);
    EXPECT_EQ(ctx.get<double>("ratio"), 0.5);
    EXPECT_EQ(ctx.get<milliseconds>("pause"), milliseconds(2000));
    EXPECT_EQ(ctx.get<tempest::size>("room").bytes, 1024u);
    EXPECT_EQ(ctx.get<std::string>("text"), "x");
    EXPECT_EQ(ctx.get<tempest::secret>("key").text, "s");
    EXPECT_EQ(ctx.get<tempest::choice>("mode").word, "safe");
    EXPECT_EQ(ctx.get<tempest::list>("all").json, "[1,2]");
    EXPECT_EQ(ctx.get<tempest::table>("map").json, "{\"a\":1}");
    EXPECT_FALSE(ctx.has("maybe"));
    EXPECT_EQ(ctx.name(), "reader");
    EXPECT_EQ(ctx.worker(), 0u);
  });
}

TEST(options_test, given_ones_are_read_as_text) {
  look({{"flag", "false"},
        {"number", "7"},
        {"ratio", "0.25"},
        {"pause", "5m"},
        {"room", "2MiB"},
        {"text", "7"},
        {"all", "['a']"},
        {"maybe", ""}},
       [](tempest::context& ctx) {
         EXPECT_FALSE(ctx.get<bool>("flag"));
         EXPECT_EQ(ctx.get<int>("number"), 7);
         EXPECT_EQ(ctx.get<double>("ratio"), 0.25);
         EXPECT_EQ(ctx.get<milliseconds>("pause"), std::chrono::minutes(5));
         EXPECT_EQ(ctx.get<tempest::size>("room").bytes, 2u << 20);
         EXPECT_EQ(ctx.get<std::string>("text"), "7");
         EXPECT_EQ(ctx.get<tempest::list>("all").json, "[\"a\"]");
         EXPECT_EQ(ctx.get<std::string>("maybe"), "");
       });
}

std::string refusal(
    const std::map<std::string, std::string>& given,
    std::function<void(tempest::context&)> how = [](tempest::context&) {}) {
  try {
    look(given, std::move(how));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(options_test, what_the_host_refuses) {
  EXPECT_THAT(refusal({{"number", "11"}}), HasSubstr("number"));
  EXPECT_THAT(refusal({{"mode", "quick"}}), HasSubstr("mode"));
  EXPECT_THAT(refusal({{"numbr", "1"}}), HasSubstr("number")); // the nearest known one
}

TEST(options_test, an_authors_mistake_has_its_own_words) {
  EXPECT_THAT(refusal({}, [](auto& ctx) { (void)ctx.template get<int>("nmuber"); }),
              HasSubstr("'nmuber' is not declared"));
  EXPECT_THAT(refusal({}, [](auto& ctx) { (void)ctx.template get<bool>("number"); }),
              HasSubstr("'number' is declared as another type"));
  EXPECT_THAT(refusal({}, [](auto& ctx) { (void)ctx.template get<std::string>("maybe"); }),
              HasSubstr("'maybe' was not given"));
}

TEST(options_test, a_number_that_does_not_fit_its_type_is_refused_not_cut_off) {
  const auto refused = [](const std::string& given, auto declared_option) {
    reader::look = [](tempest::context&) {};
    try {
      task_harness task(tempest::task<reader>("reader", "For tests.", std::move(declared_option)),
                        {{"port", given}});
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  using port = option<std::uint16_t>;
  EXPECT_EQ(refused("65535", port("port", "A port.")), "none");
  EXPECT_THAT(refused("65536", port("port", "A port.")), HasSubstr("from 0 to 65535"));
  EXPECT_THAT(refused("65536", port("port", "A port.").at_least(1)), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(refused("-1", option<std::uint64_t>("port", "A port.")), HasSubstr("from 0 to"));
  EXPECT_EQ(refused("-9223372036854775808", option<std::int64_t>("port", "A port.")), "none");
}

TEST(options_test, a_number_is_not_cut_off_by_the_type_it_is_read_as) {
  tempest_value large{};
  large.name = {"n", 1};
  large.type = TEMPEST_OPTION_INTEGER;
  large.present = 1;
  large.integer = 5'000'000'000;
  const tempest_options values{sizeof values, 1, sizeof large, 0, &large};
  EXPECT_EQ(tempest::options(&values).get<std::int64_t>("n"), 5'000'000'000);
  EXPECT_THROW((void)tempest::options(&values).get<int>("n"), tempest::misuse);
}

struct late {
  explicit late(tempest::context& ctx) : ctx_(ctx) {}
  void handle(const tempest::message&, tempest::outbox&) { (void)ctx_.get<int>("number"); }
  tempest::context& ctx_;
};

TEST(options_test, options_are_for_the_constructor) {
  task_harness task(
      tempest::task<late>("late", "For tests.", option<int>("number", "A number.").by_default(1)));
  EXPECT_THAT(task.handle("x").reason, HasSubstr("in the constructor only"));
}

TEST(options_test, validate_sees_all_of_them) {
  const auto checked = [] {
    return tempest::task<reader>("reader", "For tests.", option<int>("low", "From.").by_default(1),
                                 option<int>("high", "To.").by_default(2))
        .validate([](const tempest::options& given) {
          if (given.get<int>("low") > given.get<int>("high")) {
            throw std::runtime_error("low is above high");
          }
        });
  };
  reader::look = [](tempest::context&) {};
  EXPECT_NO_THROW(task_harness task(checked()));
  try {
    task_harness task(checked(), {{"low", "3"}});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("low is above high"));
  }
}

} // namespace
