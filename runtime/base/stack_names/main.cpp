// tempest-stack-names FILE OFFSET... [FILE OFFSET...]: writes a line to descriptor 3 for each
// offset from where FILE begins in memory: the function there, demangled, and after a tab its
// source file and line, as far as they are known; an empty line for what is not.
#include <backtrace.h>
#include <cxxabi.h>
#include <elf.h>
#include <link.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t longest_name = 200;

std::string readable(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> made(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  std::string text = status == 0 ? made.get() : name;
  if (text.size() > longest_name) text.replace(longest_name, text.npos, "...");
  return text;
}

int take_line(void* into, std::uintptr_t, const char* file, int line, const char* function) {
  auto& found = *static_cast<std::string*>(into);
  if (function == nullptr || !found.empty()) return 0;
  found = readable(function);
  if (file == nullptr) return 0;
  const std::string_view path(file);
  found += '\t';
  found += path.substr(path.rfind('/') + 1).substr(0, longest_name);
  found += ':' + std::to_string(line);
  return 0;
}

void take_name(void* into, std::uintptr_t, const char* name, std::uintptr_t, std::uintptr_t) {
  if (name != nullptr) *static_cast<std::string*>(into) = readable(name);
}

void ignore(void*, const char*, int) {}

int take_start(dl_phdr_info* program, std::size_t, void* into) {
  *static_cast<std::uintptr_t*>(into) = program->dlpi_addr;
  return 1; // the first is this program
}

// The debug information of one file. libbacktrace takes a file that can be loaded anywhere for the
// one that this process runs, so its addresses are as if it stood where this program does.
class named_file {
 public:
  explicit named_file(const char* path) {
    if (!is_object(path)) return;
    state_ = ::backtrace_create_state(path, 0, ignore, nullptr);
  }

  [[nodiscard]] std::string name_at(std::uintptr_t offset) const {
    std::string found;
    if (state_ == nullptr) return found;
    const std::uintptr_t address = start_ + offset;
    ::backtrace_pcinfo(state_, address, take_line, ignore, &found);
    if (found.empty()) ::backtrace_syminfo(state_, address, take_name, ignore, &found);
    return found;
  }

 private:
  // Also finds where it starts.
  bool is_object(const char* path) {
    std::ifstream file(path, std::ios::binary);
    ElfW(Ehdr) header{};
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    if (!file || std::string_view(reinterpret_cast<char*>(header.e_ident), SELFMAG) != ELFMAG) {
      return false;
    }
    if (header.e_type == ET_DYN) ::dl_iterate_phdr(take_start, &start_);
    file.seekg(static_cast<std::streamoff>(header.e_phoff));
    for (int i = 0; i < header.e_phnum; ++i) {
      ElfW(Phdr) segment{};
      file.read(reinterpret_cast<char*>(&segment), sizeof segment);
      if (!file) return false;
      if (segment.p_type != PT_LOAD) continue;
      start_ += segment.p_vaddr - segment.p_offset; // where the first byte of the file would be
      return true;
    }
    return false;
  }

  backtrace_state* state_ = nullptr;
  std::uintptr_t start_ = 0;
};

bool write_line(std::string text) {
  text += '\n';
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t step = ::write(3, text.data() + written, text.size() - written);
    if (step <= 0) return false;
    written += static_cast<std::size_t>(step);
  }
  return true;
}

} // namespace

int main(int count, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL); // it does not outlive who asked
  ::prctl(PR_SET_DUMPABLE, 0);        // damaged debug information is no case for a debugger
  std::unique_ptr<named_file> file;
  for (int i = 1; i < count; ++i) {
    const std::string_view word(arguments[i]);
    if (!word.starts_with("0x")) {
      file = std::make_unique<named_file>(arguments[i]);
      continue;
    }
    const std::uintptr_t offset = std::strtoull(arguments[i], nullptr, 16);
    if (!write_line(file ? file->name_at(offset) : std::string())) return 1;
  }
  return 0;
}
