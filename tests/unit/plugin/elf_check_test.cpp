// Hostile files: whatever a path names, the look at it ends, in words.
#include "runtime/plugin/elf_check.hpp"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/unit/plugin/elf_image.hpp"
#include "tests/unit/plugin/temporary_folder.hpp"

namespace tempest::plugin {
namespace {

namespace fs = std::filesystem;

class elf_check : public testing::Test {
 protected:
  // In memory: the file system would be most of the work.
  static look at(const std::string& bytes) {
    const int file = memfd_create("library", MFD_CLOEXEC);
    EXPECT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    const look seen = look_at("/proc/self/fd/" + std::to_string(file));
    close(file);
    return seen;
  }
  temporary_folder folder_;
};

TEST_F(elf_check, takes_a_plugin) {
  const auto seen = at(elf_image("tempest_plugin_abi1").bytes());
  EXPECT_EQ(seen.kind, library_kind::plugin);
  EXPECT_EQ(seen.reason, "");
}

TEST_F(elf_check, passes_over_other_libraries_and_files) {
  const auto library = at(elf_image("something_else").bytes());
  EXPECT_EQ(library.kind, library_kind::not_plugin);
  EXPECT_EQ(library.reason, "it is no Tempest plugin: it does not export tempest_plugin_abi1");
  EXPECT_EQ(at(elf_image("tempest_plugin_abi").bytes()).kind, library_kind::not_plugin);
  EXPECT_EQ(at(elf_image("tempest_plugin_abi1x").bytes()).kind, library_kind::not_plugin);
  EXPECT_EQ(at("INPUT(libother.so)\n").kind, library_kind::not_plugin);
  EXPECT_EQ(at("x").kind, library_kind::not_plugin);
}

TEST_F(elf_check, does_not_take_a_library_that_only_calls_the_entry) {
  elf_image image("tempest_plugin_abi1");
  image.symbol.st_shndx = SHN_UNDEF;
  EXPECT_EQ(at(image.bytes()).kind, library_kind::not_plugin);
}

TEST_F(elf_check, names_both_majors) {
  const auto seen = at(elf_image("tempest_plugin_abi17").bytes());
  EXPECT_EQ(seen.kind, library_kind::broken);
  EXPECT_EQ(seen.reason,
            "it was built for plugin ABI 17; this Tempest speaks ABI 1: rebuild it against this "
            "version");
}

TEST_F(elf_check, refuses_every_truncation) {
  const std::string whole = elf_image("tempest_plugin_abi1").bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto seen = at(whole.substr(0, length));
    EXPECT_NE(seen.reason, "") << length;
    const bool claims = length == 0 || length >= SELFMAG;
    EXPECT_EQ(seen.kind, claims ? library_kind::broken : library_kind::not_plugin) << length;
  }
}

TEST_F(elf_check, refuses_what_this_system_cannot_load) {
  const auto reason = [](auto spoil) {
    elf_image image("tempest_plugin_abi1");
    spoil(image);
    const auto seen = at(image.bytes());
    EXPECT_EQ(seen.kind, library_kind::broken);
    return seen.reason;
  };
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_ident[EI_CLASS] = ELFCLASS32; }),
            "it is not a 64-bit library");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_ident[EI_DATA] = ELFDATA2MSB; }),
            "it was built for another kind of processor");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_machine = EM_RISCV; }),
            "it was built for another kind of processor");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_type = ET_REL; }),
            "it is an ELF file, but no shared library");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_shnum = 0; }),
            "it has no section headers, so its symbols cannot be looked at");
  EXPECT_EQ(reason([](elf_image& i) { i.segment.p_filesz = UINT64_MAX; }),
            "it is truncated: it has 336 bytes, and its headers speak of more");
  EXPECT_EQ(reason([](elf_image& i) { i.segment.p_offset = UINT64_MAX; }),
            "it is truncated: it has 336 bytes, and its headers speak of more");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_phoff = UINT64_MAX; }),
            "it is truncated: it ends before its program headers do");
  EXPECT_EQ(reason([](elf_image& i) { i.header.e_shoff = UINT64_MAX; }),
            "it is truncated: its section headers are missing");
}

