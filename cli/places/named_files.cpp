#include "cli/places/named_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "runtime/base/error.hpp"

namespace tempest::cli {
namespace {

namespace fs = std::filesystem;

class guarded_path {
 public:
  guarded_path(const std::string& path, const config::settings& settings)
      : shown_(path), path_(fs::absolute(path)), settings_(settings) {}

  // Devices and pipes are not replaced by what is written to them.
  [[nodiscard]] bool can_be_replaced() const {
    std::error_code error;
    const fs::file_status found = fs::status(path_, error);
    return !fs::exists(found) || fs::is_regular_file(found);
  }

  void against(const std::string& file, const std::string& whose) const {
    if (file.empty()) return;
    std::error_code error;
    const fs::path other = fs::path(settings_.folder) / file;
    const bool same = fs::equivalent(path_, other, error) ||
                      fs::weakly_canonical(path_, error) == fs::weakly_canonical(other, error);
    if (!same) return;
    throw base::failure(
        base::exit_code::would_overwrite,
        fmt::format("{} is {}, and would be replaced; write to another file", shown_, whose));
  }

  void against(const config::table& options, const std::string& whose) const {
    for (const auto& [name, value] : options) {
      const std::string whole = fmt::format("what {} of {} names", name, whose);
      if (const std::string* text = value.text()) against_option(name, *text, whole);
      if (const config::table* inner = value.entries()) against(*inner, whose);
      if (value.items() == nullptr) continue;
      for (const config::value& item : *value.items()) {
        if (const std::string* text = item.text()) against_option(name, *text, whole);
      }
    }
  }

 private:
  void against_option(std::string_view name, const std::string& text,
                      const std::string& whose) const {
    const bool leads_to_file = name.find("path") != std::string_view::npos ||
                               name.find("file") != std::string_view::npos ||
                               text.find('/') != std::string::npos;
    if (leads_to_file) against(text, whose);
  }

  const std::string shown_;
  const fs::path path_;
  const config::settings& settings_;
};

void against_trust(const guarded_path& path, const config::trust_settings& trust) {
  for (const std::string* file : {&trust.tls_cert, &trust.tls_key, &trust.tls_ca}) {
    path.against(*file, "a file that TLS needs");
  }
}

} // namespace

void refuse_file_of_topology(const std::string& path, const config::settings& settings) {
  const guarded_path guarded(path, settings);
  if (!guarded.can_be_replaced()) return;
  guarded.against(fs::path(settings.file).filename().string(), "the topology's own file");
  guarded.against(settings.library, "the topology's library");
  against_trust(guarded, settings.network);
  against_trust(guarded, settings.admin);
  guarded.against(settings.source.plugin.options, "[source.config]");
  if (settings.dead_letter) {
    guarded.against(settings.dead_letter->options, "[dead_letter.config]");
  }
  for (const config::task_settings& task : settings.tasks) {
    guarded.against(task.library, fmt::format("the library of task '{}'", task.name));
    guarded.against(task.plugin.options, fmt::format("[task.config] of '{}'", task.name));
  }
}

} // namespace tempest::cli
