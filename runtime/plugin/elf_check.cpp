#include "runtime/plugin/elf_check.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <tempest/abi.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/plugin/readable_file.hpp"

namespace tempest::plugin {
namespace {

constexpr std::string_view symbol_stem = "tempest_plugin_abi";
constexpr std::uint64_t table_limit = std::uint64_t{64} << 20; // of symbols, or of their names

look broken(std::string reason) {
  return {library_kind::broken, std::move(reason)};
}

// What the linker, or the reader of its symbols, would choke on; empty when it is sound so far.
std::string fault_of_header(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "it is not a 64-bit library";
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) return "it was built for another kind of processor";
  if (header.e_type != ET_DYN) return "it is an ELF file, but no shared library";
#if defined(__x86_64__)
  if (header.e_machine != EM_X86_64) return "it was built for another kind of processor";
#elif defined(__aarch64__)
  if (header.e_machine != EM_AARCH64) return "it was built for another kind of processor";
#endif
  if (header.e_phentsize != sizeof(Elf64_Phdr)) return "its program headers have a wrong size";
  if (header.e_shnum == 0) return "it has no section headers, so its symbols cannot be looked at";
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return "its section headers have a wrong size";
  return {};
}

std::string fault_of_segments(const readable_file& file, const Elf64_Ehdr& header) {
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!file.read(header.e_phoff, segments.data(), segments.size() * sizeof(Elf64_Phdr))) {
    return "it is truncated: it ends before its program headers do";
  }
  for (const Elf64_Phdr& one : segments) {
    if (one.p_type != PT_LOAD || file.holds(one.p_offset, one.p_filesz)) continue;
    return fmt::format("it is truncated: it has {} bytes, and its headers speak of more",
                       file.size());
  }
  return {};
}

// Reads a section of whole `Items`; nothing when it is not in the file or improbably large.
template <typename Item>
std::optional<std::vector<Item>> read_table(const readable_file& file, const Elf64_Shdr& section) {
  if (section.sh_size > table_limit || !file.holds(section.sh_offset, section.sh_size)) return {};
  std::vector<Item> items(section.sh_size / sizeof(Item));
  if (!file.read(section.sh_offset, items.data(), items.size() * sizeof(Item))) return {};
  return items;
}

// Appends the major versions of the entries that the table defines; false when it is damaged.
bool find_entries(const readable_file& file, const std::vector<Elf64_Shdr>& sections,
                  const Elf64_Shdr& table, std::vector<std::string>& majors) {
  if (table.sh_link >= sections.size()) return false;
  auto names = read_table<char>(file, sections[table.sh_link]);
  const auto symbols = read_table<Elf64_Sym>(file, table);
  if (!names || !symbols) return false;
  names->push_back('\0');
  for (const Elf64_Sym& symbol : *symbols) {
    if (symbol.st_name >= names->size()) return false;
    if (symbol.st_shndx == SHN_UNDEF) continue; // called, not offered
    const std::string_view name = names->data() + symbol.st_name;
    if (!name.starts_with(symbol_stem)) continue;
    const std::string_view major = name.substr(symbol_stem.size());
    const bool number = !major.empty() && major.find_first_not_of("0123456789") == major.npos;
    if (number) majors.emplace_back(major);
  }
  return true;
}

look look_at_symbols(const readable_file& file, const Elf64_Ehdr& header) {
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  if (!file.read(header.e_shoff, sections.data(), sections.size() * sizeof(Elf64_Shdr))) {
    return broken("it is truncated: its section headers are missing");
  }
  std::vector<std::string> majors;
  for (const Elf64_Shdr& one : sections) {
    if (one.sh_type != SHT_DYNSYM) continue;
    if (!find_entries(file, sections, one, majors)) return broken("its symbol table is damaged");
  }
  if (majors.empty()) {
    return {library_kind::not_plugin,
            "it is no Tempest plugin: it does not export " TEMPEST_ENTRY_SYMBOL_NAME};
  }
  const std::string ours = std::to_string(TEMPEST_ABI_MAJOR);
  if (std::find(majors.begin(), majors.end(), ours) != majors.end()) {
    return {library_kind::plugin, {}};
  }
  return broken(
      fmt::format("it was built for plugin ABI {}; this Tempest speaks ABI {}: rebuild it "
                  "against this version",
                  majors.back(), ours));
}

} // namespace

look look_at(const std::string& path) try {
  const readable_file file(path);
  if (!file.fault().empty()) return broken(file.fault());
  if (file.size() == 0) return broken("it is empty");
  unsigned char magic[SELFMAG] = {};
  if (!file.read(0, magic, sizeof magic) || std::memcmp(magic, ELFMAG, SELFMAG) != 0) {
    return {library_kind::not_plugin, "it is not a shared library (no ELF file)"};
  }
  Elf64_Ehdr header{};
  if (!file.read(0, &header, sizeof header)) {
    return broken("it is truncated: it ends within its ELF header");
  }
  std::string fault = fault_of_header(header);
  if (fault.empty()) fault = fault_of_segments(file, header);
  return fault.empty() ? look_at_symbols(file, header) : broken(std::move(fault));
} catch (const std::exception& error) {
  return broken(fmt::format("its headers cannot be read: {}", error.what()));
}

} // namespace tempest::plugin
