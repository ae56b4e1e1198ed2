// Looks at a file before the dynamic linker does: a truncated library kills the process there.
#pragma once

#include <string>

namespace tempest::plugin {

// What a look at the file says, without loading it.
enum class library_kind {
  plugin,     // worth loading
  not_plugin, // a library or file that offers nothing to Tempest
  broken,     // claims to be something that it is not, or a plugin of another major version
};

struct look {
  library_kind kind = library_kind::not_plugin;
  std::string reason; // unless plugin
};

// ELF headers against the file's size, then the symbol table. Reads headers only; never throws.
[[nodiscard]] look look_at(const std::string& path);

} // namespace tempest::plugin
