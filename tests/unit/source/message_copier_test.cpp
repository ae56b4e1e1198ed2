// What a source pushes, as it is laid out for the engine.
#include "runtime/source/message_copier.hpp"

#include <gtest/gtest.h>

#include <new>
#include <string>

#include "tests/support/allocations.hpp"

namespace tempest::source {
namespace {

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

TEST(message_copier, key_and_headers_count_with_the_payload) {
  base::chunk_pool pool;
  message_copier copier(pool, 10);
  const tempest_header header{slice("hh"), slice("vvv")};
  tempest_source_message message{};
  message.id = slice("whatever its length");
  message.payload = slice("1234");
  message.key = slice("k");
  message.headers = &header;
  message.header_count = 1;
  copier.add(message);
  EXPECT_EQ(copier.bytes(), 10u);
  EXPECT_EQ(copier.batch().messages.back().refused, nullptr);
  message.key = slice("kk");
  copier.add(message);
  EXPECT_EQ(copier.bytes(), 21u);
  const engine::incoming& refused = copier.batch().messages.back();
  ASSERT_NE(refused.refused, nullptr);
  EXPECT_STREQ(refused.refused,
               "it holds more than max_message_bytes = 10 in payload, key and headers");
  EXPECT_EQ(refused.payload, "1234"); // its dead letter has all of it
  ASSERT_NE(refused.meta, nullptr);
  EXPECT_EQ(refused.meta->header_count, 1u);
}

// Else its bytes would go away while the engine has it.
TEST(message_copier, takes_no_message_whose_chunk_it_has_no_memory_to_hold) {
  base::chunk_pool pool;
  base::chunk_ref spare = pool.get(1); // the chunk of the second one
  message_copier copier(pool, 1'000'000);
  const std::string text(60'000, 'x');
  tempest_source_message message{};
  message.payload = slice(text);
  copier.add(message);
  spare.reset();
  engine::incoming_batch& batch = copier.batch();
  batch.messages.reserve(8);
  ASSERT_EQ(batch.chunks.capacity(), batch.chunks.size());
  {
    const test::no_memory now;
    EXPECT_THROW(copier.add(message), std::bad_alloc);
  }
  EXPECT_EQ(batch.messages.size(), 1u);
  EXPECT_EQ(copier.bytes(), 60'000u);
  copier.add(message);
  EXPECT_EQ(batch.messages.size(), 2u);
  EXPECT_EQ(batch.chunks.size(), 2u);
}

} // namespace
} // namespace tempest::source
