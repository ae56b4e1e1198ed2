#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands/dead_letter_scan.hpp"
#include "cli/commands/verbs.hpp"
#include "cli/output/json.hpp"
#include "cli/output/number.hpp"
#include "cli/output/print.hpp"
#include "cli/places/named_files.hpp"

namespace tempest::cli {
namespace {

using base::exit_code;
using base::failure;

struct export_flags {
  letter_flags letters;
  std::string file;
  bool force = false;
};

// Beside its place until it is whole: at its place there is all of it or what was there before.
class exported_file {
 public:
  exported_file(const std::string& path, bool force)
      : path_(real_path(path)), part_(path_ + ".XXXXXX"), force_(force) {
    std::error_code ignored; // then it is found when it is made
    const bool is_there = std::filesystem::exists(path_, ignored);
    if (is_there && !std::filesystem::is_regular_file(path_, ignored)) {
      throw failure(exit_code::io, fmt::format("{} is no file that could be written anew; `list "
                                               "--format json` prints letters",
                                               path_));
    }
    if (is_there && !force) refuse();
    fd_ = ::mkostemp(part_.data(), O_CLOEXEC);
    if (fd_ < 0) fail();
    ::fchmod(fd_, 0640);
  }
  ~exported_file() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(part_.c_str());
  }
  exported_file(const exported_file&) = delete;
  exported_file& operator=(const exported_file&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t step = ::write(fd_, bytes.data(), bytes.size());
      if (step < 0 && errno == EINTR) continue;
      if (step < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(step));
    }
  }
  void finish() {
    if (::fsync(fd_) != 0) fail();
    const bool placed = force_ ? ::rename(part_.c_str(), path_.c_str()) == 0
                               : ::link(part_.c_str(), path_.c_str()) == 0;
    if (!placed && !force_ && errno == EEXIST) refuse();
    if (!placed) fail();
    ::close(std::exchange(fd_, -1));
    if (!force_) ::unlink(part_.c_str());
  }

 private:
  // Where a link leads to, so that it stays one, unless it leads to nothing.
  static std::string real_path(const std::string& path) {
    std::error_code unknown;
    const std::filesystem::path found = std::filesystem::canonical(path, unknown);
    return unknown ? path : found.string();
  }
  [[noreturn]] void refuse() const {
    throw failure(exit_code::would_overwrite,
                  fmt::format("{} exists already; --force overwrites it", path_));
  }
  [[noreturn]] void fail() const {
    throw failure(exit_code::io, fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  }

  std::string path_;
  std::string part_;
  bool force_;
  int fd_ = -1;
};

int export_letters(const export_flags& asked) {
  if (asked.file == "-") {
    throw failure(exit_code::usage,
                  "FILE is a file, ./- one of that name; for a pipe there is `tempest "
                  "dead-letters list --format json`");
  }
  letter_selection wanted(asked.letters);
  const std::string path = std::filesystem::absolute(asked.file); // before the folder changes
  letter_scan scan(asked.letters);
  refuse_file_of_topology(path, scan.plan().settings);
  exported_file file(path, asked.force);
  std::uint64_t count = 0;
  scan.each_page(wanted, [&](const letter_scan::page& page) {
    for (const service::stored_entry* one : page) {
      file.write(service::envelope_line(one->envelope) + '\n');
    }
    count += page.size();
    return true;
  });
  file.finish();
  if (asked.letters.format == "json") {
    print_json({{"exported", count}, {"file", path}});
  } else {
    print(printable(fmt::format("exported {} to {}", counted(count, "letter"), asked.file)));
  }
  return scan.finish(wanted);
}

} // namespace

verb dead_letters_export_verb() {
  auto asked = std::make_shared<export_flags>();
  verb made;
  made.name = "export";
  made.summary = "Writes dead letters to a file, a line of JSON each; they stay where they are.";
  made.arguments = {{"FILE", "Where to", &asked->file, "", {}, true},
                    {"--force", "Overwrite the file", &asked->force}};
  add_filter_arguments(made, asked->letters);
  made.examples = {{"tempest dead-letters export letters.jsonl", ""},
                   {"tempest dead-letters export split.jsonl --task split --force", ""}};
  made.run = [asked] { return export_letters(*asked); };
  return made;
}

} // namespace tempest::cli
