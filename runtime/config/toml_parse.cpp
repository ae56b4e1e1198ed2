#include "runtime/config/toml_parse.hpp"

#include <algorithm>
#include <sstream>
#include <toml.hpp>
#include <utility>

#include "runtime/config/text_check.hpp"
#include "runtime/config/units.hpp"

namespace tempest::config {
namespace {

using toml_value = toml::basic_value<toml::discard_comments, std::map, std::vector>;

// Offsets in a text as lines and columns. The parser could tell them too, but counts the lines from
// the top each time: hopeless for a large file.
class line_index {
 public:
  line_index(const std::string& text, const std::string& file) : text_(text), file_(file) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n') starts_.push_back(at + 1);
    }
  }

  [[nodiscard]] base::location at(std::size_t offset) const {
    const auto line = std::upper_bound(starts_.begin(), starts_.end(), offset) - 1;
    return {file_, static_cast<std::uint32_t>(line - starts_.begin() + 1),
            static_cast<std::uint32_t>(offset - *line + 1)};
  }

  // Where the key stands whose value begins at `offset`, when it is there to be seen: "key =
  // value".
  [[nodiscard]] base::location key_before(std::size_t offset, const std::string& key) const {
    std::size_t end = back_over_space(offset);
    if (key.empty() || end == 0 || text_[end - 1] != '=') return at(offset);
    end = back_over_space(end - 1);
    const bool quoted = end > 0 && (text_[end - 1] == '"' || text_[end - 1] == '\'');
    if (quoted) --end;
    const bool there = end >= key.size() && text_.compare(end - key.size(), key.size(), key) == 0;
    if (!there) return at(offset);
    return at(end - key.size() - (quoted && end > key.size() ? 1 : 0));
  }

 private:
  [[nodiscard]] std::size_t back_over_space(std::size_t end) const {
    while (end > 0 && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    return end;
  }

  const std::string& text_;
  const std::string& file_;
  std::vector<std::size_t> starts_{0};
};

struct number_out_of_range {
  std::size_t offset;
};

// The parser takes the nearest integer for one that does not fit.
void check_fits(const toml_value& number) {
  const auto* part = dynamic_cast<const toml::detail::region*>(toml::detail::get_region(number));
  if (part == nullptr) return;
  std::string digits = part->str();
  std::erase(digits, '_');
  if (digits.starts_with('+')) digits.erase(0, 1);
  const bool decimal = digits.size() < 2 || digits[0] != '0';
  if (decimal && !parse_integer(digits)) {
    throw number_out_of_range{static_cast<std::size_t>(part->first() - part->begin())};
  }
}

// The place of a key; for a table that of its [header], for an item of a list its own.
base::location place_of(const toml_value& child, const std::string& key, const line_index& lines) {
  const auto* part = dynamic_cast<const toml::detail::region*>(toml::detail::get_region(child));
  if (part == nullptr) return lines.at(0);
  return lines.key_before(static_cast<std::size_t>(part->first() - part->begin()), key);
}

value convert(const toml_value& from, const std::string& key, const line_index& lines) {
  value made;
  made.where = place_of(from, key, lines);
  switch (from.type()) {
    case toml::value_t::boolean:
      made.data = from.as_boolean();
      break;
    case toml::value_t::integer:
      check_fits(from);
      made.data = static_cast<std::int64_t>(from.as_integer());
      break;
    case toml::value_t::floating:
      made.data = static_cast<double>(from.as_floating());
      break;
    case toml::value_t::string:
      made.data = from.as_string().str;
      break;
    case toml::value_t::array: {
      array items;
      for (const toml_value& one : from.as_array()) items.push_back(convert(one, {}, lines));
      made.data = std::move(items);
      break;
    }
    case toml::value_t::table: {
      table entries;
      for (const auto& [name, one] : from.as_table()) {
        entries.emplace(name, convert(one, name, lines));
      }
      made.data = std::move(entries);
      break;
    }
    case toml::value_t::empty:
      break;
    default: { // dates and times
      std::ostringstream text;
      text << from;
      made.data = text.str();
    }
  }
  return made;
}

// The parser's words quote the text, which may hold secrets: only what kind of slip it was is
// taken from them.
std::string reason_of(std::string_view what) {
  what = what.substr(0, what.find('\n'));
  constexpr std::string_view value_wanted =
      "here should be a value: a \"string\" in quotes, a number, true, false, a [ list ] or a "
      "{ table }";
  constexpr std::pair<std::string_view, std::string_view> reasons[] = {
      {"already", "it stands twice: a key or table of this name was given before"},
      {"insert_nested_key", "a key of this name was given before, as something else"},
      {"inline_table", "this { table } is not well-formed; it must end on the line it began"},
      {"parse_array", "this [ list ] is not well-formed, or not closed"},
      {"escape", "this string holds a \\ that starts no known escape; '...' takes it as it is"},
      {"utf8", "this string holds a \\u that is no character"},
      {"string", "this string is not closed"},
      {"leading zero", "a number must not begin with 0"},
      {"integer", "this is no integer that fits"},
      {"float", value_wanted},
      {"date", "this is no date"},
      {"time", "this is no time"},
      {"table_key", "this [header] is not well-formed"},
      {"parse_key", "here should be: key = value"},
      {"invalid line", "here should be: key = value"},
      {"unknown line", "here should be: key = value"},
      {"value", value_wanted},
  };
  for (const auto& [sign, reason] : reasons) {
    if (what.find(sign) != std::string_view::npos) return std::string(reason);
  }
  return "it is not TOML from here on";
}

void place_all(value& one, const base::location& where) {
  one.where = where;
  if (auto* items = std::get_if<array>(&one.data)) {
    for (value& item : *items) place_all(item, where);
  } else if (auto* entries = std::get_if<table>(&one.data)) {
    for (auto& [name, entry] : *entries) place_all(entry, where);
  }
}

toml_value parse(const std::string& text) {
  std::istringstream stream(text);
  return toml::parse<toml::discard_comments, std::map, std::vector>(stream, "");
}

} // namespace

value parse_toml(const std::string& text, const std::string& file, base::problems& found) {
  value root;
  root.data = table{};
  root.where = {file, 1, 1};
  const line_index lines(text, file);
  const auto fail = [&](base::location place, std::string reason) {
    found.push_back({base::severity::error, std::move(place), std::move(reason), {}});
  };
  if (const auto fault = fault_of(text)) {
    fail(lines.at(fault->offset), fault->reason);
    return root;
  }
  try {
    root.data = convert(parse(text), {}, lines).data;
  } catch (const number_out_of_range& error) {
    fail(lines.at(error.offset), "this integer does not fit into 64 bits");
  } catch (const toml::exception& error) {
    fail({file, static_cast<std::uint32_t>(error.location().line()),
          static_cast<std::uint32_t>(error.location().column())},
         reason_of(error.what()));
  } catch (const std::exception& error) {
    fail({file, 0, 0}, reason_of(error.what()));
  }
  return root;
}

std::optional<value> parse_toml_value(const std::string& text, const std::string& where) {
  if (text.find('\n') != std::string::npos || fault_of(text)) return std::nullopt;
  try {
    const std::string line = "value = " + text + "\n";
    const toml_value parsed = parse(line);
    if (parsed.as_table().size() != 1) return std::nullopt;
    value made = convert(parsed.as_table().begin()->second, {}, line_index(line, where));
    place_all(made, {where, 0, 0});
    return made;
  } catch (const number_out_of_range&) {
    return std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt; // the caller takes it for plain text
  }
}

} // namespace tempest::config
