// Options of a plugin: what Topology.toml gives, checked against what the plugin's descriptor
// declares.
#pragma once

#include <tempest/abi.h>

#include <memory>
#include <string>

#include "runtime/base/error.hpp"
#include "runtime/config/settings.hpp"

namespace tempest::plugin {

// Owns the bound values of one plugin; `view()` is what crosses the ABI. Movable; views stay valid
// across a move.
class bound_options {
 public:
  bound_options();
  bound_options(bound_options&&) noexcept;
  bound_options& operator=(bound_options&&) noexcept;
  ~bound_options();
  [[nodiscard]] const tempest_options* view() const;

 private:
  friend bound_options bind_options(const tempest_descriptor&, const config::plugin_use&,
                                    base::problems&);
  struct storage;
  std::unique_ptr<storage> storage_;
};

// Checks types, bounds, choices, required ones and unknown ones (with the nearest known name),
// converts durations ("30s") and sizes ("64MiB"), fills in defaults, then calls the descriptor's
// own `validate`. What is wrong is appended to `found` with its place; the result is complete only
// when nothing was.
[[nodiscard]] bound_options bind_options(const tempest_descriptor& descriptor,
                                         const config::plugin_use& use, base::problems& found);

// Where the option stands that a plugin's words of refusal are about: the given one that they name
// first, which may be on the command line, else the table of options or the plugin's own.
[[nodiscard]] const base::location& place_of(const std::string& refusal,
                                             const config::plugin_use& use);

// The refusal with that place, for people.
[[nodiscard]] std::string placed(const std::string& refusal, const config::plugin_use& use);

} // namespace tempest::plugin
