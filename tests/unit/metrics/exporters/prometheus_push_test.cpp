// Where metrics are pushed to, and which addresses are none.
#include "runtime/metrics/exporters/prometheus_push.hpp"

#include <gtest/gtest.h>

namespace tempest::metrics {
namespace {

TEST(a_push_url, groups_by_job_and_instance) {
  EXPECT_EQ(push_url("http://gw:9091", "shop", "web-0"),
            "http://gw:9091/metrics/job/shop/instance/web-0");
  EXPECT_EQ(push_url("https://u:p@gw/push//", "a.b_c", "web-0"),
            "https://u:p@gw/push/metrics/job/a.b_c/instance/web-0");
}

TEST(a_push_url, says_names_that_cannot_stand_in_a_path_in_base64) {
  EXPECT_EQ(push_url("http://gw", "my shop/2", "web:7"),
            "http://gw/metrics/job@base64/bXkgc2hvcC8y/instance@base64/d2ViOjc=");
  EXPECT_EQ(push_url("http://gw", "\xff\xfe\xfd?", "\xfb\xef\xbe"),
            "http://gw/metrics/job@base64/__79Pw==/instance@base64/----")
      << "the alphabet is that of URLs";
}

TEST(a_push_uri, that_is_none_is_told_from_one_that_is) {
  for (const char* good : {"http://gw", "https://gw:1/x", "http://u:p@[::1]:9091/"}) {
    EXPECT_EQ(push_uri_fault(good), "") << good;
  }
  for (const char* bad : {"", "gw", "gw:9091", "http://", "http://a b", "http://gw:99999"}) {
    EXPECT_NE(push_uri_fault(bad), "") << bad;
  }
  EXPECT_EQ(push_uri_fault("ftp://gw"), "begins with neither http:// nor https://");
  EXPECT_EQ(push_uri_fault("http://gw/?a=1"), "has a part that begins with ? or #");
  EXPECT_EQ(push_uri_fault("http://gw/#a"), "has a part that begins with ? or #");
}

} // namespace
} // namespace tempest::metrics
