// Sources, sinks and topologies behind the C contract: nothing that they throw crosses it.
#include <gmock/gmock.h>
#include <tempest/sink.hpp>
#include <tempest/source.hpp>
#include <tempest/task.hpp>
#include <tempest/topology.hpp>

#include <array>
#include <map>
#include <stdexcept>

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

tempest_host quiet_host(std::string& log) {
  tempest_host host{};
  host.size = sizeof host;
  host.self = &log;
  host.name = "plugin";
  host.topology = "test";
  host.log = [](void* self, std::uint32_t, tempest_slice text) {
    static_cast<std::string*>(self)->append(text.data, text.length) += '\n';
  };
  return host;
}

tempest_error no_error() {
  tempest_error made{};
  made.size = sizeof made;
  return made;
}

const tempest_options no_options{sizeof(tempest_options), 0, sizeof(tempest_value), 0, nullptr};

struct throwing_source {
  explicit throwing_source(tempest::source_context&) {}
  static tempest::source_traits traits(const tempest::options&) {
    return {tempest::guarantee::at_least_once, true, std::chrono::milliseconds(70)};
  }
  void connect() { throw std::runtime_error("nobody there"); }
  tempest::poll_status poll(std::size_t, std::size_t, tempest::deadline) { throw 1; }
  void settle(std::span<const std::uint64_t>, std::span<const tempest::outcome>) {
    throw std::runtime_error("no");
  }
  void extend(std::span<const std::uint64_t>) { throw 1; }
  bool healthy(std::string& reason) {
    reason = "a cold";
    return false;
  }
  void close(tempest::deadline) { throw 1; }
  std::int64_t depth() { throw 1; }
};

TEST(plugin_thunks_test, what_a_source_throws_becomes_text) {
  const auto& source = *tempest::impl::source_functions<throwing_source>();
  std::string log;
  const tempest_host host = quiet_host(log);
  const tempest_source_host source_host{};
  tempest_error why = no_error();
  tempest_source_traits traits{};
  traits.size = sizeof traits;
  source.traits(&no_options, &traits);
  EXPECT_EQ(traits.guarantee, TEMPEST_AT_LEAST_ONCE);
  EXPECT_EQ(traits.counts_deliveries, 1u);
  EXPECT_EQ(traits.lease_ms, 70);

  void* const made = source.create(&host, &source_host, &no_options, &why);
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(source.connect(made, &why), 0);
  EXPECT_STREQ(why.text, "nobody there");
  EXPECT_EQ(source.poll(made, 1, 1, 0, &why), TEMPEST_POLL_UNAVAILABLE);
  EXPECT_THAT(why.text, HasSubstr("no std::exception"));
  const std::uint64_t token = 1;
  const std::uint8_t outcome = TEMPEST_ACK;
  source.settle(made, &token, &outcome, 1);
  EXPECT_THAT(log, HasSubstr("settle threw"));
  source.extend(made, &token, 1);
  source.interrupt(made); // it has none
  EXPECT_EQ(source.healthy(made, &why), 0);
  EXPECT_STREQ(why.text, "a cold");
  EXPECT_EQ(source.depth(made), -1);
  source.close(made, 0);
  source.destroy(made);
}

struct source_without_its_file : throwing_source {
  explicit source_without_its_file(tempest::source_context& context) : throwing_source(context) {
    throw tempest::no_input("gone.txt is not there");
  }
};

TEST(plugin_thunks_test, a_missing_input_is_told_from_other_reasons) {
  std::string log;
  const tempest_host host = quiet_host(log);
  const tempest_source_host source_host{};
  tempest_error why = no_error();
  const auto& source = *tempest::impl::source_functions<source_without_its_file>();
  EXPECT_EQ(source.create(&host, &source_host, &no_options, &why), nullptr);
  EXPECT_STREQ(why.text, "gone.txt is not there");
  EXPECT_EQ(why.kind, TEMPEST_ERROR_NO_INPUT);
}

