// What one side encodes, the other understands.
#include <gtest/gtest.h>

#include <string>

#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"

namespace tempest::wire {
namespace {

constexpr std::size_t roomy = 1 << 20;

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

std::string_view view(tempest_slice slice) {
  return {slice.data, slice.length};
}

struct both_ends : testing::Test {
  template <typename Message>
  Message told(const Message& said) {
    return std::get<Message>(in.decode(out.encode(said), nullptr));
  }
  encoder out;
  base::chunk_pool pool;
  decoder in{pool};
};

TEST_F(both_ends, introduce_themselves) {
  hello said;
  said.topology = "words";
  said.tasks = {{"split", false, 2}, {"count", true, 1}};
  said.token = std::string_view("a\0b", 3);
  said.name = "host:1";
  const hello heard = told(said);
  EXPECT_EQ(heard.major, version_major);
  EXPECT_EQ(heard.topology, "words");
  ASSERT_EQ(heard.tasks.size(), 2u);
  EXPECT_EQ(heard.tasks[0].name, "split");
  EXPECT_FALSE(heard.tasks[0].leaf);
  EXPECT_EQ(heard.tasks[0].workers, 2u);
  EXPECT_TRUE(heard.tasks[1].leaf);
  EXPECT_EQ(heard.token, said.token);
  EXPECT_EQ(heard.name, "host:1");
  const welcome answer = told(welcome{1, 7, 42, 1000, 2000});
  EXPECT_EQ(answer.minor, 7);
  EXPECT_EQ(answer.instance, 42u);
  EXPECT_EQ(answer.max_frame_bytes, 1000u);
  EXPECT_EQ(answer.heartbeat_ms, 2000u);
  EXPECT_EQ(told(refusal{"no"}).reason, "no");
}

TEST_F(both_ends, tell_small_things) {
  const credit granted = told(credit{3, 1ull << 40, 1ull << 41});
  EXPECT_EQ(granted.task, 3u);
  EXPECT_EQ(granted.messages, 1ull << 40);
  EXPECT_EQ(granted.bytes, 1ull << 41);
  EXPECT_EQ(told(cancel{{7, 8}}).tokens, (std::vector<std::uint64_t>{7, 8}));
  const heartbeat alive = told(heartbeat{{{9, 2, 1500}},
                                         {2, 0},
                                         {{1, 7, 8, ~0ull, {0, 3, 1ull << 40}}, {2}},
                                         {{1, "no disk"}, {2, ""}}});
  ASSERT_EQ(alive.done.size(), 2u);
  EXPECT_EQ(alive.done[0].task, 1u);
  EXPECT_EQ(alive.done[0].busy_ns, 7u);
  EXPECT_EQ(alive.done[0].blocked_ns, 8u);
  EXPECT_EQ(alive.done[0].idle_ns, ~0ull);
  EXPECT_EQ(alive.done[0].times, (std::vector<std::uint64_t>{0, 3, 1ull << 40}));
  EXPECT_EQ(alive.done[1].task, 2u);
  EXPECT_TRUE(alive.done[1].times.empty());
  EXPECT_EQ(alive.stuck, (std::vector<std::uint32_t>{2, 0}));
  ASSERT_EQ(alive.sinks.size(), 2u);
  EXPECT_EQ(alive.sinks[0].task, 1u);
  EXPECT_EQ(alive.sinks[0].reason, "no disk");
  EXPECT_EQ(alive.sinks[1].reason, "");
  ASSERT_EQ(alive.running.size(), 1u);
  EXPECT_EQ(alive.running[0].token, 9u);
  EXPECT_EQ(alive.running[0].task, 2u);
  EXPECT_EQ(alive.running[0].age_ms, 1500u);
  EXPECT_TRUE(told(heartbeat{}).running.empty());
  EXPECT_EQ(told(goodbye{"SIGTERM"}).reason, "SIGTERM");
}

TEST_F(both_ends, tell_no_times_in_more_buckets_than_there_may_be) {
  heartbeat many;
  many.done.push_back({0, 0, 0, 0, std::vector<std::uint64_t>(64)});
  EXPECT_EQ(told(many).done[0].times.size(), 64u);
  many.done[0].times.push_back(0);
  EXPECT_THROW(told(many), protocol_error);
}

tempest_delivery delivery_of(std::string_view id, std::string_view payload) {
  tempest_delivery made{};
  made.id = slice(id);
  made.payload = slice(payload);
  made.attempt = 2;
  made.deliveries = 3;
  made.timestamp_ms = -4;
  made.host_token = 5;
  return made;
}

TEST_F(both_ends, hand_over_deliveries) {
  const tempest_header headers[] = {{slice("name"), slice("value")}, {slice(""), slice("")}};
  const std::uint32_t path[] = {6, 7};
  tempest_delivery full = delivery_of("id", "payload");
  full.key = {"", 0}; // empty, not absent
  full.headers = headers;
  full.header_count = 2;
  full.path = path;
  full.path_length = 2;
  const tempest_delivery said[] = {full, delivery_of("", "")};
  const auto [bytes, count] = out.encode(deliver{1, said}, roomy);
  EXPECT_EQ(count, 2u);
  const auto heard = std::get<deliver>(in.decode(bytes, nullptr));
  EXPECT_EQ(heard.task, 1u);
  ASSERT_EQ(heard.deliveries.size(), 2u);
  const tempest_delivery& first = heard.deliveries[0];
  EXPECT_EQ(view(first.id), "id");
  EXPECT_EQ(view(first.payload), "payload");
  EXPECT_NE(first.key.data, nullptr);
  EXPECT_EQ(first.key.length, 0u);
  ASSERT_EQ(first.header_count, 2u);
  EXPECT_EQ(view(first.headers[0].name), "name");
  EXPECT_EQ(view(first.headers[0].value), "value");
  ASSERT_EQ(first.path_length, 2u);
  EXPECT_EQ(first.path[1], 7u);
  EXPECT_EQ(first.attempt, 2u);
  EXPECT_EQ(first.deliveries, 3u);
  EXPECT_EQ(first.timestamp_ms, -4);
  EXPECT_EQ(first.host_token, 5u);
  EXPECT_EQ(heard.deliveries[1].key.data, nullptr);
  EXPECT_EQ(heard.deliveries[1].header_count, 0u);
}

TEST_F(both_ends, keep_deliveries_whose_chunks_are_held) {
  const tempest_header header{slice("name"), slice("value")};
  tempest_delivery said = delivery_of("id", "payload");
  said.headers = &header;
  said.header_count = 1;
  const auto bytes = out.encode(deliver{0, std::span(&said, 1)}, roomy).bytes;
  const base::chunk_ref frame = pool.get(bytes.size());
  std::copy(bytes.begin(), bytes.end(), frame.get()->bytes());
  const std::span<const char> body(frame.get()->bytes(), bytes.size());
  const auto heard = std::get<deliver>(in.decode(body, frame.get()));
  EXPECT_EQ(heard.frame, frame.get());
  const base::chunk_ref headers(heard.headers);
  const tempest_delivery kept = heard.deliveries[0];
  for (int i = 0; i < 10'000; ++i) (void)in.decode(body, frame.get());
  ASSERT_EQ(kept.header_count, 1u);
  EXPECT_EQ(view(kept.headers[0].name), "name");
  EXPECT_EQ(view(kept.headers[0].value), "value");
  EXPECT_EQ(view(kept.payload), "payload");
  said.header_count = 0;
  const auto none = out.encode(deliver{0, std::span(&said, 1)}, roomy).bytes;
  EXPECT_EQ(std::get<deliver>(in.decode(none, nullptr)).headers, nullptr);
}

TEST_F(both_ends, are_not_troubled_by_the_padding_of_a_frame) {
  for (std::size_t length = 0; length < 8; ++length) {
    const std::string payload(length, 'x');
    const tempest_delivery said = delivery_of("", payload);
    std::vector<char> framed(4); // so that the body is aligned
    append_frame(framed, out.encode(deliver{0, std::span(&said, 1)}, roomy).bytes);
    EXPECT_EQ(framed.size() % 8, 4u);
    const auto body = std::span<const char>(framed).subspan(8);
    EXPECT_EQ(view(std::get<deliver>(in.decode(body, nullptr)).deliveries[0].payload), payload);
  }
}

TEST_F(both_ends, split_batches_by_bytes) {
  const std::string large(1000, 'x');
  const std::vector<tempest_delivery> said(10, delivery_of("id", large));
  const auto [bytes, count] = out.encode(deliver{0, said}, 4000);
  EXPECT_EQ(count, 3u);
  EXPECT_LE(bytes.size() + 7, 4000u); // padding included
  EXPECT_EQ(std::get<deliver>(in.decode(bytes, nullptr)).deliveries.size(), 3u);
  EXPECT_EQ(out.encode(deliver{0, said}, 1000).count, 0u); // the first alone is too large
}

// A report as a worker makes it.
struct reports : both_ends {
  void add(engine::outcome what, std::vector<engine::output> outputs = {},
           std::string_view reason = {}) {
    engine::result& made = done.results.emplace_back();
    made.delivery = {static_cast<std::uint32_t>(done.results.size()), 9};
    made.what = what;
    made.first_output = static_cast<std::uint32_t>(done.outputs.size());
    made.output_count = static_cast<std::uint32_t>(outputs.size());
    made.reason_start = static_cast<std::uint32_t>(done.reasons.size());
    made.reason_length = static_cast<std::uint32_t>(reason.size());
    done.outputs.insert(done.outputs.end(), outputs.begin(), outputs.end());
    done.reasons.append(reason);
  }
  std::uint32_t task = 0;
  engine::worker_report& heard(std::size_t first = 0, std::size_t max_bytes = roomy) {
    const auto [bytes, count] = out.encode(report{3, &done}, first, max_bytes);
    taken = count;
    const auto said = std::get<report>(in.decode(bytes, nullptr));
    task = said.task;
    return *said.done;
  }
  engine::worker_report done;
  std::size_t taken = 0;
};

engine::output output_of(std::string_view payload) {
  engine::output made;
  made.payload = payload;
  return made;
}

TEST_F(reports, carry_outcomes_and_reasons) {
  add(engine::outcome::failed, {}, "why");
  add(engine::outcome::rejected, {}, "because");
  add(engine::outcome::skipped);
  add(engine::outcome::returned);
  add(engine::outcome::timed_out, {}, "late");
  const engine::worker_report& said = heard();
  ASSERT_EQ(said.results.size(), 5u);
  EXPECT_EQ(task, 3u);
  EXPECT_EQ(said.results[0].what, engine::outcome::failed);
  EXPECT_EQ(said.results[1].delivery, (engine::delivery_ref{2, 9}));
  EXPECT_EQ(said.reasons.substr(said.results[1].reason_start, said.results[1].reason_length),
            "because");
  EXPECT_EQ(said.results[2].what, engine::outcome::skipped);
  EXPECT_EQ(said.results[3].what, engine::outcome::returned);
  EXPECT_EQ(said.results[4].what, engine::outcome::timed_out);
}

TEST_F(reports, carry_outputs_with_and_without_metadata) {
  const tempest_header header{slice("h"), slice("v")};
  engine::metadata meta;
  meta.key = slice("key");
  meta.headers = &header;
  meta.header_count = 1;
  meta.timestamp_ms = 11;
  engine::output with = output_of("with");
  with.meta = &meta;
  engine::output same;
  same.forwards = true;
  add(engine::outcome::succeeded, {output_of("plain"), with});
  add(engine::outcome::succeeded, {same});
  const engine::worker_report& said = heard();
  ASSERT_EQ(said.outputs.size(), 3u);
  EXPECT_EQ(said.outputs[0].payload, "plain");
  EXPECT_EQ(said.outputs[0].meta, nullptr);
  EXPECT_EQ(said.outputs[1].payload, "with");
  ASSERT_NE(said.outputs[1].meta, nullptr);
  EXPECT_EQ(view(said.outputs[1].meta->key), "key");
  EXPECT_EQ(view(said.outputs[1].meta->headers[0].value), "v");
  EXPECT_EQ(said.outputs[1].meta->timestamp_ms, 11);
  EXPECT_NE(said.outputs[1].home, nullptr);
  EXPECT_TRUE(said.outputs[2].forwards);
  EXPECT_EQ(said.results[1].first_output, 2u);
  EXPECT_EQ(said.results[1].output_count, 1u);
}

TEST_F(reports, count_what_a_leaf_emitted_without_carrying_it) {
  add(engine::outcome::succeeded);
  done.results[0].output_count = 5;
  const engine::worker_report& said = heard();
  EXPECT_EQ(said.results[0].output_count, 5u);
  EXPECT_TRUE(said.outputs.empty());
}

TEST_F(reports, leave_in_parts) {
  const std::string large(1000, 'x');
  for (int i = 0; i < 5; ++i) add(engine::outcome::succeeded, {output_of(large)});
  EXPECT_EQ(heard(0, 2500).results.size(), 2u);
  EXPECT_EQ(taken, 2u);
  EXPECT_EQ(heard(4, 2500).results.size(), 1u);
  EXPECT_EQ(out.encode(report{3, &done}, 0, 1000).count, 0u);
}

TEST_F(reports, keep_the_chunk_of_their_frame) {
  add(engine::outcome::succeeded, {output_of("payload")});
  const auto [bytes, count] = out.encode(report{3, &done}, 0, roomy);
  const base::chunk_ref frame = pool.get(bytes.size());
  std::copy(bytes.begin(), bytes.end(), frame.get()->bytes());
  const auto said = std::get<report>(in.decode({frame.get()->bytes(), bytes.size()}, frame.get()));
  EXPECT_EQ(said.done->outputs[0].home, frame.get());
  ASSERT_EQ(said.done->chunks.size(), 1u);
  EXPECT_EQ(said.done->chunks[0].get(), frame.get());
}

} // namespace
} // namespace tempest::wire
