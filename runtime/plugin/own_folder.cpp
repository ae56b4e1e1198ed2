// Where this installation keeps its plugins and its probe: beside the file that this code is in.
#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "runtime/plugin/search.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

// The executable, or the shared library when this code was linked into one.
fs::path own_file() {
  std::error_code error;
  fs::path executable = fs::read_symlink("/proc/self/exe", error);
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return executable;
  const fs::path object = fs::canonical(info.dli_fname, error);
  return error || object.extension() != ".so" ? executable : object;
}

} // namespace

std::string own_folder() {
  std::error_code error;
  const fs::path beside = own_file().parent_path();
  const fs::path installed = beside / TEMPEST_LIB_FROM_BIN / "tempest";
  const fs::path built = beside / "../lib/tempest";
  const fs::path linked = beside / "tempest"; // this code is in a library of lib/ itself
  for (const fs::path& place : {installed, built, linked}) {
    if (fs::exists(place / "tempest-probe", error)) return fs::weakly_canonical(place).string();
  }
  return installed.lexically_normal().string();
}

} // namespace tempest::plugin
