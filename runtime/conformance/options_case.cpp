#include "runtime/conformance/options_case.hpp"

#include <fmt/format.h>
#include <tempest/abi.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/plugin_text.hpp"
#include "runtime/conformance/plugin_process.hpp"
#include "runtime/plugin/option_at.hpp"

namespace tempest::conformance {
namespace {

using nlohmann::json;

// Tries options with one instance's process.
class options_trial {
 public:
  explicit options_trial(site& at) : descriptor_(*at.what().descriptor), process_(at) {}

  void good_ones() {
    const int before = sockets();
    if (!made(process_.options())) throw found("create refuses the given options: " + reason_);
    const int after = sockets();
    if (after > before) throw found("create opens sockets; only connect may reach the broker");
    process_.ask({{"do", "destroy"}});
  }
  void wrong_ones() {
    must_refuse("no_such_option_at_all", 1, "an unknown option");
    for (std::uint32_t i = 0; i < descriptor_.option_count; ++i) wrong(option(i));
  }
  void odd_ones() {
    for (std::uint32_t i = 0; i < descriptor_.option_count; ++i) {
      for (const json& value : odd_values(option(i))) bear(option(i).name, value);
    }
  }
  // Wrong in ways that the host cannot know of.
  void given_wrong_ones(const std::vector<json>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) must_refuse(all[i], i + 1);
    given_wrong_ = all.size();
  }
  [[nodiscard]] std::string words() const {
    return fmt::format("{} options, {} values; {} refused by the host, {} by the plugin; {}",
                       descriptor_.option_count, tried_, by_host_, by_plugin_,
                       given_wrong_ == 0 ? std::string("`wrong` is not given")
                                         : fmt::format("all {} of `wrong`", given_wrong_));
  }
  void leave() { process_.leave(); }

 private:
  [[nodiscard]] const tempest_option& option(std::uint32_t index) const {
    return plugin::option_at(descriptor_, index);
  }
  [[nodiscard]] int sockets() { return process_.ask({{"do", "resources"}}).at("sockets"); }
  // Why they are refused without an instance; nothing when they are not.
  std::optional<std::string> refusal(const json& options) {
    ++tried_;
    const json answer = process_.ask({{"do", "bind"}, {"options", options}});
    if (answer.at("problems").empty()) return std::nullopt;
    ++(answer.at("by_host").get<bool>() ? by_host_ : by_plugin_);
    return answer.at("problems")[0];
  }
  bool made(const json& options) {
    const json answer = process_.ask({{"do", "create"}, {"options", options}});
    reason_ = answer.at("error");
    return answer.at("ok");
  }
  void must_refuse(const std::string& name, const json& value, const std::string& what) {
    json options = process_.options();
    if (value.is_null()) {
      options.erase(name);
    } else {
      options[name] = value;
    }
    if (!refusal(options)) throw found(what + " is not refused");
  }
  // As soon as it can be known: before there is an instance, or by create, or by connect.
  void must_refuse(const json& wrong, std::size_t number) {
    json options = process_.options();
    std::string names;
    for (const auto& [name, value] : wrong.items()) {
      options[name] = value;
      names += (names.empty() ? "" : ", ") + name;
    }
    std::optional<std::string> said = refusal(options);
    if (!said && !made(options)) said = by_plugin(reason_);
    if (!said) {
      const json answer = process_.ask({{"do", "connect"}});
      process_.ask({{"do", "destroy"}});
      if (!answer.at("ok").get<bool>()) said = by_plugin(answer.at("error"));
    }
    const std::string which = fmt::format("number {} of `wrong` ({})", number, names);
    if (!said) throw found(which + " is taken by create, and connect goes well with it");
    if (said->ends_with(base::no_reason)) throw found(which + " is refused without a reason");
  }
  std::string by_plugin(std::string reason) {
    ++by_plugin_;
    return reason;
  }

  void wrong(const tempest_option& one) {
    const std::string name = one.name;
    if (one.help == nullptr || *one.help == '\0') throw found("option '" + name + "' has no help");
    if ((one.flags & TEMPEST_OPTION_REQUIRED) != 0) {
      must_refuse(name, nullptr, "'" + name + "', which is required, missing");
    }
    const bool text = one.type >= TEMPEST_OPTION_STRING && one.type <= TEMPEST_OPTION_ENUM;
    must_refuse(name, text ? json(json::array({1})) : json("no such value"),
                "a value of another type for '" + name + "'");
  }

  // A value is taken, or refused with a reason; nothing breaks.
  void bear(const std::string& name, const json& value) {
    json options = process_.options();
    options[name] = value;
    std::optional<std::string> said = refusal(options);
    if (!said && made(options)) {
      process_.ask({{"do", "destroy"}});
      return;
    }
    if (!said) said = by_plugin(reason_);
    if (said->ends_with(base::no_reason)) {
      const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
      throw found(fmt::format("'{}' = {} is refused without a reason", name, text));
    }
  }

  static std::vector<json> odd_values(const tempest_option& one) {
    switch (one.type) {
      case TEMPEST_OPTION_ENUM: {
        std::vector<json> made;
        for (std::uint32_t i = 0; i < one.choice_count; ++i) made.emplace_back(one.choices[i]);
        return made;
      }
      case TEMPEST_OPTION_BOOL:
        return {true, false};
      case TEMPEST_OPTION_STRING:
      case TEMPEST_OPTION_SECRET:
        return {"", std::string(10'000, 'x'), "\xff \x01 %s {}", "://:@/?#"};
      case TEMPEST_OPTION_LIST:
        return {json::array(), json::array({1}), json::array({"", "x"}),
                json::array({json::array(), json::object()})};
      case TEMPEST_OPTION_TABLE:
        return {json::object(), json{{"x", 1}}, json{{"type", json::array()}}};
      default:
        return numbers(one);
    }
  }
  static std::vector<json> numbers(const tempest_option& one) {
    if (!plugin::has_bounds(one)) return {0, 1, -1, INT64_MAX, INT64_MIN};
    return {one.minimum, one.maximum};
  }

  const tempest_descriptor& descriptor_;
  plugin_process process_;
  std::string reason_;
  int tried_ = 0;
  int by_host_ = 0; // refused
  int by_plugin_ = 0;
  std::size_t given_wrong_ = 0;
};

} // namespace

std::string options_hold(site& at) {
  options_trial trial(at);
  trial.good_ones();
  trial.wrong_ones();
  trial.odd_ones();
  trial.given_wrong_ones(at.wrong_options());
  trial.leave();
  return trial.words();
}

} // namespace tempest::conformance
