// A source and a sink that can be wrong in one way each, so that the kit has something to find.
#include <utility>

#include "tests/conformance/toy_sink.hpp"
#include "tests/conformance/toy_source.hpp"

namespace {

using tempest::option;

// What a toy is made of, with the options that all have.
template <typename Make>
auto with_options(Make make) {
  return make(
      option<std::string>("flaw", "What is wrong with it.").by_default(""),
      option<std::string>("folder", "Where its files lie.").required(),
      option<std::string>("word", "Any word.").by_default("word"),
      option<std::string>("broker", "Somebody who answers; empty = nobody.").by_default(""));
}

auto lease() {
  return option<std::chrono::milliseconds>("lease", "How long what was read is its own.")
      .by_default("1s");
}

auto toy_source() {
  return with_options([](auto... common) {
    return tempest::source<toys::toy_source>("toy", "Reads a queue in a folder.",
                                             std::move(common)..., lease());
  });
}

// The C++ layer lets no exception out, so this one goes around it.
auto thrower() {
  static tempest_source_functions table = *tempest::impl::source_functions<toys::toy_source>();
  table.healthy = [](void*, tempest_error*) -> int { throw std::runtime_error("a stray one"); };
  return with_options([](auto... common) {
    return tempest::impl::definition(TEMPEST_KIND_SOURCE, &table, "thrower",
                                     "Throws where it may not.", std::move(common)..., lease());
  });
}

auto toy_sink() {
  return with_options([](auto... common) {
    return tempest::sink<toys::toy_sink>("toy", "Adds lines to a file.", std::move(common)...);
  });
}

} // namespace

TEMPEST_LIBRARY(toy_source(), thrower(), toy_sink())
