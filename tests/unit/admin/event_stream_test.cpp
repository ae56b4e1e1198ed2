// Server-sent events, as they are written and read back.
#include "runtime/admin/event_stream.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace tempest::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> read(event_reader& reader, std::string_view bytes) {
  std::vector<std::string> made;
  reader.add(bytes);
  while (const auto one = reader.next()) made.push_back(one->kind + "=" + one->data);
  return made;
}

std::vector<std::string> read(std::string_view bytes) {
  event_reader reader;
  return read(reader, bytes);
}

TEST(an_event, is_read_as_it_was_written) {
  EXPECT_EQ(event_bytes("message", "{}"), "event: message\ndata: {}\n\n");
  EXPECT_THAT(read(event_bytes("a", "x: y ") + std::string(event_comment) + event_bytes("b", "")),
              ElementsAre("a=x: y ", "b="));
}

TEST(an_event, comes_in_any_pieces) {
  event_reader reader;
  std::vector<std::string> all;
  for (const char one : event_bytes("a", "1") + event_bytes("b", "2")) {
    for (std::string& each : read(reader, {&one, 1})) all.push_back(std::move(each));
  }
  EXPECT_THAT(all, ElementsAre("a=1", "b=2"));
}

TEST(an_event, may_be_written_by_others) {
  EXPECT_THAT(read("data:x\n\n"), ElementsAre("message=x"));
  EXPECT_THAT(read("data: x\ndata:  y\nid: 7\nretry: 1\ndata\n\n"), ElementsAre("message=x\n y\n"));
  EXPECT_THAT(read("event: a\r\ndata: x\r\n\r\nevent: b\rdata: y\r\r:"), ElementsAre("a=x", "b=y"));
}

TEST(an_event, has_data) {
  EXPECT_THAT(read(": hello\n\nevent: a\n\nevent\n\n\n\n"), IsEmpty());
  EXPECT_THAT(read("event: a\n\ndata: x\n\n"), ElementsAre("message=x")) << "a kind does not stay";
}

TEST(an_event, that_is_not_whole_is_none) {
  EXPECT_THAT(read("event: a\ndata: x\n"), IsEmpty());
  EXPECT_THAT(read("event: a\ndata: x\r\n\r"), IsEmpty()) << "the \\n may yet come";
}

TEST(an_event, without_an_end_is_wrong) {
  event_reader reader;
  reader.add("data: " + std::string(event_reader::longest - 100, 'x'));
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_FALSE(reader.is_wrong());
  reader.add(std::string(100, 'x'));
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_TRUE(reader.is_wrong());
}

} // namespace
} // namespace tempest::admin
