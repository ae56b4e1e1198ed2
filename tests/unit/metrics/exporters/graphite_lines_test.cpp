// What Graphite is told, and what waits for it.
#include "runtime/metrics/exporters/graphite_lines.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "runtime/metrics/exporters/block_buffer.hpp"
#include "tests/unit/metrics/exporters/rig.hpp"

namespace tempest::metrics {
namespace {

TEST(graphite, is_told_everything_with_tags) {
  sample_registry some;
  graphite_lines lines({.prefix = "eu", .instance = "web-0"});
  some.words.update(3);
  some.wait.update(0.04);
  const std::string tags = ";topology=shop;task=split";
  const std::string end = ";instance=web-0 ";
  const std::string wait = "eu.tempest_task_wait_seconds";
  const std::string from = ";topology=shop;from=a\"b;task=split" + end;
  EXPECT_EQ(lines.next(some.now(), 1'764'427'629),
            "eu.tempest_task_level" + tags + end + "0 1764427629\n" + wait + "_count" + from +
                "1 1764427629\n" + wait + "_sum" + from + "0.04 1764427629\n" + wait + "_p50" +
                from + "0.0375 1764427629\n" + wait + "_p90" + from + "0.0475 1764427629\n" + wait +
                "_p99" + from + "0.04975 1764427629\n" + "eu.tempest_task_words_total" + tags +
                end + "3 1764427629\n");
}

// Counters are totals; of a histogram that is still, count and sum go on.
TEST(graphite, quantiles_are_those_of_what_is_new) {
  sample_registry some;
  graphite_lines lines({.instance = "web-0"});
  some.wait.update(0.04);
  (void)lines.next(some.now(), 1);
  const std::string still = lines.next(some.now(), 2);
  EXPECT_EQ(still.find("_p50"), std::string::npos) << still;
  EXPECT_NE(still.find("_count;topology=shop;from=a\"b;task=split;instance=web-0 1 2\n"),
            std::string::npos)
      << still;
  some.wait.update(4);
  EXPECT_NE(lines.next(some.now(), 3)
                .find("_p50;topology=shop;from=a\"b;task=split;instance=web-0 "
                      "3.75 3\n"),
            std::string::npos);
}

TEST(graphite, without_tags_labels_are_a_part_of_the_name) {
  registry all("my shop");
  all.of_plugin({subject::task, "a.b"}, kind::counter, "n", "", {{"x", ""}})->update(1);
  graphite_lines lines({.instance = "web-0", .tags = false});
  EXPECT_NE(lines.next(all.collect(), 7)
                .find("tempest_task_n_total.topology.my_shop.task.a_b.x._.instance.web-0 1 7\n"),
            std::string::npos);
}

TEST(graphite, what_would_end_a_tag_is_replaced_or_left_out) {
  registry all("shop");
  all.of_plugin({subject::task, "a;b c"}, kind::counter, "n", "", {{"x", ""}, {"y", "~1"}})
      ->update(1);
  graphite_lines lines({.instance = "web-0"});
  EXPECT_NE(lines.next(all.collect(), 7)
                .find("tempest_task_n_total;topology=shop;task=a_b_c;y=_1;instance=web-0 1 7\n"),
            std::string::npos);
}

TEST(graphite, has_no_word_for_what_is_infinite) {
  sample_registry some;
  some.level.update(std::numeric_limits<double>::infinity());
  graphite_lines lines({.instance = "web-0"});
  EXPECT_EQ(lines.next(some.now(), 7).find("level"), std::string::npos);
}

std::string drain(block_buffer& from) {
  std::string all;
  while (!from.next().empty()) {
    all += from.next();
    from.written(from.next().size());
  }
  return all;
}

TEST(what_waits, goes_in_order_and_comes_again_until_it_has_arrived) {
  block_buffer all(100);
  all.add("one\n");
  all.add("two\n");
  all.written(2);
  EXPECT_EQ(all.next(), "e\n");
  all.start_over(); // half a line was lost with the connection
  EXPECT_EQ(drain(all), "one\ntwo\n");
  all.add("three\n");
  all.start_over();
  EXPECT_EQ(drain(all), "one\ntwo\nthree\n");
  all.arrived();
  all.start_over();
  EXPECT_EQ(drain(all), "");
}

TEST(what_waits, is_bounded_and_the_oldest_goes) {
  block_buffer all(10);
  for (const char* text : {"1234\n", "2345\n", "3456\n"}) all.add(text);
  EXPECT_EQ(all.dropped(), 1U);
  all.written(1); // of 2345: its line is ended
  all.add("4567\n");
  EXPECT_EQ(all.dropped(), 2U);
  EXPECT_EQ(drain(all), "345\n4567\n");
  all.add("5678\n"); // what has perhaps not arrived makes room
  EXPECT_EQ(all.dropped(), 2U);
  all.start_over();
  EXPECT_EQ(drain(all), "4567\n5678\n");
  all.add("12345678901\n");
  EXPECT_EQ(all.dropped(), 3U);
  EXPECT_EQ(all.next(), "");
}

} // namespace
} // namespace tempest::metrics
