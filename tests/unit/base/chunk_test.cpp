#include "runtime/base/chunk.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace {

using namespace tempest::base;

TEST(chunk_writer, fills_one_chunk_before_it_takes_the_next) {
  chunk_pool pool;
  chunk_writer writer(pool);
  char* first = writer.reserve(100);
  chunk* home = writer.current();
  char* second = writer.reserve(100);
  EXPECT_EQ(writer.current(), home);
  EXPECT_EQ(second - first, 104); // rounded to 8 bytes
  (void)writer.reserve(chunk_pool::standard_bytes);
  EXPECT_NE(writer.current(), home);
}

TEST(chunk_writer, gives_a_large_payload_a_chunk_of_its_own_and_goes_on_with_the_old_one) {
  chunk_pool pool;
  chunk_writer writer(pool);
  (void)writer.reserve(100);
  chunk* home = writer.current();
  char* large = writer.reserve(chunk_pool::standard_bytes + 1);
  const chunk_ref keep(writer.current());
  EXPECT_NE(keep.get(), home);
  std::memset(large, 'x', chunk_pool::standard_bytes + 1);
  (void)writer.reserve(100);
  EXPECT_EQ(writer.current(), home);
}

TEST(chunk_pool, hands_an_empty_chunk_out_again_but_not_a_referenced_one) {
  chunk_pool pool;
  chunk_ref one = pool.get(10);
  chunk* address = one.get();
  const chunk_ref copy = one;
  one.reset();
  chunk_ref other = pool.get(10);
  EXPECT_NE(other.get(), address);
  other = chunk_ref();
  EXPECT_EQ(address->refs.load(), 1u);
}

TEST(chunk_pool, makes_exact_chunks_on_request) {
  chunk_pool pool;
  const chunk_ref exact = pool.get(24, true);
  EXPECT_EQ(exact.get()->capacity, 24u);
}

} // namespace
