// The way back from the envelope of a dead letter.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "runtime/base/base64.hpp"
#include "runtime/service/dead_letter_json.hpp"

namespace tempest::service {
namespace {

using nlohmann::json;

constexpr std::int64_t known_version = 1;

const json& member(const json& from, const std::string& name) {
  const auto found = from.find(name);
  if (found == from.end()) throw std::invalid_argument("it has no '" + name + "'");
  return *found;
}

// A member that may stand as NAME or, when it is not UTF-8, as NAME_base64.
std::optional<std::string> bytes_of(const json& from, const std::string& name) {
  if (const auto plain = from.find(name); plain != from.end() && plain->is_string()) {
    return plain->get<std::string>();
  }
  const auto encoded = from.find(name + "_base64");
  if (encoded == from.end() || !encoded->is_string()) return std::nullopt;
  auto bytes = base::base64_bytes(encoded->get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("its '" + name + "_base64' is no base64");
  return bytes;
}

std::string required_bytes(const json& from, const std::string& name) {
  auto bytes = bytes_of(from, name);
  if (!bytes) throw std::invalid_argument("it has no '" + name + "'");
  return std::move(*bytes);
}

std::int64_t number_of(const json& from, const std::string& name) {
  const json& found = member(from, name);
  if (found.is_number_integer()) return found.get<std::int64_t>();
  if (found.is_string()) {
    const json text = json::parse(found.get_ref<const std::string&>(), nullptr, false);
    if (text.is_number_integer()) return text.get<std::int64_t>();
  }
  throw std::invalid_argument("its '" + name + "' is no number");
}

std::uint32_t count_of(const json& from, const std::string& name) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number_of(from, name), 0, UINT32_MAX));
}

std::vector<std::pair<std::string, std::string>> headers_of(const json& from) {
  json list = member(from, "headers");
  if (list.is_string()) list = json::parse(list.get_ref<const std::string&>(), nullptr, false);
  if (!list.is_array()) throw std::invalid_argument("its 'headers' are no list");
  std::vector<std::pair<std::string, std::string>> made;
  for (const json& one : list) {
    if (!one.is_object()) throw std::invalid_argument("one of its headers is no object");
    made.emplace_back(required_bytes(one, "name"), required_bytes(one, "value"));
  }
  return made;
}

stored_letter letter_of(const json& from) {
  const std::int64_t version = number_of(from, "version");
  if (version != known_version) {
    throw std::invalid_argument("it has version " + std::to_string(version) +
                                ", which this Tempest does not know");
  }
  stored_letter made;
  made.message_id = required_bytes(from, "id");
  made.key = bytes_of(from, "key");
  made.headers = headers_of(from);
  made.payload = required_bytes(from, "payload");
  made.timestamp_ms = number_of(from, "timestamp_ms");
  made.topology = required_bytes(from, "topology");
  made.task = required_bytes(from, "task");
  made.outcome = bytes_of(from, "outcome").value_or(made.outcome);
  made.reason = required_bytes(from, "reason");
  made.attempts = count_of(from, "attempts");
  made.deliveries = count_of(from, "deliveries");
  made.first_time = required_bytes(from, "first_time");
  made.last_time = required_bytes(from, "last_time");
  const auto last = parse_utc_time(made.last_time);
  if (!last) throw std::invalid_argument("its 'last_time' is no time");
  made.last_ms = *last;
  return made;
}

// Digits of `text` from `at` on, as a number; -1 when they are none.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    number = 10 * number + (text[i] - '0');
  }
  return number;
}

} // namespace

std::optional<std::int64_t> parse_utc_time(std::string_view text) {
  using namespace std::chrono;
  const auto date =
      year_month_day(year(digits(text, 0, 4)), month(static_cast<unsigned>(digits(text, 5, 2))),
                     day(static_cast<unsigned>(digits(text, 8, 2))));
  if (text.size() < 10 || text[4] != '-' || text[7] != '-' || digits(text, 0, 4) < 0 ||
      !date.ok()) {
    return std::nullopt;
  }
  const std::int64_t midnight_ms = milliseconds(sys_days(date).time_since_epoch()).count();
  if (text.size() == 10) return midnight_ms;
  const int parts[] = {digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)};
  const bool shaped = text.size() >= 20 && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
                      text.back() == 'Z';
  const bool within = parts[0] >= 0 && parts[0] < 24 && parts[1] >= 0 && parts[1] < 60 &&
                      parts[2] >= 0 && parts[2] <= 60;
  if (!shaped || !within) return std::nullopt;
  int thousandths = 0;
  if (text.size() != 20) {
    thousandths = text.size() == 24 && text[19] == '.' ? digits(text, 20, 3) : -1;
    if (thousandths < 0) return std::nullopt;
  }
  return midnight_ms + ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000LL + thousandths;
}

std::optional<stored_letter> letter_from_json(std::string_view text, std::string& why) {
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) {
    why = "it is no JSON object";
    return std::nullopt;
  }
  try {
    return letter_of(parsed);
  } catch (const std::invalid_argument& error) {
    why = error.what();
  }
  return std::nullopt;
}

// Within the strings of JSON there is no line end.
std::string envelope_line(std::string_view text) {
  std::string made(text);
  std::replace(made.begin(), made.end(), '\n', ' ');
  std::replace(made.begin(), made.end(), '\r', ' ');
  return made;
}

} // namespace tempest::service
