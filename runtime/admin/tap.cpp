#include "runtime/admin/tap.hpp"

#include "runtime/admin/api_json.hpp"
#include "runtime/base/base64.hpp"
#include "runtime/base/time_text.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::admin {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t bytes_each = 256;       // beside its texts
constexpr std::size_t bytes_each_header = 64; // the same

void put(ordered_json& into, const std::string& name, const std::string& bytes) {
  if (base::is_readable(bytes)) {
    into[name] = bytes;
  } else {
    into[name + "_base64"] = base::base64(bytes);
  }
}

ordered_json begin(const tap_place& where) {
  ordered_json made{{"topology", where.topology}};
  if (where.from) {
    made["edge"] = {{"from", *where.from}, {"to", where.task}};
  } else {
    made["task"] = where.task;
  }
  return made;
}

ordered_json headers_of(const tap_event& seen) {
  ordered_json made = ordered_json::array();
  for (const auto& [name, value] : seen.headers) {
    ordered_json header;
    put(header, "name", name);
    put(header, "value", value);
    made.push_back(std::move(header));
  }
  return made;
}

std::string line(const ordered_json& fields) {
  std::string made = api_text(fields);
  made.pop_back();
  return made;
}

ordered_json counts(const tap_place& where, std::uint64_t passed, std::uint64_t shown) {
  ordered_json made = begin(where);
  made["passed"] = passed;
  made["shown"] = shown;
  return made;
}

} // namespace

std::size_t memory_of(const tap_event& one) {
  std::size_t bytes = bytes_each + one.id.size() + one.payload.size();
  if (one.key) bytes += one.key->size();
  for (const auto& [name, value] : one.headers) {
    bytes += bytes_each_header + name.size() + value.size();
  }
  return bytes;
}

std::string to_json(const tap_place& where, const tap_event& seen) {
  ordered_json made = begin(where);
  made["time"] = base::rfc3339(seen.time_ms);
  put(made, "id", seen.id);
  made["attempt"] = seen.attempt;
  if (seen.key) {
    put(made, "key", *seen.key);
  } else {
    made["key"] = nullptr;
  }
  made["headers"] = headers_of(seen);
  made["headers_omitted"] = seen.headers_omitted;
  made["timestamp_ms"] =
      seen.timestamp_ms == 0 ? ordered_json(nullptr) : ordered_json(seen.timestamp_ms);
  put(made, "payload", seen.payload);
  made["payload_bytes"] = seen.payload_bytes;
  made["passed"] = seen.passed;
  return line(made);
}

std::string tally_json(const tap_place& where, std::uint64_t passed, std::uint64_t shown) {
  return line(counts(where, passed, shown));
}

std::string end_json(const tap_place& where, std::uint64_t passed, std::uint64_t shown,
                     const std::string& reason) {
  ordered_json made = counts(where, passed, shown);
  made["reason"] = reason;
  return line(made);
}

} // namespace tempest::admin
