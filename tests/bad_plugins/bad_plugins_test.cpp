// Each bad library, and all of them at once, through the search that `list`, `check` and `run` use.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "runtime/plugin/search.hpp"

namespace tempest::plugin {
namespace {

struct expectation {
  std::string library;
  std::string stage;
  std::string text;
};

void PrintTo(const expectation& one, std::ostream* out) {
  *out << one.library;
}

std::vector<expectation> read_expectations() {
  std::vector<expectation> found;
  std::ifstream file(EXPECTED);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    expectation& one = found.emplace_back();
    std::getline(fields, one.library, '\t');
    std::getline(fields, one.stage, '\t');
    std::getline(fields, one.text, '\t');
  }
  return found;
}

std::string path_of(const expectation& one) {
  return std::string(BAD_PLUGINS) + "/" + one.library;
}

search_places places_with_probe() {
  search_places places;
  places.probe_program = PROBE;
  return places;
}

class each_library : public testing::TestWithParam<expectation> {};

TEST_P(each_library, is_taken_or_rejected_for_its_reason) {
  const expectation& one = GetParam();
  search_places places = places_with_probe();
  places.libraries = {path_of(one)};
  const catalogue found = search(places);
  if (one.stage == "load") {
    ASSERT_EQ(found.rejected().size(), 1u);
    EXPECT_EQ(found.rejected()[0].path, path_of(one));
    EXPECT_EQ(found.rejected()[0].reason, one.text);
    EXPECT_TRUE(found.rejected()[0].matters);
    EXPECT_TRUE(found.names(TEMPEST_KIND_TASK).empty());
  } else {
    EXPECT_TRUE(found.rejected().empty());
    const std::string name = std::filesystem::path(one.library).stem().string();
    EXPECT_NE(found.find_in(path_of(one), TEMPEST_KIND_TASK, name), nullptr);
  }
}

INSTANTIATE_TEST_SUITE_P(bad_plugins, each_library, testing::ValuesIn(read_expectations()),
                         [](const auto& tested) {
                           return std::filesystem::path(tested.param.library).stem().string();
                         });

TEST(all_libraries, keep_none_of_the_others_from_being_found) {
  search_places places = places_with_probe();
  places.path_folders = {BAD_PLUGINS};
  const catalogue found = search(places);
  EXPECT_THAT(found.names(TEMPEST_KIND_TASK),
              testing::ElementsAre("crashes_in_create", "crashes_in_handle", "emits_a_gigabyte",
                                   "sound", "throws_in_create", "throws_in_handle", "wants_json"));
  std::set<std::string> rejected;
  for (const rejected_library& one : found.rejected()) rejected.insert(one.path);
  for (const expectation& one : read_expectations()) {
    EXPECT_EQ(rejected.contains(path_of(one)), one.stage == "load") << one.library;
  }
}

TEST(all_libraries, have_an_expectation_each) {
  std::set<std::string> expected;
  for (const expectation& one : read_expectations()) expected.insert(one.library);
  std::set<std::string> built;
  for (const auto& file : std::filesystem::directory_iterator(BAD_PLUGINS)) {
    built.insert(file.path().filename().string());
  }
  EXPECT_EQ(built, expected);
}

} // namespace
} // namespace tempest::plugin
