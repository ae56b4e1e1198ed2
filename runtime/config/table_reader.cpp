#include "runtime/config/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/edit_distance.hpp"
#include "runtime/config/units.hpp"

namespace tempest::config {
namespace {

const table no_entries;

std::optional<std::int64_t> as_integer(const value& given) {
  if (const auto* number = std::get_if<std::int64_t>(&given.data)) return *number;
  if (given.expanded && given.text() != nullptr) return parse_integer(*given.text());
  return std::nullopt;
}

std::optional<double> as_number(const value& given) {
  if (const auto* number = std::get_if<double>(&given.data)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&given.data)) {
    return static_cast<double>(*number);
  }
  if (given.expanded && given.text() != nullptr) return parse_number(*given.text());
  return std::nullopt;
}

} // namespace

table_reader::table_reader(const value& table_value, std::string name, base::problems& found)
    : table_(table_value), name_(std::move(name)), found_(found) {}

const value* table_reader::find(const std::string& key) {
  known_.push_back(key);
  const table* entries = table_.entries();
  if (entries == nullptr) return nullptr;
  const auto at = entries->find(key);
  return at == entries->end() ? nullptr : &at->second;
}

const value* table_reader::told(const std::string& key) {
  const value* given = find(key);
  return given == nullptr || given->untold() ? nullptr : given;
}

void table_reader::complain(const base::location& where, std::string text, std::string hint) {
  found_.push_back({base::severity::error, where, std::move(text), std::move(hint)});
}

void table_reader::wrong(const std::string& key, const value& given, const std::string& expected) {
  complain(given.where,
           fmt::format("{} of {} must be {}, not {}", key, name_, expected, given.type_name()));
}

bool table_reader::text(const std::string& key, std::string& out) {
  const value* given = told(key);
  if (given == nullptr) return false;
  if (given->text() == nullptr) {
    wrong(key, *given, "a string");
    return false;
  }
  if (given->text()->find('\0') != std::string::npos) {
    complain(given->where, fmt::format("{} of {} holds a NUL character", key, name_));
    return false;
  }
  out = *given->text();
  return true;
}

bool table_reader::filled_text(const std::string& key, std::string& out, const std::string& hint) {
  std::string read;
  if (!text(key, read)) return false;
  if (read.empty()) {
    complain(find(key)->where, fmt::format("{} of {} is empty", key, name_), hint);
    return false;
  }
  out = std::move(read);
  return true;
}

bool table_reader::name(std::string& out, const std::string& hint) {
  constexpr std::size_t longest = 128; // it becomes part of file names and of names at the broker
  std::string read;
  if (!filled_text("name", read, hint)) return false;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::string fault;
  if (read.size() > longest) fault = fmt::format("is longer than {} bytes", longest);
  if (std::any_of(read.begin(), read.end(), is_control)) fault = "holds a control character";
  if (!fault.empty()) {
    complain(find("name")->where, fmt::format("name of {} {}", name_, fault),
             "choose a short word, as in \"word_count\"");
    return false;
  }
  out = std::move(read);
  return true;
}

bool table_reader::integer(const std::string& key, std::int64_t minimum, std::int64_t maximum,
                           std::int64_t& out) {
  const value* given = told(key);
  if (given == nullptr) return false;
  const auto number = as_integer(*given);
  if (!number) {
    wrong(key, *given, "an integer");
    return false;
  }
  if (*number < minimum || *number > maximum) {
    complain(given->where, fmt::format("{} of {} is {}; it must be from {} to {}", key, name_,
                                       *number, minimum, maximum));
    return false;
  }
  out = *number;
  return true;
}

bool table_reader::number(const std::string& key, double minimum, double maximum, double& out) {
  const value* given = told(key);
  if (given == nullptr) return false;
  const auto read = as_number(*given);
  if (!read) {
    wrong(key, *given, "a number");
    return false;
  }
  if (!(*read >= minimum && *read <= maximum)) {
    complain(given->where, fmt::format("{} of {} is {}; it must be from {} to {}", key, name_,
                                       *read, minimum, maximum));
    return false;
  }
  out = *read;
  return true;
}

