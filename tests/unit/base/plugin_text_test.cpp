#include "runtime/base/plugin_text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace tempest::base;

TEST(plugin_text, an_empty_reason_is_said_to_be_none) {
  EXPECT_EQ(reason_of({}), "no reason given");
  EXPECT_EQ(reason_of({"abc", 0}), "no reason given");
  EXPECT_EQ(reason_of({"abc", 2}), "ab");
  EXPECT_EQ(plugin_error().text(), "no reason given");
}

TEST(plugin_text, what_was_said_in_an_earlier_call_is_gone) {
  plugin_error error;
  tempest_error& room = *error.get();
  room.text[0] = '?';
  room.kind = TEMPEST_ERROR_NO_INPUT;
  EXPECT_EQ(error.text(), "?");
  EXPECT_EQ(error.code(), exit_code::no_input);
  (void)error.get();
  EXPECT_EQ(error.text(), "no reason given");
  EXPECT_EQ(error.code(), exit_code::bad_config);
}

TEST(plugin_text, a_text_without_an_end_ends_with_its_room) {
  plugin_error error;
  tempest_error& room = *error.get();
  std::memset(room.text, 'x', sizeof room.text);
  EXPECT_EQ(error.text(), std::string(sizeof room.text, 'x'));
}

} // namespace