TEST(plugin_thunks_test, a_long_reason_is_cut_and_terminated) {
  tempest_error why = no_error();
  tempest::impl::explain(&why, std::string(5000, 'x'));
  EXPECT_EQ(std::string(why.text).size(), sizeof why.text - 1);
  why.size = offsetof(tempest_error, text) + 4; // of an older or smaller host
  tempest::impl::explain(&why, "abcdef");
  EXPECT_STREQ(why.text, "abc");
}

struct moody_sink {
  explicit moody_sink(tempest::sink_context& ctx) : ctx_(ctx) {}
  void connect() {}
  void write(const tempest::messages& batch, std::span<tempest::written> results) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (batch[i].text() == "throw") throw std::runtime_error("the disk left");
      if (batch[i].text() == "forget") continue;
      if (batch[i].text() == "reject") {
        results[i] = tempest::written::rejected;
        ctx_.explain(i, "never");
        continue;
      }
      results[i] = tempest::written::ok;
    }
  }
  void flush() { throw std::runtime_error("full"); }
  tempest::sink_context& ctx_;
};

class sink_thunks_test : public ::testing::Test {
 protected:
  sink_thunks_test() {
    sink_host_.size = sizeof sink_host_;
    sink_host_.self = &reasons_;
    sink_host_.explain = [](void* self, std::size_t index, tempest_slice text) {
      (*static_cast<std::map<std::size_t, std::string>*>(self))[index] = {text.data, text.length};
    };
    sink_ = functions_.create(&host_, &sink_host_, &no_options, &why_);
  }
  ~sink_thunks_test() override { functions_.destroy(sink_); }

  std::vector<int> write(const std::vector<std::string>& texts) {
    std::vector<tempest_delivery> batch(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      batch[i].payload = {texts[i].data(), texts[i].size()};
    }
    std::vector<std::uint8_t> results(texts.size(), 77);
    functions_.write(sink_, batch.data(), batch.size(), sizeof batch[0], results.data());
    return {results.begin(), results.end()};
  }

  const tempest_sink_functions& functions_ = *tempest::impl::sink_functions<moody_sink>();
  std::string log_;
  tempest_host host_ = quiet_host(log_);
  tempest_sink_host sink_host_{};
  std::map<std::size_t, std::string> reasons_;
  tempest_error why_ = no_error();
  void* sink_ = nullptr;
};

constexpr std::uint8_t broke_off = 0;

TEST_F(sink_thunks_test, each_message_gets_an_outcome_and_a_reason) {
  EXPECT_THAT(
      write({"good", "forget", "reject", "throw", "good"}),
      ElementsAre(TEMPEST_WRITTEN, broke_off, TEMPEST_WRITE_REJECTED, broke_off, broke_off));
  EXPECT_EQ(reasons_[2], "never");
  EXPECT_EQ(reasons_[3], "the disk left");
  EXPECT_THAT(write({"forget"}), ElementsAre(TEMPEST_WRITE_FAILED));
  EXPECT_THAT(reasons_[0], HasSubstr("no outcome"));
}

TEST_F(sink_thunks_test, a_flush_that_throws_says_why) {
  EXPECT_EQ(functions_.flush(sink_, &why_), 0);
  EXPECT_STREQ(why_.text, "full");
  EXPECT_EQ(functions_.healthy(sink_, &why_), 1); // it does not say
  functions_.close(sink_);
}

struct shelf_sink : moody_sink {
  using moody_sink::moody_sink;
  tempest::page browse(std::string_view cursor, std::size_t most, std::size_t) {
    if (cursor == "lost") throw std::runtime_error("no such place");
    tempest::page made;
    made.messages.push_back({"1", "payload", {}});
    if (most > 1) made.messages.push_back({"2", {}, "a foreign thing"});
    if (cursor.empty()) made.next = "2";
    return made;
  }
  std::size_t erase(std::span<const std::string_view> ids) {
    if (ids.front() == "stuck") throw std::runtime_error("it holds fast");
    return ids.size() - 1;
  }
};

