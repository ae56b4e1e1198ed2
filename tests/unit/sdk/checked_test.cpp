// A plugin built with TEMPEST_CHECKED is stopped where it breaks the contract.
#include <gmock/gmock.h>
#include <tempest/sink.hpp>
#include <tempest/source.hpp>
#include <tempest/task.hpp>
#include <tempest/testing.hpp>

#include <optional>
#include <thread>

namespace {

using tempest::testing::task_harness;

struct careless {
  void handle(const tempest::message& in, tempest::outbox& out) {
    if (in.text() == "good") out.emit("fine");
    if (in.text() == "keep") kept = out;
    if (in.text() == "late") kept->emit("late");
    if (in.text() == "foreign") std::thread([&] { out.emit("x"); }).join();
  }
  static inline std::optional<tempest::outbox> kept;
};

auto declared() {
  return tempest::task<careless>("careless", "For tests.");
}

TEST(checked_test, what_the_contract_allows_runs) {
  task_harness task(declared());
  EXPECT_EQ(task.handle("good").payloads().size(), 1u);
}

TEST(checked_death_test, an_outbox_on_a_foreign_thread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        task_harness task(declared());
        task.handle("foreign");
      },
      "emit was called on a foreign thread during handle");
}

TEST(checked_death_test, an_outbox_that_was_kept) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        task_harness task(declared());
        task.handle("keep");
        careless::kept->emit("late");
      },
      "emit was called outside of every call; .* within handle");
}

struct eager_source {
  explicit eager_source(tempest::source_context& ctx) : ctx_(ctx) {}
  static tempest::source_traits traits(const tempest::options&) { return {}; }
  void connect() { ctx_.push({}); }
  tempest::poll_status poll(std::size_t, std::size_t, tempest::deadline) {
    return tempest::poll_status::ok;
  }
  void settle(std::span<const std::uint64_t>, std::span<const tempest::outcome>) {}
  tempest::source_context& ctx_;
};

TEST(checked_death_test, a_source_that_pushes_from_connect) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto& functions = *tempest::impl::source_functions<eager_source>();
  const tempest_host host{};
  const tempest_source_host source_host{};
  const tempest_options options{};
  tempest_error why{};
  void* const source = functions.create(&host, &source_host, &options, &why);
  EXPECT_DEATH(functions.connect(source, &why), "push was called within connect; .* within poll");
  functions.destroy(source);
}

struct chatty_sink {
  explicit chatty_sink(tempest::sink_context& ctx) : ctx_(ctx) {}
  void connect() {}
  void write(const tempest::messages&, std::span<tempest::written>) {}
  void flush() {}
  tempest::page browse(std::string_view, std::size_t, std::size_t) {
    ctx_.explain(0, "of no write");
    return {};
  }
  std::size_t erase(std::span<const std::string_view>) { return 0; }
  tempest::sink_context& ctx_;
};

void browse_a_chatty_sink() {
  const auto& sink = *tempest::impl::sink_functions<chatty_sink>();
  const tempest_host host{};
  const tempest_sink_host sink_host{};
  const tempest_options none{sizeof none, 0, sizeof(tempest_value), 0, nullptr};
  const tempest_page page{};
  void* const made = sink.create(&host, &sink_host, &none, nullptr);
  sink.browse(made, {}, 1, 1, &page, nullptr);
}

TEST(checked_death_test, a_sink_that_explains_while_it_is_browsed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(browse_a_chatty_sink(), "explain was called within browse; .* within write");
}

} // namespace
