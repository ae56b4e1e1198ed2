// Bodies and lengths that no honest peer sends.
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "runtime/wire/decoder.hpp"
#include "runtime/wire/encoder.hpp"
#include "runtime/wire/schema.hpp"

namespace tempest::wire {
namespace {

using flatbuffers::FlatBufferBuilder;

// What the decoder says of a body; "" when it takes it.
struct hostile : testing::Test {
  std::string refused(std::span<const char> body) {
    try {
      (void)in.decode(body, nullptr);
      return "";
    } catch (const protocol_error& error) {
      return error.what();
    }
  }
  template <typename Table>
  std::string refused(schema::Body kind, flatbuffers::Offset<Table> table) {
    build.Finish(schema::CreateFrame(build, kind, table.Union()));
    return refused({reinterpret_cast<const char*>(build.GetBufferPointer()), build.GetSize()});
  }
  auto bytes(std::string_view text) {
    return build.CreateVector(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  std::string refused(const schema::DeliveryHead& head, std::string_view content,
                      const std::vector<std::uint32_t>& header_lengths = {},
                      const std::vector<std::uint32_t>& path = {}) {
    const auto heads = build.CreateVectorOfStructs(&head, 1);
    const auto lengths = build.CreateVector(header_lengths);
    const auto paths = build.CreateVector(path);
    return refused(schema::Body::Deliver,
                   schema::CreateDeliver(build, 0, heads, lengths, paths, bytes(content)));
  }
  std::string refused(const schema::ResultHead& head,
                      const std::vector<schema::OutputHead>& outputs, std::string_view reasons = "",
                      std::string_view content = "") {
    return refused(std::vector{head}, outputs, reasons, content);
  }
  std::string refused(const std::vector<schema::ResultHead>& all,
                      const std::vector<schema::OutputHead>& outputs, std::string_view reasons = "",
                      std::string_view content = "") {
    const auto results = build.CreateVectorOfStructs(all);
    const auto heads = build.CreateVectorOfStructs(outputs);
    const auto said = bytes(reasons);
    return refused(schema::Body::Report,
                   schema::CreateReport(build, 0, results, heads, 0, said, bytes(content)));
  }

  base::chunk_pool pool;
  decoder in{pool};
  FlatBufferBuilder build;
};

TEST_F(hostile, bytes_that_are_no_frame) {
  EXPECT_EQ(refused(std::string_view("")), "a frame that is no frame");
  EXPECT_EQ(refused(std::string(64, '\xff')), "a frame that is no frame");
  EXPECT_EQ(refused(schema::Body::NONE, flatbuffers::Offset<void>()), "a frame without a message");
}

TEST_F(hostile, every_cut_of_a_good_frame_is_refused_or_sound) {
  encoder out;
  const std::string payload(100, 'x');
  tempest_delivery one{};
  one.payload = {payload.data(), payload.size()};
  const auto whole = out.encode(deliver{0, std::span(&one, 1)}, 10'000).bytes;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::uint64_t> aligned(whole.size() / 8 + 1);
    std::memcpy(const_cast<std::uint64_t*>(aligned.data()), whole.data(), length);
    (void)refused({reinterpret_cast<const char*>(aligned.data()), length});
  }
}

TEST_F(hostile, deliveries_that_say_more_than_they_bring) {
  EXPECT_EQ(refused({1, 0, 0, 5, 0, 0, 0, 1, 1, 0}, "four"), "its bytes end before its heads say");
  EXPECT_EQ(refused({1, 0, 0xffffffff, 0xffffffff, 0, 0, 0, 1, 1, 0}, "four"),
            "its bytes end before its heads say");
  EXPECT_EQ(refused({1, 0, 0, 3, 0, 0, 0, 1, 1, 0}, "four"), "its bytes go on after its heads end");
  EXPECT_EQ(refused({1, 0, 0, 4, 0, 0xffffffff, 0, 1, 1, 0}, "four"),
            "its header lengths end before its heads say");
  EXPECT_EQ(refused({1, 0, 0, 0, 0, 1, 0, 1, 1, 0}, "", {1, 0}),
            "its bytes end before its heads say");
  EXPECT_EQ(refused({1, 0, 0, 0, 0, 0, 2, 1, 1, 0}, "", {}, {1}),
            "its paths end before its heads say");
  EXPECT_EQ(refused({1, 0, 0, 0, 4, 0, 0, 1, 1, 0}, "four"), "a key that is said to be absent");
  EXPECT_EQ(refused({1, 0, 0, 0, 4, 0, 0, 1, 1, has_key}, "four"), "");
}

TEST_F(hostile, results_that_are_none) {
  EXPECT_EQ(refused({1, 6, 0, 0, 0}, {}), "the outcome 6, which is none");
  EXPECT_EQ(refused({1, 0, 2, 1, 0}, {}), "a result that carries some of its outputs");
  EXPECT_EQ(refused({1, 2, 1, 0, 0}, {}), "outputs of a delivery that did not succeed");
  EXPECT_EQ(refused({1, 0, 1, 1, 0}, {}), "its outputs end before its heads say");
  EXPECT_EQ(refused({1, 0, 0, 0, 0}, {{}}), "its outputs go on after its heads end");
  EXPECT_EQ(refused({1, 2, 0, 0, 4}, {}, "why"), "its reasons end before its heads say");
  EXPECT_EQ(refused({1, 0, 1, 1, 0}, {{0, 1, 0, 0, forwards}}, "", "x"),
            "a payload of an output that forwards its input");
  EXPECT_EQ(refused(std::vector<schema::ResultHead>{{1, 0, 1, 1, 0}, {2, 0, 2, 0, 0}}, {{}}),
            "a report that carries the outputs of some results only");
  EXPECT_EQ(refused({1, 0, 0xffffffff, 0, 0}, {}), ""); // a leaf may count what it likes
}

TEST_F(hostile, lengths) {
  const auto length_of = [](const char(&prefix)[5]) {
    return body_length(std::span<const char, 4>(prefix, 4), 1000);
  };
  EXPECT_EQ(length_of("\xe8\x03\0\0"), 1000u);
  EXPECT_THROW((void)length_of("\xe9\x03\0\0"), protocol_error);
  EXPECT_THROW((void)length_of("\xff\xff\xff\xff"), protocol_error);
  EXPECT_THROW((void)length_of("\0\0\0\0"), protocol_error);
}

TEST_F(hostile, what_a_newer_version_says_is_passed_over) {
  const auto kind = static_cast<schema::Body>(200);
  build.Finish(schema::CreateFrame(build, kind, schema::CreateGoodbye(build, 0).Union()));
  const auto said = in.decode(
      {reinterpret_cast<const char*>(build.GetBufferPointer()), build.GetSize()}, nullptr);
  EXPECT_TRUE(std::holds_alternative<unknown>(said));
  EXPECT_EQ(incompatible(version_major, 99), "");
  EXPECT_NE(incompatible(3, 5).find("3.5"), std::string::npos);
  EXPECT_NE(incompatible(3, 5).find("2.1"), std::string::npos);
}

} // namespace
} // namespace tempest::wire
