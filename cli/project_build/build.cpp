#include "cli/project_build/build.hpp"

#include <fmt/format.h>
#include <tempest/version.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/places/installation.hpp"
#include "cli/process/child.hpp"
#include "cli/project_build/build_log.hpp"
#include "cli/project_build/plugins.hpp"
#include "cli/project_build/presets.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;
using base::exit_code;
using base::failure;

constexpr const char* cmake_hint = "on Debian: apt-get install cmake ninja-build g++";
// Holds which installation of Tempest the folder was configured for.
constexpr const char* sdk_file = ".tempest_sdk";
// tempest_add_plugin leaves it where there is a target tempest_plugins.
constexpr const char* plugins_mark = ".tempest_plugins";

std::string flavour_word(flavour wanted) {
  return wanted == flavour::debug ? "debug" : "release";
}

std::string sdk_identity(const installation& own) {
  return fmt::format("{} {}\n", own.prefix, TEMPEST_VERSION);
}

bool is_configured(const fs::path& folder, const installation& own) {
  std::ifstream stream(folder / sdk_file);
  std::ostringstream text;
  text << stream.rdbuf();
  std::error_code error;
  const bool whole =
      fs::exists(folder / "build.ninja", error) || fs::exists(folder / "Makefile", error);
  return whole && text.str() == sdk_identity(own);
}

void run_step(const std::vector<std::string>& words, const std::string& what, build_log& log) {
  const int code = run_child(
      words, [&](const std::string& line) { log.line(line); }, cmake_hint);
  if (code == 0) return;
  log.show_all();
  throw failure(exit_code::failure, fmt::format("{} failed; what it said is above", what));
}

void configure(const std::string& project, const fs::path& folder, flavour wanted,
               const installation& own) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw failure(exit_code::io,
                  fmt::format("cannot make {}: {}", folder.string(), error.message()));
  }
  fs::remove(folder / "CMakeCache.txt", error); // of another SDK, or of a configure that failed
  fs::remove_all(folder / "CMakeFiles", error);
  std::vector<std::string> words{
      "cmake",
      "-S",
      project,
      "-B",
      folder.string(),
      wanted == flavour::debug ? "-DCMAKE_BUILD_TYPE=Debug" : "-DCMAKE_BUILD_TYPE=Release",
      "-DTempest_ROOT=" + own.prefix,
      "-DTEMPEST_PLUGIN_OUTPUT=" + folder.string(),
      "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"};
  if (has_program("ninja")) words.insert(words.end(), {"-G", "Ninja"});
  build_log log; // of use only when it fails
  run_step(words, "configuring with CMake", log);
  std::ofstream(folder / sdk_file) << sdk_identity(own);
}

std::vector<std::string> build_words(const fs::path& folder, parts which) {
  const unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::string> words{"cmake", "--build", folder.string(), "--parallel",
                                 std::to_string(jobs)};
  // A project that does without tempest_add_plugin has no such target: all of it is built.
  if (which == parts::plugins && fs::exists(folder / plugins_mark)) {
    words.insert(words.end(), {"--target", "tempest_plugins"});
  }
  return words;
}

} // namespace

std::string build_folder(const std::string& project, flavour wanted) {
  return (fs::path(project) / "build" / ("." + flavour_word(wanted))).string();
}

built_project build_project(const std::string& project, flavour wanted, parts which) {
  if (!fs::exists(fs::path(project) / "CMakeLists.txt")) {
    throw failure(exit_code::no_input,
                  fmt::format("{} has no CMakeLists.txt, so there is nothing to build", project));
  }
  const auto started = std::chrono::steady_clock::now();
  const installation own = own_installation();
  const std::string folder = build_folder(project, wanted);
  restore_user_presets(project, own.prefix);
  if (!is_configured(folder, own)) configure(project, folder, wanted, own);
  build_log log;
  run_step(build_words(folder, which), "the build", log);
  log.show_warnings();
  built_project made{folder, publish_plugins(folder, (fs::path(project) / "build").string()), 0};
  made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return made;
}

void clean_project(const std::string& project) {
  std::error_code error;
  const fs::path build = fs::path(project) / "build";
  for (const flavour one : {flavour::release, flavour::debug}) {
    fs::remove_all(build_folder(project, one), error);
    if (error) {
      throw failure(exit_code::io, fmt::format("cannot remove {}: {}", build_folder(project, one),
                                               error.message()));
    }
  }
  unpublish_plugins(build.string());
}

} // namespace tempest::cli
