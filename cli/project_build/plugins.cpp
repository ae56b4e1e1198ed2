#include "cli/project_build/plugins.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;

// One name a line: what we put there ourselves, so that we never remove anything else.
constexpr const char* record_file = ".plugins";

std::vector<std::string> recorded(const fs::path& folder) {
  std::vector<std::string> names;
  std::ifstream stream(folder / record_file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.find('/') == std::string::npos) names.push_back(line);
  }
  return names;
}

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw base::failure(base::exit_code::io,
                      fmt::format("cannot write {}: {}", path.string(), reason));
}

bool same_content(const fs::path& one, const fs::path& other) {
  std::error_code error;
  const auto size = fs::file_size(one, error);
  if (error || fs::file_size(other, error) != size || error) return false;
  std::ifstream left(one, std::ios::binary);
  std::ifstream right(other, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(left), std::istreambuf_iterator<char>(),
                    std::istreambuf_iterator<char>(right));
}

// Beside the target first, then over it: nobody ever sees half a library.
void replace(const fs::path& from, const fs::path& to) {
  if (same_content(from, to)) return; // a library that stays need not be probed again
  const fs::path beside = to.string() + fmt::format(".{}.new", ::getpid());
  std::error_code error;
  fs::copy_file(from, beside, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(beside, to, error);
  if (!error) return;
  const std::string reason = error.message();
  fs::remove(beside, error);
  fail(to, reason);
}

} // namespace

std::vector<std::string> publish_plugins(const std::string& from, const std::string& to) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(from, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".so" && at->is_regular_file()) {
      names.push_back(at->path().filename().string());
    }
  }
  std::ranges::sort(names);
  for (const std::string& name : names) replace(fs::path(from) / name, fs::path(to) / name);
  for (const std::string& old : recorded(to)) {
    if (!std::ranges::binary_search(names, old)) fs::remove(fs::path(to) / old, error);
  }
  std::ofstream record(fs::path(to) / record_file, std::ios::trunc);
  for (const std::string& name : names) record << name << '\n';
  record.close();
  if (!record) fail(fs::path(to) / record_file, "it is not writable");
  return names;
}

void unpublish_plugins(const std::string& folder) {
  std::error_code error;
  for (const std::string& name : recorded(folder)) fs::remove(fs::path(folder) / name, error);
  fs::remove(fs::path(folder) / record_file, error);
}

} // namespace tempest::cli