bool table_reader::flag(const std::string& key, bool& out) {
  const value* given = told(key);
  if (given == nullptr) return false;
  const bool* const read = std::get_if<bool>(&given->data);
  if (read == nullptr) {
    wrong(key, *given, "true or false");
    return false;
  }
  out = *read;
  return true;
}

bool table_reader::duration(const std::string& key, std::int64_t minimum_ms,
                            std::chrono::milliseconds& out) {
  constexpr std::int64_t maximum_ms = 366ll * 24 * 3600 * 1000; // a year: larger is a slip
  const value* given = told(key);
  if (given == nullptr) return false;
  auto read = as_integer(*given);
  if (!read && given->text() != nullptr) read = parse_duration_ms(*given->text());
  if (!read) {
    complain(given->where, fmt::format("{} of {} is no duration", key, name_),
             "write milliseconds or a string such as \"500ms\", \"30s\", \"5m\", \"1h\"");
    return false;
  }
  if (*read < minimum_ms || *read > maximum_ms) {
    complain(given->where, fmt::format("{} of {} is {} ms; it must be from {} ms to a year", key,
                                       name_, *read, minimum_ms));
    return false;
  }
  out = std::chrono::milliseconds(*read);
  return true;
}

bool table_reader::size(const std::string& key, std::int64_t minimum, std::uint64_t& out) {
  const value* given = told(key);
  if (given == nullptr) return false;
  auto read = as_integer(*given);
  if (!read && given->text() != nullptr) read = parse_size_bytes(*given->text());
  if (!read) {
    complain(given->where, fmt::format("{} of {} is no size", key, name_),
             "write bytes or a string such as \"512kB\", \"64MiB\", \"1GiB\"");
    return false;
  }
  if (*read < minimum) {
    complain(given->where,
             fmt::format("{} of {} is {}; it must be at least {}", key, name_, *read, minimum));
    return false;
  }
  out = static_cast<std::uint64_t>(*read);
  return true;
}

bool table_reader::choice(const std::string& key, const std::vector<std::string>& choices,
                          std::size_t& out) {
  std::string word;
  if (!text(key, word)) return false;
  const auto at = std::find(choices.begin(), choices.end(), word);
  if (at != choices.end()) {
    out = static_cast<std::size_t>(at - choices.begin());
    return true;
  }
  const std::string hint = base::did_you_mean(word, choices, "\"");
  complain(find(key)->where, fmt::format("{} of {} cannot be \"{}\"", key, name_, word),
           hint.empty() ? fmt::format("choose one of {}", fmt::join(choices, ", ")) : hint);
  return false;
}

const value* table_reader::sub_table(const std::string& key) {
  const value* given = told(key);
  if (given == nullptr || given->entries() != nullptr) return given;
  wrong(key, *given, "a table");
  return nullptr;
}

const value* table_reader::list(const std::string& key) {
  const value* given = told(key);
  if (given == nullptr || given->items() != nullptr) return given;
  wrong(key, *given, "a list");
  return nullptr;
}

void table_reader::refuse(const std::string& key, const std::string& reason,
                          const std::string& hint) {
  const value* const given = find(key);
  useless_.push_back(key);
  if (given != nullptr) complain(given->where, reason, hint);
}

void table_reader::ignore(const std::string& key, const std::string& reason) {
  const value* const given = find(key);
  useless_.push_back(key);
  if (given != nullptr) {
    found_.push_back({base::severity::warning, given->where, reason, {}});
  }
}

std::string table_reader::what_there_is() const {
  std::vector<std::string> keys;
  for (const std::string& key : known_) {
    const auto has = [&](const std::vector<std::string>& among) {
      return std::find(among.begin(), among.end(), key) != among.end();
    };
    if (!has(keys) && !has(useless_)) keys.push_back(key);
  }
  return fmt::format("known here: {}", fmt::join(keys, ", "));
}

void table_reader::finish() {
  const table* entries = table_.entries();
  for (const auto& [key, entry] : entries != nullptr ? *entries : no_entries) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string near = base::did_you_mean(key, known_);
    complain(entry.where, fmt::format("unknown key '{}' in {}", key, name_),
             near.empty() ? what_there_is() : near);
  }
}

} // namespace tempest::config
