// How the host makes an instance of a plugin class.
#pragma once

#include <concepts>
#include <memory>

namespace tempest::impl {

// From its context when the class takes one, else without arguments.
template <typename Plugin, typename Context>
std::unique_ptr<Plugin> construct(Context& context) {
  if constexpr (std::constructible_from<Plugin, Context&>) {
    return std::make_unique<Plugin>(context);
  } else {
    static_assert(std::default_initializable<Plugin>,
                  "a plugin class is constructed from its context (tempest::context& for a task), "
                  "or without arguments");
    return std::make_unique<Plugin>();
  }
}

} // namespace tempest::impl
