// What a process had in hand is known to the next one (G7).
#include "runtime/service/begun_table.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "runtime/engine/message_hash.hpp"

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
    settings.tasks = 3;
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
  void begin(std::uint32_t slot, const std::string& id, engine::task_id task,
             engine::worker_id worker, std::uint32_t attempt, bool alone) {
    tempest_delivery given{};
    given.id = {id.data(), id.size()};
    given.attempt = attempt;
    given.host_token = engine::delivery_ref{slot, 1}.token();
    table->begin({&given, 1}, task, worker, alone);
  }
  void end(std::uint32_t slot) {
    engine::result done;
    done.delivery = {slot, 1};
    table->end({&done, 1});
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
  begin(0, "done", 0, 3, 1, false);
  begin(1, "in hand", 2, 3, 2, false);
  begin(2, "not begun", 0, 4, 1, false);
  table->at_work(3)->store(1);
  end(0);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("in hand", 2, 0)));
}

TEST_F(begun, what_was_begun_alone_is_charged) {
  begin(7, "poison", 1, 0, 2, true);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 1))) << "it was not begun";
  begin(7, "poison", 1, 0, 2, true);
  table->at_work(0)->store(1);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 2)));
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 2)))
      << "it did not come again yet";
  table->keep({}, {});
  start();
  EXPECT_THAT(table->found(), IsEmpty()) << "it has ended";
}

TEST_F(begun, what_has_ended_and_is_not_confirmed_stays_charged) {
  const engine::ended_suspect ended{1, engine::hash_of("poison"), {{1, 3}}};
  table->keep({}, {}, {&ended, 1});
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 1, 3)));
  table->keep({});
  start();
  EXPECT_THAT(table->found(), IsEmpty());
}

TEST_F(begun, an_end_in_order_leaves_what_is_still_suspect) {
  begin(7, "in hand", 1, 0, 1, true);
  table->at_work(0)->store(1);
  const engine::suspicion waits{engine::hash_of("waits"), 2, 1};
  engine::suspicions elsewhere;
  elsewhere.add(engine::hash_of("went back"), 0, 0);
  table->keep(elsewhere, {&waits, 1});
  table->clear_hands();
  start();
  EXPECT_THAT(table->found(), testing::UnorderedElementsAre(suspicion("waits", 2, 1),
                                                            suspicion("went back", 0, 0)));
}

TEST_F(begun, what_did_not_come_again_for_a_week_is_forgotten) {
  constexpr std::streamoff first_carried =
      40 + 24 + 64 * begun_table::most_workers + 32 * begun_table::most_rows;
  begin(7, "elsewhere by now", 1, 0, 1, false);
  table->at_work(0)->store(1);
  for (int starts = 0; starts < 20; ++starts) start();
  EXPECT_THAT(table->found(), SizeIs(1)) << "however often it is started";
  table.reset();
  std::fstream written(file(), std::ios::in | std::ios::out | std::ios::binary);
  std::uint32_t day = 0;
  written.seekg(first_carried + 16).read(reinterpret_cast<char*>(&day), sizeof day);
  day -= 8;
  written.seekp(first_carried + 16).write(reinterpret_cast<const char*>(&day), sizeof day);
  written.close();
  start();
  EXPECT_THAT(table->found(), IsEmpty());
}

TEST_F(begun, of_workers_beyond_those_that_have_a_flag_all_was_begun) {
  begin(0, "poison", 0, begun_table::most_workers, 1, true);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("poison", 0, 1)));
}

TEST_F(begun, what_there_is_no_room_for_is_not_noted) {
  table->at_work(0)->store(1);
  for (std::uint32_t slot = 0; slot < begun_table::most_rows + 10; ++slot) {
    begin(slot, std::to_string(slot), 0, 0, 1, false);
  }
  end(begun_table::most_rows + 5);
  end(123'456'789);
  EXPECT_EQ(table->at_work(begun_table::most_workers), nullptr);
  start();
  EXPECT_THAT(table->found(), SizeIs(begun_table::most_rows));
}

TEST_F(begun, deliveries_of_slots_far_apart_do_not_take_each_other_s_place) {
  table->at_work(0)->store(1);
  begin(5, "near", 0, 0, 1, false);
  begin(begun_table::most_rows + 5, "far", 0, 0, 1, false);
  begin(2 * begun_table::most_rows + 5, "farther", 0, 0, 1, false);
  end(begun_table::most_rows + 5);
  end(5);
  start();
  EXPECT_THAT(table->found(), ElementsAre(suspicion("farther", 0, 0)));
}

TEST_F(begun, two_processes_have_two_and_each_is_taken_up_again) {
  begin(0, "first", 0, 0, 1, false);
  table->at_work(0)->store(1);
  {
    const begun_table second(settings);
    EXPECT_THAT(second.found(), IsEmpty());
  }
  start();
  EXPECT_THAT(table->found(), SizeIs(1));
}

TEST_F(begun, another_pipeline_or_a_damaged_file_is_ignored) {
  begin(0, "one", 0, 0, 1, false);
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

// A wild write of the very task that is to be found out.
TEST_F(begun, rows_that_are_damaged_are_no_messages) {
  constexpr std::streamoff first_row = 40 + 24 + 64 * begun_table::most_workers;
  const auto damage = [&](std::streamoff at, const std::string& by) {
    begin(0, "one", 0, 0, 1, false);
    table->at_work(0)->store(1);
    table.reset();
    std::fstream(file(), std::ios::in | std::ios::out | std::ios::binary)
        .seekp(first_row + at)
        .write(by.data(), static_cast<std::streamsize>(by.size()));
    start();
    EXPECT_THAT(table->found(), IsEmpty()) << "at " << at;
    EXPECT_THAT(table->complaint(), HasSubstr("is damaged: of 1 messages")) << "at " << at;
  };
  damage(0, "x");                     // message
  damage(8, std::string(4, '\xff'));  // task
  damage(12, std::string(1, '\x09')); // attempt
  damage(12, std::string(4, '\0'));   // no attempt
  damage(20, std::string(1, 'x'));    // check
  damage(26, std::string(1, '\x07')); // kind
  begin(0, "one", 2, 0, 1, false);
  settings.tasks = 2;
  table->at_work(0)->store(1);
  start();
  EXPECT_THAT(table->found(), IsEmpty()) << "a task that there is not";
}

} // namespace
} // namespace tempest::service
