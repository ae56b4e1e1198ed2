// Whatever a server sends: parsed by hiredis into our reply, then read as each of the answers that
// the source asks for.
#include <gtest/gtest.h>

#include "plugins/redis/stream/entries.hpp"
#include "tests/fuzz/damage.hpp"

namespace redis::stream {
namespace {

constexpr std::string_view sound_replies[] = {
    "*1\r\n*2\r\n$3\r\nkey\r\n*3\r\n*2\r\n$3\r\n1-0\r\n*4\r\n$1\r\na\r\n$2\r\n\r\n\r\n$1\r\nb\r\n$0"
    "\r\n\r\n*2\r\n$3\r\n1-1\r\n$-1\r\n*2\r\n$3\r\n2-0\r\n*2\r\n$1\r\na\r\n$3\r\nxyz\r\n",
    "*3\r\n$3\r\n0-0\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n*2\r\n$3\r\n1-0"
    "\r\n:7\r\n",
    "*2\r\n*4\r\n$3\r\n1-0\r\n$1\r\nc\r\n:12\r\n:3\r\n*4\r\n$3\r\n2-0\r\n$1\r\nc\r\n:0\r\n:1\r\n",
    "*2\r\n*4\r\n$4\r\nname\r\n$1\r\nx\r\n$3\r\nlag\r\n:9\r\n*6\r\n$4\r\nname\r\n$1\r\ng\r\n$"
    "3\r\nodd"
    "\r\n*2\r\n:1\r\n:2\r\n$3\r\nlag\r\n:3\r\n"};

// Reads `from` as everything it might be; how many readings found a sense in it. What was found is
// looked at, byte by byte.
int readings(const reply& from) {
  int sense = 0;
  entries found;
  stream_id cursor;
  std::size_t bytes = 0;
  const auto look = [&] {
    for (const entry& one : found.found) {
      for (std::uint32_t i = 0; i < 2 * one.fields; ++i) {
        const std::string_view text = from.text(from.at(one.first_field + i));
        for (const char c : text) bytes += c != '\0';
      }
      EXPECT_FALSE(from.text(from.at(one.id_node)).empty());
    }
  };
  if (find_read(from, found)) ++sense;
  look();
  if (find_taken(from, found)) ++sense;
  look();
  std::vector<pending_entry> pending;
  if (find_pending(from, pending)) ++sense;
  if (find_idle(from, pending, cursor)) ++sense;
  if (find_lag(from, "g")) ++sense;
  EXPECT_LE(bytes, from.byte_count());
  return sense;
}

// The whole replies in `bytes`, which arrive in pieces; the parser may refuse the rest.
int sense_of(std::string_view bytes, std::size_t piece) {
  reply nodes;
  redisReader* const reader = redisReaderCreateWithFunctions(recording_functions());
  reader->privdata = &nodes;
  int sense = 0;
  bool refused = false;
  while (!bytes.empty() && !refused) {
    const std::size_t length = std::min(piece, bytes.size());
    redisReaderFeed(reader, bytes.data(), length);
    bytes.remove_prefix(length);
    for (void* object = &nodes; object != nullptr && !refused;) {
      object = nullptr;
      refused = redisReaderGetReply(reader, &object) != REDIS_OK;
      if (object == nullptr || refused) break;
      sense += readings(nodes);
      nodes.clear();
    }
  }
  redisReaderFree(reader);
  return sense;
}

TEST(fuzz_redis_replies, make_sense_or_none) {
  tempest::fuzz::damage dice(20261124, "*$:+-0123456789\r\n_#,(~%");
  int sense = 0;
  for (int run = 0; run < 20'000; ++run) {
    const std::string_view sound = sound_replies[dice.below(std::size(sound_replies))];
    sense += sense_of(dice.to(sound), 1 + dice.below(64));
  }
  EXPECT_GT(sense, 200) << "hardly anything got past the parser";
}

// Of the right types, in any shape: what damaged bytes seldom become.
TEST(fuzz_redis_replies, of_any_shape_are_read_within_their_bounds) {
  tempest::fuzz::damage dice(7, "*");
  constexpr std::string_view texts[] = {"1-0", "", "g", "name", "lag", "18446744073709551615-1"};
  int sense = 0;
  for (int run = 0; run < 50'000; ++run) {
    reply made;
    for (std::size_t nodes = 1 + dice.below(14); nodes > 0; --nodes) {
      const std::string_view text = texts[dice.below(std::size(texts))];
      switch (dice.below(5)) {
        case 0:
          made.add({.type = reply_type::integer, .integer = static_cast<int>(dice.below(9)) - 4});
          break;
        case 1:
          made.add({.type = reply_type::nil});
          break;
        case 2:
          made.add_text(reply_type::string, text.data(), text.size());
          break;
        default:
          made.add(
              {.type = reply_type::array, .elements = static_cast<std::uint32_t>(dice.below(5))});
      }
    }
    sense += readings(made);
  }
  EXPECT_GT(sense, 1'000);
}

} // namespace
} // namespace redis::stream
