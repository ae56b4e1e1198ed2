#include "cli/project_build/build.hpp"

#include <fmt/format.h>
#include <tempest/version.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <thread>

#include "cli/output/print.hpp"
#include "cli/places/installation.hpp"
#include "cli/process/child.hpp"
#include "cli/project_build/build_lock.hpp"
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

// A step of the build that failed ends the command, after all that the step said.
[[noreturn]] void give_up(const std::string& what, build_log& log, exit_code code) {
  log.show_all();
  throw failure(code, fmt::format("{} failed; what it said is above", what));
}

bool succeeds(const std::vector<std::string>& words, build_log& log) {
  return run_child(
             words, [&](const std::string& line) { log.line(line); }, cmake_hint) == 0;
}

// What CMake needs and PATH has not, in the words of people; empty when it is all there.
std::string missing_tools() {
  const auto has_any = [](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(),
                       [](const char* name) { return has_program(name); });
  };
  const bool compiler = std::getenv("CXX") != nullptr || has_any({"c++", "g++", "clang++"});
  const bool builder = has_any({"ninja", "make", "gmake"});
  if (!compiler && !builder) return "there is no C++ compiler, and neither ninja nor make";
  if (!compiler) return "there is no C++ compiler";
  return builder ? "" : "there is neither ninja nor make";
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
  if (!succeeds(words, log)) {
    const std::string missing = missing_tools();
    if (!missing.empty()) say_error(fmt::format("{}; {}", missing, cmake_hint));
    give_up("configuring with CMake", log,
            missing.empty() ? exit_code::failure : exit_code::unavailable);
  }
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
  const installation own = own_installation();
  const std::string folder = build_folder(project, wanted);
  const build_lock alone(project);
  const auto started = std::chrono::steady_clock::now();
  restore_user_presets(project, own.prefix);
  if (!is_configured(folder, own)) configure(project, folder, wanted, own);
  build_log log;
  if (!succeeds(build_words(folder, which), log)) give_up("the build", log, exit_code::failure);
  log.show_warnings();
  built_project made{folder, publish_plugins(folder, (fs::path(project) / "build").string()), 0};
  made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return made;
}

void clean_project(const std::string& project) {
  std::error_code error;
  const fs::path build = fs::path(project) / "build";
  if (!fs::exists(build, error)) return;
  const build_lock alone(project);
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
