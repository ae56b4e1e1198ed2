#include "runtime/service/dead_letter_json.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "runtime/base/base64.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/base/time_text.hpp"
#include "runtime/base/utf8.hpp"

namespace tempest::service {
namespace {

using nlohmann::ordered_json;

void put(ordered_json& into, const std::string& name, std::string_view bytes) {
  if (base::is_utf8(bytes)) {
    into[name] = bytes;
  } else {
    into[name + "_base64"] = base::base64(bytes);
  }
}

} // namespace

const char* word(engine::failure_kind how) {
  switch (how) {
    case engine::failure_kind::failed:
      return "failed";
    case engine::failure_kind::rejected:
      return "rejected";
    case engine::failure_kind::timed_out:
      return "timed_out";
  }
  return "";
}

std::string to_json(const engine::dead_letter& letter, const std::string& topology,
                    const std::string& task, const calendar& times) {
  ordered_json made;
  made["version"] = 1;
  put(made, "id", letter.id);
  if (letter.meta != nullptr && letter.meta->key.data != nullptr) {
    put(made, "key", base::view(letter.meta->key));
  }
  made["headers"] = ordered_json::array();
  for (std::uint32_t i = 0; letter.meta != nullptr && i < letter.meta->header_count; ++i) {
    ordered_json header;
    put(header, "name", base::view(letter.meta->headers[i].name));
    put(header, "value", base::view(letter.meta->headers[i].value));
    made["headers"].push_back(std::move(header));
  }
  made["payload_base64"] = base::base64(letter.payload);
  made["timestamp_ms"] = letter.timestamp_ms;
  made["topology"] = topology;
  made["task"] = task;
  made["outcome"] = word(letter.how);
  made["reason"] = letter.reason; // for people: what is no text in it is replaced
  made["attempts"] = letter.attempts;
  made["deliveries"] = letter.deliveries;
  made["first_time"] = base::rfc3339(times.at(letter.first));
  made["last_time"] = base::rfc3339(times.at(letter.last));
  return made.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace tempest::service
