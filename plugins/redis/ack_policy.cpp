#include "plugins/redis/ack_policy.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace redis {

namespace {

constexpr std::int64_t most_ids = 100000;

[[noreturn]] void refuse_policy(const std::string& what) {
  throw std::invalid_argument("ack_policy: " + what +
                              R"(; expected { type = "batch", n = 1000 }, { type = "individual" } )"
                              R"(or { type = "none" })");
}

} // namespace

ack_policy parse_ack_policy(std::string_view json) {
  const auto given = nlohmann::json::parse(json, nullptr, false);
  if (!given.is_object()) refuse_policy("it is no table");
  const auto type = given.find("type");
  if (type == given.end() || !type->is_string()) refuse_policy("`type` is missing");
  for (const auto& [name, value] : given.items()) {
    if (name != "type" && name != "n") refuse_policy("`" + name + "` is unknown");
  }
  const auto word = type->get<std::string>();
  if (word != "batch" && word != "individual" && word != "none") {
    refuse_policy("the type \"" + word + "\" is unknown");
  }
  const auto n = given.find("n");
  if (word == "batch") {
    ack_policy policy;
    if (n == given.end()) return policy;
    if (!n->is_number_integer() || n->get<std::int64_t>() < 1 ||
        n->get<std::int64_t>() > most_ids) {
      refuse_policy("`n` is not a number from 1 to " + std::to_string(most_ids));
    }
    policy.batch = n->get<std::size_t>();
    return policy;
  }
  if (n != given.end()) refuse_policy("`n` means nothing with type \"" + word + "\"");
  if (word == "individual") return {.acknowledge = true, .batch = 1};
  return {.acknowledge = false, .batch = 1};
}

} // namespace redis
