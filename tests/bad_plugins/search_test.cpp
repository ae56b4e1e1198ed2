// Where libraries are looked for, which of two wins, and what is said about it.
#include "runtime/plugin/search.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/unit/plugin/temporary_folder.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class searching : public testing::Test {
 protected:
  searching() {
    for (const char* name : {"first", "second", "build", "installed"}) {
      fs::create_directory(folder_.path(name));
    }
    places_.project_build = folder_.path("build");
    places_.install_folder = folder_.path("installed");
  }
  // A copy of the sound library, which offers the task `sound`.
  std::string sound(const std::string& file) {
    fs::copy_file(BAD_PLUGINS "/sound.so", folder_.path(file));
    return folder_.path(file);
  }
  static std::string library_of(const catalogue& found) {
    const entry* one = found.find(TEMPEST_KIND_TASK, "sound");
    return one == nullptr ? "none" : one->library;
  }

  temporary_folder folder_;
  search_places places_;
};

TEST_F(searching, goes_from_named_libraries_to_the_installation) {
  places_.path_folders = {folder_.path("first"), folder_.path("second")};
  const std::string in_order[] = {sound("named.so"), sound("first/a.so"), sound("second/a.so"),
                                  sound("build/a.so"), sound("installed/a.so")};
  places_.libraries = {in_order[0]};
  for (const std::string& expected : in_order) {
    EXPECT_EQ(library_of(search(places_)), expected);
    fs::remove(expected);
    places_.libraries.clear();
  }
  EXPECT_EQ(library_of(search(places_)), "none");
}

TEST_F(searching, says_what_an_earlier_place_hides) {
  const std::string earlier = sound("build/a.so");
  const std::string later = sound("installed/b.so");
  const catalogue found = search(places_);
  ASSERT_THAT(found.notes(), SizeIs(1));
  EXPECT_EQ(found.notes()[0].line(), later + ": warning: its task 'sound' is hidden by that of " +
                                         earlier + ", which comes first");
}

TEST_F(searching, takes_folders_of_the_path_as_places_of_their_own) {
  places_.path_folders = {folder_.path("first"), folder_.path("second")};
  sound("first/a.so");
  sound("second/a.so");
  const catalogue found = search(places_);
  ASSERT_THAT(found.notes(), SizeIs(1));
  EXPECT_EQ(found.notes()[0].level, base::severity::warning);
}

TEST_F(searching, calls_two_in_one_place_an_error) {
  const std::string one = sound("build/a.so");
  const std::string other = sound("build/b.so");
  const catalogue found = search(places_);
  ASSERT_THAT(found.notes(), SizeIs(1));
  EXPECT_EQ(found.notes()[0].line(),
            other + ": error: two libraries of the project's build/ offer the task 'sound': " +
                one + " and " + other + " (remove one of them)");
}

TEST_F(searching, tells_named_libraries_apart_without_a_word) {
  places_.libraries = {sound("v1.so"), sound("v2.so")};
  const catalogue found = search(places_);
  EXPECT_THAT(found.notes(), IsEmpty());
  const entry* second = found.find_in(folder_.path("v2.so"), TEMPEST_KIND_TASK, "sound");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->library, folder_.path("v2.so"));
}

TEST_F(searching, takes_one_file_under_several_names_once) {
  const std::string real = sound("build/a.so");
  fs::create_symlink(real, folder_.path("build/link.so"));
  fs::create_hard_link(real, folder_.path("build/twin.so"));
  places_.libraries = {folder_.path("build/../build/link.so"), real};
  const catalogue found = search(places_);
  EXPECT_THAT(found.notes(), IsEmpty());
  EXPECT_THAT(found.rejected(), IsEmpty());
  EXPECT_NE(found.find_in(real, TEMPEST_KIND_TASK, "sound"), nullptr);
  EXPECT_NE(found.find_in(folder_.path("build/twin.so"), TEMPEST_KIND_TASK, "sound"), nullptr);
}

