// The smallest file that passes for a shared library with one exported symbol; a test spoils a
// field before it asks for the bytes.
#pragma once

#include <elf.h>

#include <string>

namespace tempest::plugin {

struct elf_image {
  Elf64_Ehdr header{};
  Elf64_Phdr segment{};
  Elf64_Shdr symbols{};
  Elf64_Shdr names{};
  Elf64_Sym symbol{};
  std::string text; // of the name table

  explicit elf_image(const std::string& exported) : text(std::string(1, '\0') + exported + '\0') {
    text.resize(64, '\0');
    std::copy_n(ELFMAG, SELFMAG, header.e_ident);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_DYN;
#if defined(__aarch64__)
    header.e_machine = EM_AARCH64;
#else
    header.e_machine = EM_X86_64;
#endif
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof segment;
    header.e_phnum = 1;
    header.e_shoff = header.e_phoff + sizeof segment;
    header.e_shentsize = sizeof symbols;
    header.e_shnum = 2;
    segment.p_type = PT_LOAD;
    symbols.sh_type = SHT_DYNSYM;
    symbols.sh_offset = header.e_shoff + 2 * sizeof symbols;
    symbols.sh_size = sizeof symbol;
    symbols.sh_link = 1;
    names.sh_type = SHT_STRTAB;
    names.sh_offset = symbols.sh_offset + sizeof symbol;
    names.sh_size = text.size();
    symbol.st_name = 1;
    symbol.st_shndx = 1;
    segment.p_filesz = names.sh_offset + names.sh_size;
  }

  [[nodiscard]] std::string bytes() const {
    return raw(header) + raw(segment) + raw(symbols) + raw(names) + raw(symbol) + text;
  }

 private:
  template <typename Part>
  static std::string raw(const Part& part) {
    return {reinterpret_cast<const char*>(&part), sizeof part};
  }
};

} // namespace tempest::plugin
