#include "runtime/plugin/load.hpp"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/dll/shared_library.hpp>

#include "runtime/plugin/incompatibility.hpp"

namespace tempest::plugin {
namespace {

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
  return status == 0 && text != nullptr ? text.get() : symbol;
}

// "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /x/libp.so)"
std::string version_reason(std::string_view text) {
  constexpr std::string_view mark = ": version `";
  const std::size_t at = text.find(mark);
  const std::size_t end = text.find('\'', at);
  if (at == text.npos || end == text.npos) return {};
  const std::string_view version = text.substr(at + mark.size(), end - at - mark.size());
  const std::string_view library = text.substr(text.rfind('/', at) + 1);
  return fmt::format(
      "it needs {}, and {} here is older: it was built on a newer system; rebuild it "
      "on this one",
      version, library.substr(0, library.find(':')));
}

// "libx.so.1: cannot open shared object file: No such file or directory"
std::string dependency_reason(std::string_view text) {
  const std::size_t at = text.find(": cannot open shared object file");
  if (at == text.npos) return {};
  return fmt::format("it needs the library {}, which is not found on this system",
                     text.substr(0, at));
}

// "undefined symbol: _Z3foov, version X"
std::string symbol_reason(std::string_view text) {
  constexpr std::string_view mark = "undefined symbol: ";
  const std::size_t at = text.find(mark);
  if (at == text.npos) return {};
  const std::string_view symbol = text.substr(at + mark.size());
  return fmt::format("it needs '{}', which no library that it links provides",
                     demangled(std::string(symbol.substr(0, symbol.find_first_of(" ,(")))));
}

// What the linker said, without the path (known), the wrapping and the noise of an old errno.
std::string linker_reason(std::string text, const std::string& path) {
  constexpr std::string_view start = "dlerror system message: ";
  if (const auto at = text.find(start); at != text.npos) text.erase(0, at + start.size());
  if (const auto at = text.rfind("): "); at != text.npos) text.resize(at);
  if (text.starts_with(path + ": ")) text.erase(0, path.size() + 2);
  for (const auto explain : {version_reason, dependency_reason, symbol_reason}) {
    if (std::string reason = explain(text); !reason.empty()) return reason;
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
  } catch (const boost::dll::fs::system_error& error) {
    reason = linker_reason(error.what(), path);
  } catch (const std::exception& error) {
    reason = fmt::format("it throws while it is loaded: {}", error.what());
  } catch (...) {
    reason = "it throws while it is loaded";
  }
  return nullptr;
}

} // namespace tempest::plugin
