// A source and a sink that can be wrong in one way each, so that the kit has something to find.
#include "tests/conformance/toy_sink.hpp"
#include "tests/conformance/toy_source.hpp"

namespace {

using tempest::option;

auto toy_source() {
  return tempest::source<toys::toy_source>(
      "toy", "Reads a queue in a folder.",
      option<std::string>("flaw", "What is wrong with it.").by_default(""),
      option<std::string>("folder", "Where the queue lies.").required(),
      option<std::string>("word", "Any word.").by_default("word"),
      option<std::string>("broker", "Somebody who answers; empty = nobody.").by_default(""),
      option<std::chrono::milliseconds>("lease", "How long what was read is its own.")
          .by_default("1s"));
}

// The C++ layer lets no exception out, so this one goes around it.
auto thrower() {
  static tempest_source_functions table = *tempest::impl::source_functions<toys::toy_source>();
  table.healthy = [](void*, tempest_error*) -> int { throw std::runtime_error("a stray one"); };
  return tempest::impl::definition(
      TEMPEST_KIND_SOURCE, &table, "thrower", "Throws where it may not.",
      option<std::string>("flaw", "What is wrong with it.").by_default(""),
      option<std::string>("folder", "Where the queue lies.").required(),
      option<std::string>("word", "Any word.").by_default("word"),
      option<std::string>("broker", "Somebody who answers; empty = nobody.").by_default(""),
      option<std::chrono::milliseconds>("lease", "How long what was read is its own.")
          .by_default("1s"));
}

auto toy_sink() {
  return tempest::sink<toys::toy_sink>(
      "toy", "Adds lines to a file.",
      option<std::string>("flaw", "What is wrong with it.").by_default(""),
      option<std::string>("folder", "Where the file lies.").required(),
      option<std::string>("word", "Any word.").by_default("word"),
      option<std::string>("broker", "Somebody who answers; empty = nobody.").by_default(""));
}

} // namespace

TEMPEST_LIBRARY(toy_source(), thrower(), toy_sink())
