#include "runtime/plugin/load.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/dll/shared_library.hpp>

#include "runtime/plugin/incompatibility.hpp"

namespace tempest::plugin {
namespace {

constexpr std::string_view undefined = "undefined symbol: ";

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? text.get() : symbol;
}

// What the linker said, without the path (known), the wrapping and the noise of an old errno.
std::string reason_of(std::string text, const std::string& path) {
  constexpr std::string_view start = "dlerror system message: ";
  if (const auto at = text.find(start); at != std::string::npos) text.erase(0, at + start.size());
  if (const auto at = text.rfind("): "); at != std::string::npos) text.resize(at);
  if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);
  if (const auto at = text.find(undefined); at != std::string::npos) {
    const std::string symbol = text.substr(at + undefined.size());
    return fmt::format("it needs '{}', which no library that it links provides",
                       demangled(symbol.substr(0, symbol.find_first_of(" ,("))));
  }
  if (text.find("version `GLIBC") != std::string::npos) {
    return fmt::format("it was built on a newer system: {}", text);
  }
  return text;
}

} // namespace

const tempest_library* load(const std::string& path, std::string& reason) {
  static auto* const kept = new std::vector<boost::dll::shared_library>; // never unloaded
  try {
    boost::dll::shared_library library(
        path, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    const auto entry = library.get<const tempest_library*()>(TEMPEST_ENTRY_SYMBOL_NAME);
    kept->push_back(library);
    const tempest_library* const description = entry();
    reason = incompatibility(description);
    return reason.empty() ? description : nullptr;
  } catch (const std::exception& error) {
    reason = reason_of(error.what(), path);
  } catch (...) {
    reason = "it throws something while it is loaded";
  }
  return nullptr;
}

} // namespace tempest::plugin
