#include "plugins/redis/list/own_names.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace redis::list {
namespace {

TEST(own_names, what_a_list_keeps_is_not_read) {
  for (const char* rest :
       {":consumers", ":returned", ":count", ":alive:a", ":processing:a", ":marks:a"}) {
    EXPECT_THROW(check_not_owned({"jobs", std::string("jobs") + rest}), std::invalid_argument)
        << rest;
    EXPECT_THROW(check_not_owned({std::string("jobs") + rest, "jobs"}), std::invalid_argument)
        << rest;
  }
}

TEST(own_names, what_only_looks_like_it_is_read) {
  EXPECT_NO_THROW(check_not_owned(
      {"jobs", "jobs:urgent", "jobs:counts", "jobs:processing", "other:processing:a"}));
  EXPECT_NO_THROW(check_not_owned({"jobs:processing:a"}));
}

} // namespace
} // namespace redis::list
