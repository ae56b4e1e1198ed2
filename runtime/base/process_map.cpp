#include "runtime/base/process_map.hpp"

#include <charconv>
#include <fstream>
#include <string_view>

namespace tempest::base {
namespace {

// Takes a hexadecimal number off the front of `text`, and the character behind it.
std::uintptr_t take_number(std::string_view& text) {
  std::uintptr_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  const auto length = static_cast<std::size_t>(end - text.data());
  text.remove_prefix(length < text.size() ? length + 1 : length);
  return number;
}

void skip_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
}

} // namespace

// A line: start-end rights offset device inode   file
process_map::process_map() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::string_view rest = line;
    range one{};
    one.start = take_number(rest);
    one.end = take_number(rest);
    skip_word(rest);
    const std::uintptr_t offset = take_number(rest);
    skip_word(rest);
    skip_word(rest);
    const std::size_t name = rest.find_first_not_of(' ');
    if (name == rest.npos) continue;
    one.file = rest.substr(name);
    // The linker maps a file's pieces in order, the one with its beginning first.
    const bool continues = !ranges_.empty() && offset != 0 && ranges_.back().file == one.file;
    one.file_start = continues ? ranges_.back().file_start : one.start;
    ranges_.push_back(std::move(one));
  }
}

std::optional<process_map::place> process_map::find(const void* address) const {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  for (const range& one : ranges_) {
    if (wanted >= one.start && wanted < one.end) return place{one.file, wanted - one.file_start};
  }
  return std::nullopt;
}

} // namespace tempest::base
