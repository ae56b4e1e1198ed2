#include "runtime/config/text_check.hpp"

#include "runtime/base/utf8.hpp"

namespace tempest::config {
namespace {

constexpr int nesting_limit = 100;
constexpr std::size_t line_limit = 8192;

std::optional<text_fault> bad_byte(std::string_view text) {
  std::size_t line = 0; // where it starts
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') line = at + 1;
    if (at > line + line_limit) return text_fault{line, "this line is longer than 8 KiB"};
    if (text[at] == '\0') return text_fault{at, "it holds a NUL byte; it is not a text file"};
    const std::size_t length = base::utf8_length(text.substr(at));
    if (length == 0) return text_fault{at, "it is not UTF-8 text from here on"};
    at += length;
  }
  return std::nullopt;
}

// Walks over comments and strings, so that only brackets and dots that mean something count.
class depth_meter {
 public:
  explicit depth_meter(std::string_view text) : text_(text) {}

  std::optional<text_fault> measure() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        skip_line();
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        count(c);
        ++at_;
      }
      if (depth_ > nesting_limit || dots_ > nesting_limit) {
        return text_fault{at_ - 1, "it is nested more than 100 deep"};
      }
    }
    return std::nullopt;
  }

 private:
  void count(char c) {
    if (c == '.') ++dots_;
    if (c == '=' || c == ',' || c == '\n' || c == '[' || c == '{') dots_ = 0;
    if (c == '[' || c == '{') ++depth_;
    if ((c == ']' || c == '}') && depth_ > 0) --depth_;
  }

  void skip_line() {
    at_ = text_.find('\n', at_);
    if (at_ == std::string_view::npos) at_ = text_.size();
  }

  // A string of one line that is not closed ends with its line: the parser refuses it there.
  void skip_string(char quote) {
    const bool many_lines = text_.substr(at_, 3) == std::string(3, quote);
    const std::size_t width = many_lines ? 3 : 1;
    at_ += width;
    while (at_ < text_.size()) {
      if (text_[at_] == '\n' && !many_lines) return;
      if (text_[at_] == '\\' && quote == '"') {
        at_ += 2;
      } else if (text_.substr(at_, width) == std::string(width, quote)) {
        at_ += width;
        return;
      } else {
        ++at_;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int dots_ = 0;
};

} // namespace

std::optional<text_fault> fault_of(std::string_view text) {
  if (auto fault = bad_byte(text)) return fault;
  return depth_meter(text).measure();
}

} // namespace tempest::config
