#include "runtime/conformance/destination.hpp"

#include <gmock/gmock.h>

namespace tempest::conformance {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Destination, EachLineIsAMessageAndHeldAgainstWhatIsKnown) {
  const held_messages there = find_messages("one\ntwo\none\nthree", {"one", "two", "four"});
  EXPECT_THAT(there.known, UnorderedElementsAre(Pair("one", 2), Pair("two", 1), Pair("four", 0)));
  EXPECT_THAT(there.other, UnorderedElementsAre(Pair("three", 1)));
}

TEST(Destination, APayloadOfSeveralLinesIsFoundWhole) {
  const std::string several = "a\r\n\nb";
  const std::string text = "b\n" + several + "\na\r\n" + several;
  const held_messages there = find_messages(text, {several, "b"});
  EXPECT_THAT(there.known, UnorderedElementsAre(Pair(several, 2), Pair("b", 1)));
  EXPECT_THAT(there.other, UnorderedElementsAre(Pair("a\r", 1)));
  const held_messages longer = find_messages(several + "c\n", {several});
  EXPECT_THAT(longer.known, UnorderedElementsAre(Pair(several, 0)));
}

TEST(Destination, EmptyLinesAreEmptyMessagesWhereThereAreSome) {
  EXPECT_THAT(find_messages("\na\n", {"", "a"}).known,
              UnorderedElementsAre(Pair("", 1), Pair("a", 1)));
  EXPECT_THAT(find_messages("\n\n", {}).other, IsEmpty()) << "some commands print one for nothing";
  EXPECT_THAT(find_messages("a\n", {"", "a"}).known,
              UnorderedElementsAre(Pair("", 0), Pair("a", 1)));
}

TEST(Destination, AnyByteIsHeldAgainstItsOwn) {
  const std::string zero("a\0b", 3);
  const held_messages there = find_messages(zero + "\nab\n", {zero});
  EXPECT_THAT(there.known, UnorderedElementsAre(Pair(zero, 1)));
  EXPECT_THAT(there.other, UnorderedElementsAre(Pair("ab", 1)));
}

} // namespace
} // namespace tempest::conformance
