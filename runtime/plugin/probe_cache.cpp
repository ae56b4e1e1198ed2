#include "runtime/plugin/probe_cache.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <system_error>

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

std::string identity(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0) return {};
  return fmt::format("{} {} {} {}.{:09}", file.st_dev, file.st_ino, file.st_size,
                     file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

} // namespace

probe_cache::probe_cache(const std::string& folder, const std::string& program,
                         const std::string& library) {
  const std::string judge = identity(program);
  const std::string judged = identity(library);
  if (folder.empty() || judge.empty() || judged.empty()) return;
  file_ = fmt::format("{}/probe-{:016x}", folder, std::hash<std::string>{}(library));
  line_ = fmt::format("tempest-probe 1: {} loads well, says {}\n", judged, judge);
}

bool probe_cache::knows() const {
  if (line_.empty()) return false;
  std::ifstream stream(file_, std::ios::binary);
  std::string text(line_.size() + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text == line_;
}

void probe_cache::keep() const {
  if (line_.empty()) return;
  std::error_code error;
  fs::create_directories(fs::path(file_).parent_path(), error);
  const std::string draft = fmt::format("{}.{}", file_, getpid());
  std::ofstream stream(draft, std::ios::binary);
  stream << line_;
  stream.close();
  if (stream) fs::rename(draft, file_, error);
  if (!stream || error) fs::remove(draft, error);
}

} // namespace tempest::plugin
