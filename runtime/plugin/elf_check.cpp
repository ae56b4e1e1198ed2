#include "runtime/plugin/elf_check.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <tempest/abi.h>

#include <charconv>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <vector>

#include <boost/dll/library_info.hpp>

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view symbol_stem = "tempest_plugin_abi";

look broken(std::string reason) {
  return {library_kind::broken, std::move(reason)};
}

bool is_elf(std::ifstream& file, Elf64_Ehdr& header) {
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  return file.gcount() >= SELFMAG && std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
}

// Why the linker would choke on it; empty when the headers fit the file.
std::string fault_of(std::ifstream& file, const Elf64_Ehdr& header, std::uintmax_t size) {
  if (static_cast<std::size_t>(file.gcount()) < sizeof header) {
    return "it is truncated: it ends within its ELF header";
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "it is not a 64-bit library";
  if (header.e_type != ET_DYN) return "it is an ELF file, but no shared library";
#if defined(__x86_64__)
  if (header.e_machine != EM_X86_64) return "it was built for another kind of processor";
#elif defined(__aarch64__)
  if (header.e_machine != EM_AARCH64) return "it was built for another kind of processor";
#endif
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return "its program headers have a wrong size";
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  file.seekg(static_cast<std::streamoff>(header.e_phoff));
  const auto bytes = static_cast<std::streamsize>(segments.size() * sizeof(Elf64_Phdr));
  file.read(reinterpret_cast<char*>(segments.data()), bytes);
  if (file.gcount() != bytes) return "it is truncated: it ends within its program headers";
  for (const Elf64_Phdr& one : segments) {
    const bool overflows = one.p_offset + one.p_filesz < one.p_offset;
    if (one.p_type == PT_LOAD && (overflows || one.p_offset + one.p_filesz > size)) {
      return fmt::format("it is truncated: {} bytes long, and its headers speak of {}", size,
                         one.p_offset + one.p_filesz);
    }
  }
  const std::uint64_t sections = std::uint64_t{header.e_shnum} * header.e_shentsize;
  if (header.e_shoff > size || sections > size - header.e_shoff) {
    return "it is truncated: its section headers are missing";
  }
  return {};
}

look look_at_symbols(const std::string& path) {
  boost::dll::library_info info(path);
  for (const std::string& symbol : info.symbols()) {
    if (symbol == TEMPEST_ENTRY_SYMBOL_NAME) return {library_kind::plugin, {}};
    if (!symbol.starts_with(symbol_stem)) continue;
    const std::string major = symbol.substr(symbol_stem.size());
    return broken(
        fmt::format("it was built for plugin ABI {}; this Tempest speaks ABI {}: rebuild "
                    "it against this version",
                    major, TEMPEST_ABI_MAJOR));
  }
  return {library_kind::not_plugin,
          fmt::format("it is a library, but no Tempest plugin: it does not export {}",
                      TEMPEST_ENTRY_SYMBOL_NAME)};
}

} // namespace

look look_at(const std::string& path) try {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return broken("there is no such file");
  if (error) return broken(error.message());
  if (fs::is_directory(status)) return broken("it is a folder");
  if (!fs::is_regular_file(status)) return broken("it is not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return broken("it cannot be read: permission denied");
  Elf64_Ehdr header{};
  if (!is_elf(file, header)) {
    return {library_kind::not_plugin, "it is not a shared library (no ELF file)"};
  }
  if (std::string fault = fault_of(file, header, fs::file_size(path)); !fault.empty()) {
    return broken(std::move(fault));
  }
  return look_at_symbols(path);
} catch (const std::exception& error) {
  return broken(fmt::format("its headers cannot be read: {}", error.what()));
}

} // namespace tempest::plugin