TEST(plugin_thunks_test, a_sink_that_can_be_browsed_and_erased_from) {
  const auto& sink = *tempest::impl::sink_functions<shelf_sink>();
  std::string log;
  const tempest_host host = quiet_host(log);
  const tempest_sink_host sink_host{};
  tempest_error why = no_error();
  void* const made = sink.create(&host, &sink_host, &no_options, &why);
  ASSERT_NE(made, nullptr);
  std::string seen;
  tempest_page page{};
  page.size = sizeof page;
  page.self = &seen;
  page.add = [](void* self, const tempest_stored* one, std::size_t, std::size_t) {
    std::string& into = *static_cast<std::string*>(self);
    into.append(tempest::impl::view(one->id)).append("=").append(tempest::impl::view(one->payload));
    if (one->problem.data != nullptr) into.append("!").append(tempest::impl::view(one->problem));
    into += ' ';
  };
  page.next = [](void* self, tempest_slice cursor) {
    static_cast<std::string*>(self)->append("next ").append(tempest::impl::view(cursor)) += ' ';
  };
  EXPECT_EQ(sink.browse(made, {}, 2, 10, &page, &why), 1);
  EXPECT_EQ(sink.browse(made, {"2", 1}, 1, 10, &page, &why), 1);
  EXPECT_EQ(seen, "1=payload 2=!a foreign thing next 2 1=payload ");
  EXPECT_EQ(sink.browse(made, {"lost", 4}, 1, 10, &page, &why), 0);
  EXPECT_STREQ(why.text, "no such place");
  const tempest_slice ids[] = {{"a", 1}, {"b", 1}};
  std::size_t erased = 0;
  EXPECT_EQ(sink.erase(made, ids, 2, &erased, &why), 1);
  EXPECT_EQ(erased, 1u);
  const tempest_slice stuck{"stuck", 5};
  EXPECT_EQ(sink.erase(made, &stuck, 1, &erased, &why), 0);
  EXPECT_STREQ(why.text, "it holds fast");
  sink.destroy(made);
  EXPECT_EQ(tempest::impl::sink_functions<moody_sink>()->browse, nullptr);
  EXPECT_EQ(tempest::impl::sink_functions<moody_sink>()->erase, nullptr);
}

struct returning_source : throwing_source {
  using throwing_source::throwing_source;
  static std::string requeue(const tempest::options&, const tempest::requeue_batch& what,
                             std::span<tempest::requeued> results) {
    for (std::size_t i = 0; i < what.size(); ++i) {
      const std::string_view payload = tempest::impl::view(what[i].payload);
      if (payload == "throw") throw std::runtime_error("the line is dead");
      if (payload == "forget") continue;
      results[i] = payload == "never" ? tempest::requeued::rejected : tempest::requeued::ok;
      if (payload == "there") results[i] = tempest::requeued::gone;
    }
    return what.sink().empty() ? "never was meant" : std::string(what.stored_id(0));
  }
};

TEST(plugin_thunks_test, a_source_says_what_became_of_each_message_that_it_takes_back) {
  const auto& source = *tempest::impl::source_functions<returning_source>();
  tempest_error why = no_error();
  std::vector<std::uint8_t> results(4, 77);
  const auto requeue = [&](const std::vector<std::string>& payloads) {
    std::vector<tempest_source_message> messages(payloads.size());
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      messages[i].payload = {payloads[i].data(), payloads[i].size()};
    }
    const tempest_requeue what{sizeof(tempest_requeue),
                               sizeof(tempest_source_message),
                               messages.data(),
                               messages.size(),
                               0,
                               nullptr,
                               nullptr,
                               nullptr};
    results.assign(payloads.size(), 77);
    return source.requeue(&no_options, &what, results.data(), &why);
  };
  EXPECT_EQ(requeue({"good", "there"}), 1);
  EXPECT_THAT(results, ElementsAre(TEMPEST_REQUEUED, TEMPEST_REQUEUE_GONE));
  EXPECT_EQ(requeue({"good", "never", "forget"}), 0);
  EXPECT_THAT(results,
              ElementsAre(TEMPEST_REQUEUED, TEMPEST_REQUEUE_REJECTED, TEMPEST_REQUEUE_FAILED));
  EXPECT_STREQ(why.text, "never was meant");
  EXPECT_EQ(requeue({"good", "throw", "good"}), 0);
  EXPECT_THAT(results,
              ElementsAre(TEMPEST_REQUEUED, TEMPEST_REQUEUE_FAILED, TEMPEST_REQUEUE_FAILED));
  EXPECT_STREQ(why.text, "the line is dead");
  EXPECT_EQ(tempest::impl::source_functions<throwing_source>()->requeue, nullptr);
}

