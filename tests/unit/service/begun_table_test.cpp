// What a process had in hand is known to the next one (G7).
#include "runtime/service/begun_table.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <optional>

namespace tempest::service {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class begun : public testing::Test {
 protected:
  begun() {
    static int number = 0;
    settings.folder =
        std::filesystem::temp_directory_path() /
        ("tempest-begun-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
    settings.topology = "a topology";
    settings.pipeline = 1;
    start();
  }
  ~begun() override {
    table.reset();
    std::filesystem::remove_all(settings.folder);
  }
  // What is mapped stays as it is, as after a crash.
  void start() {
    table.reset();
    table.emplace(settings);
  }
  static auto suspicion(const char* id, engine::task_id task, std::uint32_t charged) {
    return AllOf(Field(&engine::suspicion::message, engine::hash_of(id)),
                 Field(&engine::suspicion::task, task),
                 Field(&engine::suspicion::charged, charged));
  }
  [[nodiscard]] std::filesystem::path file() const {
    return settings.folder / "a_topology.0.begun";
  }

 public:
  begun_table_settings settings;
  std::optional<begun_table> table;
};

TEST_F(begun, what_workers_have_in_hand_is_suspect_at_the_next_start) {
  table->begin({0, 1}, "done", 0, 3, 1, false);
  table->begin({1, 1}, "in hand", 2, 3, 2, false);
  table->begin({2, 1}, "not begun", 0, 4, 1, false);
  table->at_work(3)->store(1);
  table->end({0, 1});
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("in hand", 2, 0)));
}

TEST_F(begun, what_was_begun_alone_is_charged) {
  table->begin({7, 1}, "poison", 1, 0, 2, true);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 1))) << "it was not begun";
  table->begin({7, 1}, "poison", 1, 0, 2, true);
  table->at_work(0)->store(1);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 2)));
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 2)))
      << "it did not come again yet";
  table->keep({});
  start();
  EXPECT_THAT(table->found(), IsEmpty()) << "it has ended";
}

TEST_F(begun, an_end_in_order_leaves_nothing) {
  table->begin({7, 1}, "in hand", 1, 0, 1, true);
  table->at_work(0)->store(1);
  table->clear();
  start();
  EXPECT_THAT(table->found(), IsEmpty());
}

TEST_F(begun, what_there_is_no_room_for_is_not_noted) {
  table->at_work(0)->store(1);
  for (std::uint32_t slot = 0; slot < begun_table::most_rows + 10; ++slot) {
    table->begin({slot, 1}, std::to_string(slot), 0, 0, 1, false);
  }
  table->end({begun_table::most_rows + 5, 1});
  table->end({123'456'789, 1});
  EXPECT_EQ(table->at_work(begun_table::most_workers), nullptr);
  start();
  EXPECT_THAT(table->found(), SizeIs(begun_table::most_rows));
}

TEST_F(begun, two_processes_have_two_and_each_is_taken_up_again) {
  table->begin({0, 1}, "first", 0, 0, 1, false);
  table->at_work(0)->store(1);
  {
    const begun_table second(settings);
    EXPECT_THAT(second.found(), IsEmpty());
  }
  start();
  EXPECT_THAT(table->found(), SizeIs(1));
}

TEST_F(begun, another_pipeline_or_a_damaged_file_is_ignored) {
  table->begin({0, 1}, "one", 0, 0, 1, false);
  table->at_work(0)->store(1);
  settings.pipeline = 2;
  start();
  EXPECT_THAT(table->found(), IsEmpty());
  EXPECT_EQ(table->complaint(), "");
  table.reset();
  std::ofstream(file()) << "something else";
  start();
  EXPECT_THAT(table->found(), IsEmpty());
  EXPECT_THAT(table->complaint(), HasSubstr("a_topology.0.begun is not of this version"));
  start();
  EXPECT_EQ(table->complaint(), "");
}

} // namespace
} // namespace tempest::service
