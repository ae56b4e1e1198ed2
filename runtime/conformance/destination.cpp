#include "runtime/conformance/destination.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/conformance/payload_words.hpp"

namespace tempest::conformance {
namespace {

// Whether `payload` and a line end, or the end of all, come next.
bool comes_next(std::string_view text, std::string_view payload) {
  return text.starts_with(payload) &&
         (text.size() == payload.size() || text[payload.size()] == '\n');
}

} // namespace

held_messages find_messages(std::string_view text, const std::vector<std::string>& known) {
  held_messages made;
  std::vector<std::string_view> of_several_lines;
  for (const std::string& one : known) {
    made.known[one] = 0;
    if (one.find('\n') != std::string::npos) of_several_lines.push_back(one);
  }
  while (!text.empty()) {
    const auto several = std::ranges::find_if(
        of_several_lines, [&](std::string_view one) { return comes_next(text, one); });
    const bool is_several = several != of_several_lines.end();
    const std::string one(is_several ? *several : text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
    if (const auto at = made.known.find(one); at != made.known.end()) {
      ++at->second;
    } else if (!one.empty()) {
      ++made.other[one];
    }
  }
  return made;
}

destination::destination(site& at) : site_(at) {
  if (readable()) before_ = find_messages(at.read(), {}).other;
}

void destination::need_command() const {
  if (!readable()) throw not_applicable("the command `read` is not given");
}

void destination::confirmed(const std::vector<std::string>& payloads) {
  confirmed_.insert(confirmed_.end(), payloads.begin(), payloads.end());
  given(payloads);
}

void destination::given(const std::vector<std::string>& payloads) {
  given_.insert(given_.end(), payloads.begin(), payloads.end());
}

// A line that nobody wrote, and that was not there before: the one that begins most like `like`.
std::string destination::stranger(const held_messages& there, std::string_view like) const {
  const std::string* best = nullptr;
  std::ptrdiff_t most = -1;
  for (const auto& [line, times] : there.other) {
    const auto before = before_.find(line);
    if (times <= (before == before_.end() ? 0 : before->second)) continue;
    const auto same = std::ranges::mismatch(line, like).in1 - line.begin();
    if (same <= most) continue;
    best = &line;
    most = same;
  }
  return best == nullptr ? std::string() : *best;
}

void destination::look(repeats how) {
  if (!readable()) return;
  const held_messages there = find_messages(site_.read(), given_);
  for (const std::string& one : confirmed_) {
    const int times = there.known.at(one);
    if (times == 0) {
      const std::string other = stranger(there, one);
      throw found(fmt::format("what was confirmed is not there: {}{}", payload_words(one),
                              other.empty() ? "" : "; what is there: " + payload_words(other)));
    }
    if (times > 1 && how == repeats::none && !one.empty()) { // some print empty lines of their own
      throw found(fmt::format("{} is there {} times", payload_words(one), times));
    }
  }
  if (const std::string other = stranger(there, {}); !other.empty())
    throw found("it holds what was never written: " + payload_words(other));
}

std::string destination::words() const {
  return readable() ? "" : "; the command `read` is not given: not looked for";
}

} // namespace tempest::conformance
