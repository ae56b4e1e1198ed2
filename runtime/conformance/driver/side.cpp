#include "runtime/conformance/driver/side.hpp"

#include <algorithm>
#include <cstring>

#include "runtime/conformance/channel.hpp"
#include "runtime/conformance/driver/resources.hpp"
#include "runtime/conformance/value_json.hpp"

namespace tempest::conformance {

side::side(const tempest_descriptor& descriptor) : descriptor_(descriptor) {
  set_up_host();
}

void side::set_up_host() {
  host_.size = sizeof host_;
  host_.minor = TEMPEST_ABI_MINOR;
  host_.self = this;
  host_.name = descriptor_.name;
  host_.topology = "plugin_check";
  host_.log = [](void* self, std::uint32_t level, tempest_slice text) {
    auto& me = *static_cast<side*>(self);
    me.offences_.count();
    if (level < TEMPEST_LOG_DEBUG || level > TEMPEST_LOG_ERROR) {
      me.offences_.say("log was given the level " + std::to_string(level));
    }
    if (base::view(text).find('\n') != std::string_view::npos) {
      me.offences_.say("log was given a line end");
    }
  };
  host_.metric = [](void* self, std::uint32_t, const char* name, const char*, const tempest_header*,
                    std::size_t) {
    auto& me = *static_cast<side*>(self);
    me.offences_.count();
    if (name == nullptr) me.offences_.say("metric was given no name");
    return static_cast<tempest_metric*>(self);
  };
  host_.update = [](tempest_metric*, double) {};
}

json side::answer(const json& request) {
  const auto what = request.at("do").get<std::string>();
  json made = json::object();
  if (what == "bind") {
    made = bind(request);
  } else if (what == "create") {
    made = make(request);
  } else if (what == "resources") {
    made = resources();
  } else {
    made = own_answer(what, request).value_or(json{{"unknown", what}});
  }
  made["offences"] = offences_.said();
  made["calls"] = offences_.take_calls();
  return made;
}

plugin::bound_options side::bound(const tempest_descriptor& by, const json& options,
                                  base::problems& found) {
  config::plugin_use use;
  use.type = by.name;
  const config::value given = from_json(options);
  if (given.entries() != nullptr) use.options = *given.entries();
  return plugin::bind_options(by, use, found);
}

json side::bind(const json& request) {
  // Without its `validate` the descriptor is data, and whatever is found is the host's to say.
  tempest_descriptor data{};
  std::memcpy(&data, &descriptor_, std::min<std::size_t>(descriptor_.size, sizeof data));
  data.validate = nullptr;
  base::problems found;
  static_cast<void>(bound(data, request.at("options"), found));
  json made{{"problems", json::array()}, {"by_host", !found.empty()}};
  if (found.empty()) {
    call("validate", [&] { static_cast<void>(bound(descriptor_, request.at("options"), found)); });
  }
  for (const base::problem& one : found) made["problems"].push_back(one.text);
  return made;
}

json side::make(const json& request) {
  base::problems found;
  const plugin::bound_options options = bound(descriptor_, request.at("options"), found);
  if (!found.empty()) return {{"ok", false}, {"error", found.front().text}};
  const std::string reason = create(options.view());
  return {{"ok", reason.empty()}, {"error", reason}};
}

void side::say_entering(const char* function) {
  // Nobody listens when the kit has hung up: then the instance goes, and the process.
  static_cast<void>(send(channel_descriptor, {{entering, function}}));
}

json side::verdict_of(bool good) {
  return {{"ok", good}, {"error", good ? "" : error_.text()}, {"took_us", took_us_}};
}

} // namespace tempest::conformance
