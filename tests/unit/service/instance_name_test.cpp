// Names of processes of one topology on a host.
#include "runtime/service/instance_name.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "runtime/base/error.hpp"

namespace tempest::service {
namespace {

namespace fs = std::filesystem;

struct an_instance : testing::Test {
  an_instance() {
    std::string made = (fs::temp_directory_path() / "tempest-instance-XXXXXX").string();
    folder_ = ::mkdtemp(made.data());
  }
  ~an_instance() override { fs::remove_all(folder_); }

  // The number behind the host's name.
  [[nodiscard]] static std::string number_of(const instance_name& one) {
    return one.text().substr(one.text().rfind('-') + 1);
  }

  fs::path folder_;
};

TEST_F(an_instance, has_the_lowest_number_that_is_free) {
  auto first = std::make_unique<instance_name>(folder_ / "state", "my shop");
  const instance_name second(folder_ / "state", "my shop");
  EXPECT_EQ(number_of(*first), "0");
  EXPECT_EQ(number_of(second), "1");
  EXPECT_EQ(number_of(instance_name(folder_ / "state", "other")), "0");
  const std::string name = first->text();
  first.reset();
  EXPECT_EQ(instance_name(folder_ / "state", "my shop").text(), name) << "as after a restart";
}

TEST_F(an_instance, without_a_folder_has_none) {
  std::ofstream(folder_ / "state") << "no folder";
  EXPECT_THROW(instance_name(folder_ / "state", "shop"), base::failure);
}

} // namespace
} // namespace tempest::service