struct idle {
  void handle(const tempest::message&, tempest::outbox&) {}
};

TEST(library_test, a_library_lists_what_it_was_given) {
  const tempest::impl::library made(
      tempest::task<idle>("one", "The first.",
                          tempest::option<int>("n", "A number.").required().between(1, 3))
          .single()
          .version("2.1"),
      tempest::source<throwing_source>("two", "The second."),
      tempest::sink<moody_sink>("three", "The third."));
  const tempest_library& library = *made.view();
  EXPECT_EQ(library.abi_major, TEMPEST_ABI_MAJOR);
  ASSERT_EQ(library.count, 3u);
  const tempest_descriptor& task = *library.descriptors[0];
  EXPECT_EQ(task.kind, TEMPEST_KIND_TASK);
  EXPECT_STREQ(task.name, "one");
  EXPECT_STREQ(task.version, "2.1");
  EXPECT_EQ(task.flags, TEMPEST_TASK_SINGLE);
  ASSERT_EQ(task.option_count, 1u);
  EXPECT_EQ(task.options[0].flags, TEMPEST_OPTION_REQUIRED);
  EXPECT_EQ(task.options[0].minimum, 1);
  EXPECT_EQ(task.options[0].maximum, 3);
  EXPECT_EQ(task.options[0].default_value, nullptr);
  EXPECT_EQ(library.descriptors[1]->kind, TEMPEST_KIND_SOURCE);
  EXPECT_EQ(library.descriptors[2]->kind, TEMPEST_KIND_SINK);
}

struct built {
  std::string text;
  static void add(void* self, const char* word, std::initializer_list<tempest_slice> parts) {
    std::string& into = static_cast<built*>(self)->text;
    into += word;
    for (const tempest_slice one : parts) into.append(" ").append(tempest::impl::view(one));
    into += '\n';
  }
  tempest_topology_host host() {
    tempest_topology_host made{};
    made.size = sizeof made;
    made.self = this;
    made.task = [](void* self, tempest_slice name) { add(self, "task", {name}); };
    made.edge = [](void* self, tempest_slice from, tempest_slice to) {
      add(self, "edge", {from, to});
    };
    made.set = [](void* self, tempest_slice task, tempest_slice key, tempest_slice toml) {
      add(self, "set", {task, key, toml});
    };
    return made;
  }
};

TEST(library_test, a_topology_from_code) {
  auto definition = tempest::declare_topology("words", [](tempest::topology& t) {
    t.task("split").task("count").edge("split", "count");
    t.set("msg_timeout", "1\"0\\s").set("max_pending", 5).set("x", true);
    t.set_task("count", "workers", 1);
  });
  const tempest_descriptor& made = *definition.descriptor();
  EXPECT_EQ(made.kind, TEMPEST_KIND_TOPOLOGY);
  built seen;
  const tempest_topology_host host = seen.host();
  tempest_error why = no_error();
  const auto& functions = *static_cast<const tempest_topology_functions*>(made.functions);
  EXPECT_EQ(functions.build(&host, &why), 1);
  EXPECT_EQ(seen.text,
            "task split\ntask count\nedge split count\n"
            "set  msg_timeout \"1\\\"0\\\\s\"\nset  max_pending 5\nset  x true\n"
            "set count workers 1\n");
}

TEST(library_test, a_topology_that_throws_says_why) {
  auto definition = tempest::declare_topology(
      "broken", [](tempest::topology&) { throw std::runtime_error("no idea"); });
  const auto& functions =
      *static_cast<const tempest_topology_functions*>(definition.descriptor()->functions);
  built seen;
  const tempest_topology_host host = seen.host();
  tempest_error why = no_error();
  EXPECT_EQ(functions.build(&host, &why), 0);
  EXPECT_STREQ(why.text, "no idea");
}

} // namespace
