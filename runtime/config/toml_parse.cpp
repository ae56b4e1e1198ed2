#include "runtime/config/toml_parse.hpp"

#include <sstream>
#include <toml.hpp>
#include <utility>

namespace tempest::config {
namespace {

using toml_value = toml::basic_value<toml::discard_comments, std::map, std::vector>;

constexpr int nesting_limit = 100; // the parser recurses

// Where the key of `child` stands: the parser tells where the value starts.
base::location place_of(const toml_value& child, const std::string& key, const std::string& file) {
  const toml::source_location at = child.location();
  base::location place{file, static_cast<std::uint32_t>(at.line()),
                       static_cast<std::uint32_t>(at.column())};
  const std::string line = at.line_str();
  const std::size_t found = line.find(key);
  if (!key.empty() && found != std::string::npos && found < at.column()) {
    place.column = static_cast<std::uint32_t>(found + 1);
  }
  return place;
}

value convert(const toml_value& from, const std::string& key, const std::string& file) {
  value made;
  made.where = place_of(from, key, file);
  switch (from.type()) {
    case toml::value_t::boolean:
      made.data = from.as_boolean();
      break;
    case toml::value_t::integer:
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
      for (const toml_value& one : from.as_array()) items.push_back(convert(one, {}, file));
      made.data = std::move(items);
      break;
    }
    case toml::value_t::table: {
      table entries;
      for (const auto& [name, one] : from.as_table()) {
        entries.emplace(name, convert(one, name, file));
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

// "[error] toml::parse_table: invalid line format\n ..." -> "invalid line format".
std::string reason_of(const char* what) {
  std::string text = what;
  text.resize(std::min(text.find('\n'), text.size()));
  for (const char* prefix : {"[error] ", "toml::"}) {
    if (text.starts_with(prefix)) text.erase(0, std::string(prefix).size());
  }
  const std::size_t colon = text.find(": ");
  if (colon != std::string::npos && text.find(' ') > colon) text.erase(0, colon + 2);
  // What the parser quotes may be a secret.
  text.resize(std::min(text.find('"'), text.size()));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text.empty() ? "it is not TOML" : "it is not TOML: " + text;
}

bool too_deep(const std::string& text) {
  int depth = 0;
  for (const char c : text) {
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > nesting_limit) return true;
  }
  return false;
}

toml_value parse(const std::string& text, const std::string& file) {
  std::istringstream stream(text);
  return toml::parse<toml::discard_comments, std::map, std::vector>(stream, file);
}

} // namespace

value parse_toml(const std::string& text, const std::string& file, base::problems& found) {
  value root;
  root.data = table{};
  root.where.file = file;
  const auto fail = [&](base::location place, std::string reason) {
    found.push_back({base::severity::error, std::move(place), std::move(reason), {}});
  };
  if (too_deep(text)) {
    fail({file, 0, 0}, "its brackets are nested more than 100 deep");
    return root;
  }
  try {
    value parsed = convert(parse(text, file), {}, file);
    parsed.where = {file, 1, 1};
    return parsed;
  } catch (const toml::syntax_error& error) {
    fail({file, static_cast<std::uint32_t>(error.location().line()),
          static_cast<std::uint32_t>(error.location().column())},
         reason_of(error.what()));
  } catch (const std::exception& error) {
    fail({file, 0, 0}, reason_of(error.what()));
  }
  return root;
}

std::optional<value> parse_toml_value(const std::string& text, const std::string& where) {
  if (text.find('\n') != std::string::npos || too_deep(text)) return std::nullopt;
  try {
    const toml_value parsed = parse("value = " + text + "\n", where);
    if (parsed.as_table().size() != 1) return std::nullopt;
    value made = convert(parsed.as_table().begin()->second, {}, where);
    made.where = {where, 0, 0};
    return made;
  } catch (const std::exception&) {
    return std::nullopt; // the caller takes it for plain text
  }
}

} // namespace tempest::config
