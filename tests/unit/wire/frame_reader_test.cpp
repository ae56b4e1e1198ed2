// Frames come whole out of bytes that come in any pieces.
#include "runtime/wire/frame_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace tempest::wire {
namespace {

struct reading : testing::Test {
  void say(std::string_view body) { append_frame(stream, body); }
  // As one without padding says it: any peer may.
  void say_bare(std::string_view body) {
    for (int i = 0; i < 4; ++i) stream.push_back(static_cast<char>(body.size() >> (8 * i) & 0xff));
    stream.insert(stream.end(), body.begin(), body.end());
  }
  // Takes what was said in pieces of at most `piece` bytes, and keeps every frame.
  void read(std::size_t piece) {
    std::span<const char> left(stream);
    while (!left.empty()) {
      const std::span<char> room = in.room();
      ASSERT_FALSE(room.empty());
      const std::size_t some = std::min({piece, room.size(), left.size()});
      std::memcpy(room.data(), left.data(), some);
      in.filled(some);
      left = left.subspan(some);
      while (const auto frame = in.next()) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame->body.data()) % 8, 0u);
        bodies.push_back(frame->body);
        homes.emplace_back(frame->home);
      }
    }
    stream.clear();
  }
  [[nodiscard]] std::string text(std::size_t index) const {
    const std::string_view body(bodies[index].data(), bodies[index].size());
    return std::string(body.substr(0, body.find('\0')));
  }

  base::chunk_pool pool;
  frame_reader in{pool, 1'000'000};
  std::vector<char> stream;
  std::vector<std::span<const char>> bodies;
  std::vector<base::chunk_ref> homes;
};

TEST_F(reading, frames_of_every_length_in_pieces_of_every_length) {
  for (const std::size_t piece : {1u, 3u, 7u, 64u, 1000u, 100'000u}) {
    bodies.clear();
    homes.clear();
    for (std::size_t length = 1; length < 300; ++length) {
      say(std::string(length, static_cast<char>('a' + length % 26)));
      say_bare(std::string(length, static_cast<char>('A' + length % 26)));
    }
    read(piece);
    ASSERT_EQ(bodies.size(), 598u);
    for (std::size_t length = 1; length < 300; ++length) {
      EXPECT_EQ(text(2 * length - 2), std::string(length, static_cast<char>('a' + length % 26)));
      EXPECT_EQ(text(2 * length - 1), std::string(length, static_cast<char>('A' + length % 26)));
    }
  }
}

TEST_F(reading, small_frames_share_a_chunk) {
  for (int i = 0; i < 100; ++i) say(std::string(100, 'x'));
  read(1000);
  ASSERT_EQ(homes.size(), 100u);
  for (const base::chunk_ref& one : homes) EXPECT_EQ(one.get(), homes[0].get());
}

TEST_F(reading, a_large_frame_has_a_chunk_of_its_own) {
  const std::string large(500'000, 'x');
  say("small");
  say(large);
  say("after");
  read(1000);
  ASSERT_EQ(bodies.size(), 3u);
  EXPECT_EQ(text(1), large);
  EXPECT_EQ(text(2), "after");
  EXPECT_NE(homes[1].get(), homes[0].get());
  EXPECT_NE(homes[1].get(), homes[2].get());
  EXPECT_LT(homes[1].get()->capacity, 500'100u);
}

TEST_F(reading, a_large_frame_is_read_in_one_piece) {
  say(std::string(500'000, 'x'));
  const std::span<char> first = in.room();
  std::memcpy(first.data(), stream.data(), 1000);
  in.filled(1000);
  EXPECT_FALSE(in.next());
  EXPECT_EQ(in.room().size(), stream.size() - 1000);
}

TEST_F(reading, a_chunk_that_nobody_holds_is_used_again) {
  say("first");
  read(1000);
  const base::chunk* const used = homes[0].get();
  homes.clear();
  for (int i = 0; i < 2000; ++i) {
    say(std::string(100, 'x'));
    read(1000);
    EXPECT_EQ(homes[0].get(), used);
    homes.clear();
  }
}

TEST_F(reading, what_is_held_stays_as_it_is) {
  for (int i = 0; i < 5000; ++i) say(std::to_string(i));
  read(4096);
  for (std::size_t i = 0; i < 5000; ++i) EXPECT_EQ(text(i), std::to_string(i));
}

TEST_F(reading, the_limit_is_that_of_a_stranger_until_it_is_raised) {
  frame_reader fresh(pool);
  const auto say_length = [&](std::string_view prefix) {
    std::memcpy(fresh.room().data(), prefix.data(), prefix.size());
    fresh.filled(prefix.size());
  };
  say_length(std::string_view("\x01\x00\x01\x00", 4)); // 64 KiB and one
  EXPECT_THROW((void)fresh.next(), protocol_error);
  EXPECT_THROW((void)fresh.room(), protocol_error);
  fresh.limit(max_hello_bytes + 1);
  EXPECT_FALSE(fresh.next());
  EXPECT_EQ(fresh.room().size(), max_hello_bytes + 1);
}

TEST_F(reading, an_empty_frame_is_refused) {
  stream.assign(4, '\0');
  std::memcpy(in.room().data(), stream.data(), 4);
  in.filled(4);
  EXPECT_THROW((void)in.next(), protocol_error);
}

} // namespace
} // namespace tempest::wire
