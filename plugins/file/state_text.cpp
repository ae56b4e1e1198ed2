#include "plugins/file/state_text.hpp"

#include <zlib.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace file_lines {
namespace {

constexpr std::string_view title = "tempest file state ";
constexpr std::string_view version = "2";

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string hex(std::uint64_t value, int width = 16) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%0*llx", width,
                static_cast<unsigned long long>(value));
  return digits.data();
}

std::string check_of(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const Bytef*>(text.data());
  return hex(::crc32_z(0, bytes, text.size()), 8);
}

std::string on_one_line(const std::string& path) {
  std::string made;
  for (const char byte : path) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= ' ' && code != '%' && code != 0x7f) {
      made += byte;
    } else {
      std::array<char, 4> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "%%%02x", code);
      made += escaped.data();
    }
  }
  return made;
}

// The words of one line, taken one after the other.
class word_reader {
 public:
  word_reader(std::size_t line, std::string_view text) : line_(line), rest_(text) {}

  [[nodiscard]] bool starts_with(std::string_view word) const { return rest_.starts_with(word); }
  void expect(std::string_view word) {
    if (!rest_.starts_with(word)) fail("'" + std::string(word) + "' is missing");
    rest_.remove_prefix(word.size());
  }
  template <typename Number>
  Number take(const char* what, int base = 10) {
    Number made{};
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), made, base);
    if (error != std::errc{}) fail(std::string(what) + " is no number");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return made;
  }
  std::string take_word() {
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return std::string(word);
  }
  std::string take_path() {
    std::string made;
    while (!rest_.empty()) {
      if (rest_.front() == '%') {
        rest_.remove_prefix(1);
        const std::string_view digits = rest_.substr(0, 2);
        word_reader code(line_, digits);
        made += static_cast<char>(code.take<unsigned char>("what follows % in the path", 16));
        code.end();
        rest_.remove_prefix(digits.size());
      } else {
        made += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    if (made.empty()) fail("the path is missing");
    return made;
  }
  void end() const {
    if (!rest_.empty()) fail("there is more than expected: '" + std::string(rest_) + "'");
  }
  [[noreturn]] void fail(const std::string& what) const { throw bad_state(line_, what); }

 private:
  std::size_t line_;
  std::string_view rest_;
};

remembered_file read_file(word_reader& words) {
  remembered_file made;
  words.expect("file ");
  made.id.device = words.take<std::uint64_t>("the device");
  words.expect(" ");
  made.id.inode = words.take<std::uint64_t>("the inode");
  words.expect(" print ");
  made.print.bytes = words.take<std::uint64_t>("the length of the print");
  words.expect(" ");
  made.print.hash = words.take<std::uint64_t>("the print", 16);
  words.expect(" mark ");
  made.mark = words.take_word();
  words.expect(" seen ");
  made.seen_s = words.take<std::int64_t>("the time");
  words.expect(" ");
  made.path = words.take_path();
  if (made.print.bytes > fingerprint::most_bytes) words.fail("the print is of too many bytes");
  return made;
}

void read_stretch(word_reader& words, std::vector<stretch>& into) {
  stretch made;
  const bool is_rest = words.starts_with("  rest ");
  words.expect(is_rest ? "  rest " : "  open ");
  made.begin = words.take<std::uint64_t>("the offset");
  if (!is_rest) {
    words.expect(" ");
    made.end = words.take<std::uint64_t>("the end");
  }
  words.expect(" line ");
  made.line = words.take<std::uint64_t>("the line");
  if (!is_rest) {
    words.expect(" lines ");
    made.lines = words.take<std::uint64_t>("the number of lines");
    words.expect(" failures ");
    made.failures = words.take<std::uint32_t>("the number of failures");
    if (made.lines == 0 || made.end <= made.begin) words.fail("it has no lines");
  }
  words.end();
  if (made.line == 0) words.fail("lines are counted from 1");
  if (!into.empty() && made.begin < into.back().end) words.fail("it overlaps the one before");
  into.push_back(made);
}

void read_title(word_reader& words) {
  words.expect(title);
  const std::string written = words.take_word();
  if (written != version) {
    words.fail("it has version " + written + ", and this program knows version " +
               std::string(version));
  }
  words.end();
}

// Other lines were read by then: what is wrong with them for itself is said with their number.
void read_end(word_reader& words, std::size_t files, std::string_view all) {
  words.expect("end ");
  if (words.take<std::size_t>("the number of files") != files) words.fail("files are missing");
  words.expect(" check ");
  const std::string written = words.take_word();
  words.end();
  const std::size_t checked = all.rfind(' ') + 1; // nothing follows, or that is refused
  if (written != check_of(all.substr(0, checked))) {
    words.fail("the check is of other lines: something above was changed");
  }
}

} // namespace

std::string state_text(const remembered_state& state) {
  std::string text = std::string(title).append(version) + "\nseed " + hex(state.seed) + "\n";
  for (const remembered_file& file : state.files) {
    text += "file " + number(file.id.device) + " " + number(file.id.inode) + " print " +
            number(file.print.bytes) + " " + hex(file.print.hash) + " mark " + file.mark +
            " seen " + std::to_string(file.seen_s) + " " + on_one_line(file.path) + "\n";
    for (const stretch& one : file.open) {
      if (one.end == stretch::without_end) {
        text += "  rest " + number(one.begin) + " line " + number(one.line) + "\n";
      } else {
        text += "  open " + number(one.begin) + " " + number(one.end) + " line " +
                number(one.line) + " lines " + number(one.lines) + " failures " +
                number(one.failures) + "\n";
      }
    }
  }
  text += "end " + number(state.files.size()) + " check ";
  return text + check_of(text) + "\n";
}

remembered_state state_in(std::string_view text) {
  remembered_state made;
  bool has_ended = false;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++count;
    const std::size_t end = text.find('\n', begin);
    word_reader words(count, text.substr(begin, end - begin));
    if (end == std::string_view::npos) words.fail("its end is missing");
    if (has_ended) words.fail("there is more after the end");
    if (count == 1) {
      read_title(words);
    } else if (count == 2) {
      words.expect("seed ");
      made.seed = words.take<std::uint64_t>("the seed", 16);
      words.end();
    } else if (words.starts_with("file ")) {
      made.files.push_back(read_file(words));
    } else if (words.starts_with("end ")) {
      read_end(words, made.files.size(), text);
      has_ended = true;
    } else {
      if (made.files.empty()) words.fail("'file' is missing");
      read_stretch(words, made.files.back().open);
    }
    begin = end + 1;
  }
  if (!has_ended) throw bad_state(count + 1, "the end is missing");
  return made;
}

} // namespace file_lines
