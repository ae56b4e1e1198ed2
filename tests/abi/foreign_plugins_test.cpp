// Plugins in plain C and from another compiler, found, probed, loaded and called as any other.
#include <gmock/gmock.h>

#include "runtime/plugin/search.hpp"
#include "tests/abi/fake_host.hpp"

namespace tempest::abi_test {
namespace {

using testing::ElementsAre;

class foreign_plugin : public testing::TestWithParam<const char*> {
 protected:
  // The functions of the plugin in lib<file>_<compiler>.so.
  template <typename Functions>
  const Functions& load(const std::string& file, tempest_kind kind, const char* name) {
    plugin::search_places places;
    places.libraries = {std::string(FOREIGN_PLUGINS) + "/" + file + "_" + GetParam() + ".so"};
    places.probe_program = PROBE;
    const plugin::catalogue found = plugin::search(places);
    for (const auto& one : found.rejected()) ADD_FAILURE() << one.path << ": " << one.reason;
    const plugin::entry* entry = found.find(kind, name);
    if (entry == nullptr) throw std::runtime_error(std::string("there is no ") + name);
    descriptor_ = entry->descriptor;
    return *static_cast<const Functions*>(entry->descriptor->functions);
  }

  fake_host host_;
  tempest_error error_{sizeof(tempest_error), 0, {}};
  const tempest_descriptor* descriptor_ = nullptr;
};

TEST_P(foreign_plugin, in_c_handles_messages) {
  const auto& task = load<tempest_task_functions>("echo_plugin", TEMPEST_KIND_TASK, "c_echo");
  const fake_options options(2);
  void* self = task.create(&host_.table, &host_.task, &options.table, &error_);
  ASSERT_NE(self, nullptr) << error_.text;
  EXPECT_THAT(host_.logged, ElementsAre("made in plain C"));
  ASSERT_EQ(task.started(self, &error_), 1);
  fake_batch batch({"x", "y"});
  task.handle(self, &batch.table);
  EXPECT_THAT(host_.done, ElementsAre("0:emit x", "0:emit x", "0:succeed", "1:emit y", "1:emit y",
                                      "1:succeed"));
  EXPECT_EQ(batch.table.current, 1u);
  task.shutdown(self);
  task.destroy(self);
}

TEST_P(foreign_plugin, in_c_stops_when_interrupted) {
  const auto& task = load<tempest_task_functions>("echo_plugin", TEMPEST_KIND_TASK, "c_echo");
  const fake_options options(1);
  void* self = task.create(&host_.table, &host_.task, &options.table, &error_);
  ASSERT_NE(self, nullptr) << error_.text;
  fake_batch batch({"x", "y"});
  batch.interrupt = 1;
  task.handle(self, &batch.table);
  EXPECT_THAT(host_.done, ElementsAre());
  task.destroy(self);
}

TEST_P(foreign_plugin, in_c_judges_its_options) {
  load<tempest_task_functions>("echo_plugin", TEMPEST_KIND_TASK, "c_echo");
  const fake_options good(12);
  const fake_options bad(13);
  EXPECT_EQ(descriptor_->validate(&good.table, &error_), 1);
  EXPECT_EQ(descriptor_->validate(&bad.table, &error_), 0);
  EXPECT_STREQ(error_.text, "13 brings bad luck");
}

TEST_P(foreign_plugin, in_c_is_a_source) {
  const auto& source =
      load<tempest_source_functions>("echo_plugin", TEMPEST_KIND_SOURCE, "c_letters");
  struct seen {
    std::string payloads;
    std::vector<std::uint64_t> settled;
  } seen;
  tempest_source_host host{};
  host.size = sizeof host;
  host.self = &seen;
  host.push = [](void* self, const tempest_source_message* messages, std::size_t count,
                 std::size_t) {
    for (std::size_t i = 0; i < count; ++i) {
      static_cast<struct seen*>(self)->payloads += text_of(messages[i].payload);
    }
  };
  host.settled = [](void* self, const std::uint64_t* tokens, std::size_t count, std::uint32_t,
                    std::uint32_t) {
    auto& all = static_cast<struct seen*>(self)->settled;
    all.insert(all.end(), tokens, tokens + count);
  };
  const tempest_options none{sizeof none, 0, sizeof(tempest_value), 0, nullptr};
  tempest_source_traits traits{};
  source.traits(&none, &traits);
  EXPECT_EQ(traits.guarantee, static_cast<std::uint32_t>(TEMPEST_AT_MOST_ONCE));
  void* self = source.create(&host_.table, &host, &none, &error_);
  ASSERT_NE(self, nullptr) << error_.text;
  ASSERT_EQ(source.connect(self, &error_), 1);
  EXPECT_EQ(source.poll(self, 2, 1000, 0, &error_), TEMPEST_POLL_OK);
  EXPECT_EQ(source.poll(self, 2, 1000, 0, &error_), TEMPEST_POLL_END);
  EXPECT_EQ(seen.payloads, "abc");
  const std::uint64_t tokens[] = {1, 2, 3};
  const std::uint8_t outcomes[] = {TEMPEST_ACK, TEMPEST_ACK, TEMPEST_FAIL};
  source.settle(self, tokens, outcomes, 3);
  EXPECT_THAT(seen.settled, ElementsAre(1, 2, 3));
  EXPECT_EQ(source.healthy(self, &error_), 1);
  source.close(self, 0);
  source.destroy(self);
}

TEST_P(foreign_plugin, in_c_takes_messages_back) {
  const auto& source =
      load<tempest_source_functions>("echo_plugin", TEMPEST_KIND_SOURCE, "c_letters");
  const tempest_options none{sizeof none, 0, sizeof(tempest_value), 0, nullptr};
  tempest_source_message messages[2] = {};
  messages[0].payload = {"a", 1};
  messages[1].payload = {"ab", 2};
  tempest_requeue what{};
  what.size = sizeof what;
  what.stride = sizeof messages[0];
  what.messages = messages;
  what.count = 2;
  std::uint8_t results[2] = {};
  EXPECT_EQ(source.requeue(&none, &what, results, &error_), 0);
  EXPECT_THAT(results, ElementsAre(TEMPEST_REQUEUED, TEMPEST_REQUEUE_REJECTED));
  EXPECT_STREQ(error_.text, "it is no letter");
}

TEST_P(foreign_plugin, in_c_shows_and_erases_what_it_keeps) {
  const auto& sink = load<tempest_sink_functions>("echo_plugin", TEMPEST_KIND_SINK, "c_shelf");
  const tempest_options none{sizeof none, 0, sizeof(tempest_value), 0, nullptr};
  void* self = sink.create(&host_.table, nullptr, &none, &error_);
  ASSERT_NE(self, nullptr) << error_.text;
  const fake_batch batch({"x", "y", "z"});
  std::uint8_t results[3] = {};
  sink.write(self, batch.table.deliveries, 3, batch.table.delivery_size, results);
  EXPECT_THAT(results, testing::Each(TEMPEST_WRITTEN));
  const tempest_slice middle{"1", 1};
  std::size_t erased = 0;
  EXPECT_EQ(sink.erase(self, &middle, 1, &erased, &error_), 1);
  EXPECT_EQ(erased, 1u);

  struct seen {
    std::string found, next;
  } seen;
  tempest_page page{};
  page.size = sizeof page;
  page.self = &seen;
  page.add = [](void* to, const tempest_stored* first, std::size_t, std::size_t) {
    static_cast<struct seen*>(to)->found += text_of(first->id) + text_of(first->payload) + " ";
  };
  page.next = [](void* to, tempest_slice cursor) {
    static_cast<struct seen*>(to)->next = text_of(cursor);
  };
  EXPECT_EQ(sink.browse(self, {}, 1, 100, &page, &error_), 1);
  EXPECT_EQ(seen.next, "1");
  const std::string cursor = seen.next;
  EXPECT_EQ(sink.browse(self, {cursor.data(), cursor.size()}, 5, 100, &page, &error_), 1);
  EXPECT_EQ(seen.found, "0x 2z ");
  sink.close(self);
  sink.destroy(self);
}

TEST_P(foreign_plugin, in_cpp_handles_messages) {
  const auto& task = load<tempest_task_functions>("upper_plugin", TEMPEST_KIND_TASK, "cpp_upper");
  const tempest_options none{sizeof none, 0, sizeof(tempest_value), 0, nullptr};
  void* self = task.create(&host_.table, &host_.task, &none, &error_);
  ASSERT_NE(self, nullptr) << error_.text;
  ASSERT_EQ(task.started(self, &error_), 1);
  fake_batch batch({"loud", "bad"});
  task.handle(self, &batch.table);
  EXPECT_THAT(host_.done, ElementsAre("0:emit LOUD", "0:succeed", "1:fail 2 it is bad"));
  task.shutdown(self);
  task.destroy(self);
}

INSTANTIATE_TEST_SUITE_P(built_by, foreign_plugin, testing::Values("tempests_compiler", "clang"),
                         [](const auto& tested) { return std::string(tested.param); });

} // namespace
} // namespace tempest::abi_test
