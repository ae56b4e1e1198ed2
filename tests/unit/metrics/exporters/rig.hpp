// A registry with one series of each kind.
#pragma once

#include <gmock/gmock.h>
#include <prometheus/metric_family.h>

#include <string>

#include "runtime/metrics/exporters/exporter.hpp"
#include "runtime/metrics/registry.hpp"

namespace tempest::metrics {

struct sample_registry {
  registry all{"shop"};
  tempest_metric& words = *all.of_plugin({subject::task, "split"}, kind::counter, "words", "");
  tempest_metric& level = *all.of_plugin({subject::task, "split"}, kind::gauge, "level", "");
  tempest_metric& wait = *all.of_plugin({subject::task, "split"}, kind::histogram, "wait_seconds",
                                        "", {{"from", "a\"b"}});

  // Without the build's, whose version is not the tests' affair.
  [[nodiscard]] families now() const {
    families made = all.collect();
    std::erase_if(made, [](const auto& one) { return one.name == "tempest_build_info"; });
    return made;
  }
};

// How its series are named.
inline const std::string words_text = R"(tempest_task_words_total{topology="shop",task="split"})";
inline const std::string level_text = R"(tempest_task_level{topology="shop",task="split"})";
inline const std::string wait_text =
    R"(tempest_task_wait_seconds{topology="shop",from="a\"b",task="split"})";

} // namespace tempest::metrics
