#include "runtime/base/stack_names.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string_view>

#include "runtime/base/clock.hpp"
#include "runtime/base/helper_process.hpp"
#include "runtime/base/process_map.hpp"

namespace tempest::base {
namespace {

constexpr std::size_t most_shown = 16;
constexpr std::size_t most_text = std::size_t{1} << 20;
constexpr std::int64_t patience_ns = 20'000'000'000;

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Of some stacks: where each address is, and its name as far as it is known.
class address_book {
 public:
  explicit address_book(const std::vector<stack>& stacks) {
    for (const stack& one : stacks) {
      for (const void* address : one) {
        if (auto at = map_.find(address)) files_[at->file][at->offset];
      }
    }
  }

  // A program that does not start has named none, one that ends early some. A line for each
  // address: the function, and behind a tab where it is in its source file.
  void ask(const std::string& program) {
    helper_process helper(program, question(), most_text);
    if (!helper.fault().empty()) return;
    static_cast<void>(helper.wait_until(steady_ns() + patience_ns));
    std::string_view rest = helper.answer();
    for (auto& [file, names] : files_) {
      for (auto& [offset, name] : names) {
        const std::size_t end = rest.find('\n');
        if (end == rest.npos) return;
        name = rest.substr(0, end);
        rest.remove_prefix(end + 1);
      }
    }
  }

  [[nodiscard]] std::string name_of(const void* address) const {
    const auto at = map_.find(address);
    if (!at) return fmt::format("{}", address);
    const std::string_view name = files_.at(at->file).at(at->offset);
    const std::size_t tab = name.find('\t');
    const std::string_view place = last_part(tab == name.npos ? at->file : name.substr(tab + 1));
    return name.empty() ? fmt::format("{:#x} ({})", at->offset, place)
                        : fmt::format("{} ({})", name.substr(0, tab), place);
  }

 private:
  [[nodiscard]] std::vector<std::string> question() const {
    std::vector<std::string> words;
    for (const auto& [file, names] : files_) {
      words.push_back(file);
      for (const auto& [offset, name] : names) words.push_back(fmt::format("{:#x}", offset));
    }
    return words;
  }

  const process_map map_;
  std::map<std::string, std::map<std::uintptr_t, std::string>> files_;
};

// As far as whoever called the plugin: the worker, and what of the SDK is between them.
std::string text_of(const stack& one, const address_book& book) {
  std::vector<std::string> names;
  for (const void* const address : one) {
    if (names.size() == most_shown) break;
    names.push_back(book.name_of(address));
    if (names.back().starts_with("tempest::worker::")) break;
  }
  const auto is_ours = [](const std::string& name) {
    return name.starts_with("tempest::worker::") || name.starts_with("tempest::impl::");
  };
  while (!names.empty() && is_ours(names.back())) names.pop_back();
  return fmt::to_string(fmt::join(names, " < "));
}

} // namespace

std::vector<std::string> names_of_stacks(const std::vector<stack>& stacks,
                                         const std::string& program) {
  address_book book(stacks);
  book.ask(program);
  std::vector<std::string> texts;
  texts.reserve(stacks.size());
  for (const stack& one : stacks) texts.push_back(text_of(one, book));
  return texts;
}

} // namespace tempest::base
