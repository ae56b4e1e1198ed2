// A library's description of itself: one exported function, plugins listed explicitly.
//
//   TEMPEST_LIBRARY(tempest::task<split_words>("split_words", "Splits a line into words."),
//                   tempest::source<clock_source>("clock", "Emits the time."))
#pragma once

#include <tempest/abi.h>
#include <tempest/version.h>
#include <tempest/impl/definition.hpp>

#include <utility>
#include <vector>

namespace tempest::impl {

// Owns the definitions and the C structs that point into them; never moves, never ends.
class library {
 public:
  template <typename... Definitions>
  explicit library(Definitions&&... definitions) {
    (add(std::forward<Definitions>(definitions)), ...);
    for (definition& one : definitions_) descriptors_.push_back(one.descriptor());
    table_.size = sizeof table_;
    table_.abi_major = TEMPEST_ABI_MAJOR;
    table_.abi_minor = TEMPEST_ABI_MINOR;
    table_.build = "C++ layer " TEMPEST_VERSION ", compiler " __VERSION__;
    table_.descriptors = descriptors_.data();
    table_.count = static_cast<std::uint32_t>(descriptors_.size());
  }
  [[nodiscard]] const tempest_library* view() const noexcept { return &table_; }

 private:
  void add(definition made) { definitions_.push_back(std::move(made)); }

  std::vector<definition> definitions_;
  std::vector<const tempest_descriptor*> descriptors_;
  tempest_library table_{};
};

} // namespace tempest::impl

// Stands once in a shared object.
#define TEMPEST_LIBRARY(...)                                                      \
  extern "C" __attribute__((visibility("default"))) const tempest_library*        \
  TEMPEST_ENTRY_SYMBOL() {                                                        \
    static const auto* const library = new ::tempest::impl::library(__VA_ARGS__); \
    return library->view();                                                       \
  }
