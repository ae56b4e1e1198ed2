// A pipeline from code.
//
//   TEMPEST_TOPOLOGY("word_count", [](tempest::topology& t) {
//     t.task("split").task("count").edge("split", "count");
//     t.set("msg_timeout", "10s").set_task("count", "workers", 1);
//   })
#pragma once

#include <tempest/abi.h>
#include <tempest/impl/definition.hpp>
#include <tempest/impl/guard.hpp>
#include <tempest/library.hpp>
#include <tempest/message.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace tempest {

// Within the function that describes the topology.
class topology {
 public:
  explicit topology(const tempest_topology_host& host) noexcept : host_(&host) {}

  topology& task(std::string_view name) {
    host_->task(host_->self, impl::slice(name));
    return *this;
  }
  // Between two tasks, added before or later.
  topology& edge(std::string_view from, std::string_view to) {
    host_->edge(host_->self, impl::slice(from), impl::slice(to));
    return *this;
  }
  // A key of [topology]; dots reach into tables: set("failure_policy.attempts", 5). Topology.toml
  // and the command line override it.
  template <typename Value>
  topology& set(std::string_view key, const Value& value) {
    const std::string text = toml(value);
    host_->set(host_->self, {}, impl::slice(key), impl::slice(text));
    return *this;
  }
  // A key of that task's [[task]]: set_task("count", "workers", 1), "config.separator".
  template <typename Value>
  topology& set_task(std::string_view task, std::string_view key, const Value& value) {
    const std::string text = toml(value);
    host_->set(host_->self, impl::slice(task), impl::slice(key), impl::slice(text));
    return *this;
  }

 private:
  static std::string toml(bool value) { return value ? "true" : "false"; }
  template <typename Number>
  requires std::integral<Number> || std::floating_point<Number>
  static std::string toml(Number value) { return std::to_string(value); }
  static std::string toml(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        constexpr const char* digits = "0123456789ABCDEF";
        quoted += std::string("\\u00") + digits[c >> 4] + digits[c & 15];
        continue;
      }
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + '"';
  }
  static std::string toml(const char* text) { return toml(std::string_view(text)); }

  const tempest_topology_host* host_;
};

namespace impl {
template <typename Describe>
const tempest_topology_functions* topology_functions() {
  static constexpr tempest_topology_functions table = {
      sizeof(tempest_topology_functions), 0,
      [](const tempest_topology_host* host, tempest_error* error) noexcept -> int {
        return guarded(error, [&] {
          topology described(*host);
          Describe{}(described);
        });
      }};
  return &table;
}
} // namespace impl

// Declares a topology for TEMPEST_LIBRARY; `describe` is a captureless lambda.
template <typename Describe>
[[nodiscard]] impl::definition declare_topology(std::string name, Describe) {
  return {TEMPEST_KIND_TOPOLOGY, impl::topology_functions<Describe>(), std::move(name),
          "A pipeline from code."};
}

} // namespace tempest

// A library with one topology.
#define TEMPEST_TOPOLOGY(...) TEMPEST_LIBRARY(::tempest::declare_topology(__VA_ARGS__))
