// Steady state allocates nothing per message: all memory comes from slots, chunks and vectors that
// are used again.
#include "tests/support/allocations.hpp"
#include "tests/unit/engine/rig.hpp"

namespace tempest::engine {
namespace {

// A source and workers that use their batches again, as the real ones do.
class steady_flow {
 public:
  void round() {
    accept();
    for (task_id task = 0; task < 3; ++task) {
      while (handle(task)) {
      }
    }
    ASSERT_EQ(heart_.settlements.size(), 100u);
    heart_.settlements.clear();
  }
  // One in which nobody takes what waits for the last task: the one before it rejects each message.
  void round_without_the_last_worker() {
    accept();
    while (handle(0)) {
    }
    while (handle(1, outcome::rejected)) {
    }
    ASSERT_EQ(heart_.queued(2), 0u);
    ASSERT_EQ(heart_.settlements.size(), 100u);
    heart_.settlements.clear();
    heart_.incidents.clear();
    heart_.incidents_omitted = 0;
  }

 private:
  void accept() {
    batch_.clear();
    for (std::uint64_t i = 0; i < 100; ++i) {
      incoming one;
      one.payload = bytes();
      one.id = one.payload.substr(0, 8); // of a length that an incident keeps without memory
      one.home = writer_.current();
      one.token = i;
      batch_.messages.push_back(one);
      batch_.chunks.emplace_back(one.home);
    }
    heart_.accept(batch_, second);
  }
  std::string_view bytes() {
    char* const place = writer_.reserve(64);
    std::memset(place, 'x', 64);
    return {place, 64};
  }
  bool handle(task_id task, outcome what = outcome::succeeded) {
    taken_.clear();
    if (heart_.take(task, 1, 32, taken_) == 0) return false;
    done_.clear();
    for (const tempest_delivery& each : taken_) {
      result one;
      one.delivery = delivery_ref::of(each.host_token);
      one.what = what;
      one.first_output = static_cast<std::uint32_t>(done_.outputs.size());
      one.output_count = task == 2 || what != outcome::succeeded ? 0 : 2;
      for (std::uint32_t i = 0; i < one.output_count; ++i) {
        output added;
        added.payload = bytes();
        added.home = writer_.current();
        done_.outputs.push_back(added);
        done_.chunks.emplace_back(added.home);
      }
      done_.results.push_back(one);
    }
    heart_.report(1, done_, second);
    return true;
  }

  base::chunk_pool pool_;
  base::chunk_writer writer_{pool_};
  engine heart_{rig::graph({{1, 2}, {2}, {}})};
  incoming_batch batch_;
  worker_report done_;
  std::vector<tempest_delivery> taken_;
};

TEST(allocation, steady_state_allocates_nothing) {
  steady_flow flow;
  for (int i = 0; i < 50; ++i) flow.round();
  const std::uint64_t before = test::allocations();
  EXPECT_GT(before, 0u) << "the count is not wired up";
  for (int i = 0; i < 100; ++i) flow.round();
  EXPECT_EQ(test::allocations(), before);
}

TEST(allocation, what_is_forgotten_in_a_queue_makes_room) {
  steady_flow flow;
  for (int i = 0; i < 50; ++i) flow.round_without_the_last_worker();
  const std::uint64_t before = test::allocations();
  for (int i = 0; i < 500; ++i) flow.round_without_the_last_worker();
  EXPECT_EQ(test::allocations(), before);
}

} // namespace
} // namespace tempest::engine