TEST_F(searching, answers_for_each_named_library) {
  fs::copy_file(BAD_PLUGINS "/abi2.so", folder_.path("abi2.so"));
  places_.libraries = {folder_.path("absent.so"), folder_.path("abi2.so"),
                       folder_.path("build/../abi2.so")};
  const catalogue found = search(places_);
  ASSERT_THAT(found.rejected(), SizeIs(3));
  EXPECT_EQ(found.rejected()[0].reason, "there is no such file; was it built?");
  EXPECT_TRUE(found.rejected()[0].matters);
  EXPECT_EQ(found.rejected()[2].path, folder_.path("build/../abi2.so"));
  EXPECT_EQ(found.rejected()[2].reason, found.rejected()[1].reason);
}

TEST_F(searching, passes_over_what_does_not_claim_to_be_a_plugin) {
  fs::copy_file(BAD_PLUGINS "/no_symbol.so", folder_.path("build/helper.so"));
  fs::copy_file(BAD_PLUGINS "/no_symbol.so", folder_.path("named.so"));
  fs::copy_file(BAD_PLUGINS "/not_elf.so", folder_.path("build/not_searched.txt"));
  places_.libraries = {folder_.path("named.so")};
  const catalogue found = search(places_);
  ASSERT_THAT(found.rejected(), SizeIs(2));
  EXPECT_TRUE(found.rejected()[0].matters);
  EXPECT_FALSE(found.rejected()[1].matters);
}

TEST_F(searching, gets_past_whatever_lies_about) {
  ASSERT_EQ(mkfifo(folder_.path("build/fifo.so").c_str(), 0600), 0);
  fs::create_directory(folder_.path("build/folder.so"));
  fs::create_symlink("loop.so", folder_.path("build/loop.so"));
  fs::create_symlink("nowhere", folder_.path("build/nowhere.so"));
  sound("build/sound.so");
  const catalogue found = search(places_);
  EXPECT_EQ(library_of(found), folder_.path("build/sound.so"));
  std::vector<std::string> reasons;
  for (const rejected_library& one : found.rejected()) reasons.push_back(one.reason);
  EXPECT_THAT(reasons, ElementsAre("it is not a regular file", "it is a folder",
                                   "it cannot be read: Too many levels of symbolic links",
                                   "it is a symbolic link to a file that is not there"));
}

TEST_F(searching, says_which_folder_of_the_path_is_missing) {
  places_.path_folders = {folder_.path("absent"), folder_.path("first")};
  places_.project_build = folder_.path("not_built");
  places_.install_folder = folder_.path("not_installed");
  const catalogue found = search(places_);
  ASSERT_THAT(found.notes(), SizeIs(1));
  EXPECT_EQ(found.notes()[0].line(), folder_.path("absent") +
                                         ": warning: this folder of TEMPEST_PLUGIN_PATH cannot be "
                                         "searched: No such file or directory");
}

class the_default_places : public testing::Test {
 protected:
  ~the_default_places() override {
    for (const char* name : {"TEMPEST_PLUGIN_PATH", "XDG_CACHE_HOME"}) unsetenv(name);
  }
};

TEST_F(the_default_places, come_from_the_environment_and_the_executable) {
  setenv("TEMPEST_PLUGIN_PATH", ":/a::relative/../b:/c/", 1);
  setenv("XDG_CACHE_HOME", "/tmp/cache", 1);
  const search_places places = default_places("/project", {"/named.so"});
  EXPECT_THAT(places.libraries, ElementsAre("/named.so"));
  EXPECT_THAT(places.path_folders, ElementsAre("/a", fs::current_path().string() + "/b", "/c/"));
  EXPECT_EQ(places.project_build, "/project/build");
  EXPECT_EQ(places.cache_folder, "/tmp/cache/tempest");
  EXPECT_TRUE(fs::equivalent(places.probe_program, PROBE));
  EXPECT_EQ(places.install_folder, own_folder() + "/plugins");
}

TEST_F(the_default_places, need_neither_environment_nor_project) {
  unsetenv("TEMPEST_PLUGIN_PATH");
  setenv("XDG_CACHE_HOME", "relative", 1); // to be ignored, says the XDG specification
  const char* const home = getenv("HOME");
  const search_places places = default_places({});
  EXPECT_THAT(places.path_folders, IsEmpty());
  EXPECT_EQ(places.project_build, "");
  EXPECT_EQ(places.cache_folder, home == nullptr ? "" : std::string(home) + "/.cache/tempest");
}

} // namespace
} // namespace tempest::plugin
