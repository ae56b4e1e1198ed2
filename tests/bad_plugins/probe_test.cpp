// The probe against helpers of the test's own: what is remembered, and what a helper may do.
#include "runtime/plugin/probe.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/plugin/temporary_folder.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;
using testing::StartsWith;

class probing : public testing::Test {
 protected:
  probing() { write("library.so", "a library"); }

  void write(const std::string& file, const std::string& text) {
    fs::remove(folder_.path(file));
    std::ofstream(folder_.path(file)) << text;
  }
  std::string read(const std::string& file) {
    std::ifstream stream(folder_.path(file));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // A helper that does this; each run leaves an x in the file `runs`.
  std::string helper(const std::string& commands) {
    write("helper", "#!/bin/sh\nprintf x >>" + folder_.path("runs") + "\n" + commands + "\n");
    fs::permissions(folder_.path("helper"), fs::perms::owner_all);
    return folder_.path("helper");
  }
  std::string probe_it(const std::string& program) {
    return probe(folder_.path("library.so"), program, folder_.path("cache/tempest"));
  }
  std::string only_cache_file() {
    std::vector<fs::path> files;
    for (const auto& one : fs::directory_iterator(folder_.path("cache/tempest"))) {
      files.push_back(one.path());
    }
    EXPECT_EQ(files.size(), 1u); // no drafts are left
    return files.at(0).string();
  }

  temporary_folder folder_;
};

TEST_F(probing, is_done_once_for_a_file) {
  const std::string program = helper("echo ok >&3");
  EXPECT_EQ(probe_it(program), "");
  EXPECT_EQ(probe_it(program), "");
  EXPECT_EQ(read("runs"), "x");
}

TEST_F(probing, is_done_again_when_file_or_helper_changed) {
  const std::string program = helper("echo ok >&3");
  EXPECT_EQ(probe_it(program), "");
  write("library.so", "another library");
  EXPECT_EQ(probe_it(program), "");
  EXPECT_EQ(read("runs"), "xx");
  EXPECT_EQ(probe_it(helper("echo 'not any more' >&3")), "not any more\n");
  only_cache_file();
}

TEST_F(probing, remembers_no_bad_verdict) {
  const std::string program = helper("printf 'it needs the library libx.so' >&3");
  EXPECT_EQ(probe_it(program), "it needs the library libx.so");
  EXPECT_EQ(probe_it(program), "it needs the library libx.so");
  EXPECT_EQ(read("runs"), "xx");
}

TEST_F(probing, ignores_a_broken_cache) {
  const std::string program = helper("echo ok >&3");
  EXPECT_EQ(probe_it(program), "");
  const std::string file = only_cache_file();
  const std::string kept = [&] {
    std::ifstream stream(file);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  }();
  for (const std::string& broken :
       {std::string{}, kept.substr(0, 20), kept + kept, std::string("\0junk", 5)}) {
    std::ofstream(file, std::ios::binary) << broken;
    EXPECT_EQ(probe_it(program), "");
  }
  EXPECT_EQ(read("runs"), "xxxxx");
  EXPECT_EQ(only_cache_file(), file);
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(probe_it(program), "");
  EXPECT_TRUE(fs::is_directory(file));
}

TEST_F(probing, works_without_a_place_for_the_cache) {
  const std::string program = helper("echo ok >&3");
  write("cache", "a file stands here");
  EXPECT_EQ(probe_it(program), "");
  EXPECT_EQ(probe(folder_.path("library.so"), program, ""), "");
  EXPECT_EQ(read("runs"), "xx");
}

TEST_F(probing, says_that_the_helper_is_missing) {
  EXPECT_EQ(probe_it(folder_.path("absent")), "it cannot be probed: " + folder_.path("absent") +
                                                  " does not start: No such file or directory");
}

TEST_F(probing, repeats_last_words_on_one_line) {
  EXPECT_EQ(probe_it(helper("printf '  oh\\n\\n\\033[1mno\\r\\n'; echo dear >&2; kill -ABRT $$")),
            "it crashes while it is loaded (Aborted); it said: oh [1mno dear");
  EXPECT_THAT(probe_it(helper("yes word | head -c 100000; exit 4")),
              StartsWith("it ends the process while it is loaded (exit code 4); it said: ..."));
}

TEST_F(probing, does_not_wait_for_what_a_library_leaves_behind) {
  // Had the probe waited for the end of the outputs, its limit would have passed.
  const std::string program =
      helper("sleep 60 &\necho $! >" + folder_.path("left") + "\necho ok >&3");
  EXPECT_EQ(probe_it(program), "");
  kill(std::stoi(read("left")), SIGKILL);
}

TEST_F(probing, runs_with_signals_as_they_were_meant) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  EXPECT_EQ(probe_it(helper("kill -TERM $$; echo ok >&3")),
            "it crashes while it is loaded (Terminated)");
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

} // namespace
} // namespace tempest::plugin