TEST_F(elf_check, is_not_led_out_of_the_file_by_forged_tables) {
  const auto reason = [](auto spoil) {
    elf_image image("tempest_plugin_abi1");
    spoil(image);
    return at(image.bytes()).reason;
  };
  const char* damaged = "its symbol table is damaged";
  EXPECT_EQ(reason([](elf_image& i) { i.symbol.st_name = 0xffffffff; }), damaged);
  EXPECT_EQ(reason([](elf_image& i) { i.symbols.sh_link = 99; }), damaged);
  EXPECT_EQ(reason([](elf_image& i) { i.symbols.sh_size = UINT64_MAX; }), damaged);
  EXPECT_EQ(reason([](elf_image& i) { i.symbols.sh_offset = UINT64_MAX; }), damaged);
  EXPECT_EQ(reason([](elf_image& i) { i.names.sh_size = UINT64_MAX; }), damaged);
}

TEST_F(elf_check, survives_random_damage) {
  std::mt19937 random(20261124);
  const std::string whole = elf_image("tempest_plugin_abi1").bytes();
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = whole;
    for (int flips = 0; flips < 3; ++flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto seen = at(damaged);
    EXPECT_EQ(seen.kind == library_kind::plugin, seen.reason.empty());
  }
}

TEST_F(elf_check, names_what_is_no_file) {
  EXPECT_EQ(look_at(folder_.path("absent.so")).reason, "there is no such file; was it built?");
  EXPECT_EQ(look_at("/dev/null/absent.so").reason, "there is no such file; was it built?");
  EXPECT_EQ(look_at(folder_.path("")).reason, "it is a folder");
  EXPECT_EQ(look_at("/dev/null").reason, "it is not a regular file");
  const std::string fifo = folder_.path("fifo.so");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(look_at(fifo).reason, "it is not a regular file");
  fs::create_symlink("nowhere", folder_.path("dangling.so"));
  EXPECT_EQ(look_at(folder_.path("dangling.so")).reason,
            "it is a symbolic link to a file that is not there");
  fs::create_symlink("loop.so", folder_.path("loop.so"));
  EXPECT_EQ(look_at(folder_.path("loop.so")).reason,
            "it cannot be read: Too many levels of symbolic links");
  EXPECT_EQ(at("").reason, "it is empty");
}

TEST_F(elf_check, names_what_may_not_be_read) {
  const std::string path = folder_.path("secret.so");
  std::ofstream(path) << "x";
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  const uid_t self = geteuid();
  const uid_t nobody = 65534;
  ASSERT_EQ(seteuid(self == 0 ? nobody : self), 0); // root may read everything
  const std::string reason = look_at(path).reason;
  ASSERT_EQ(seteuid(self), 0);
  EXPECT_EQ(reason, "it cannot be read: Permission denied");
}

TEST_F(elf_check, does_not_read_gigabytes) {
  const std::string path = folder_.path("sparse.so");
  std::ofstream(path, std::ios::binary) << elf_image("tempest_plugin_abi1").bytes();
  ASSERT_EQ(truncate(path.c_str(), off_t{4} << 30), 0);
  EXPECT_EQ(look_at(path).kind, library_kind::plugin);

  elf_image forged("tempest_plugin_abi1");
  forged.symbols.sh_size = forged.names.sh_size = std::uint64_t{3} << 30;
  std::ofstream(path, std::ios::binary) << forged.bytes();
  ASSERT_EQ(truncate(path.c_str(), off_t{4} << 30), 0);
  EXPECT_EQ(look_at(path).reason, "its symbol table is damaged");

  std::ofstream(path, std::ios::binary).close();
  ASSERT_EQ(truncate(path.c_str(), off_t{4} << 30), 0);
  EXPECT_EQ(look_at(path).kind, library_kind::not_plugin);
}

} // namespace
} // namespace tempest::plugin
