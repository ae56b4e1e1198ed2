#include "runtime/metrics/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <utility>
#include <vector>

#include "runtime/base/utf8.hpp"

namespace tempest::metrics {
namespace {

// The serializer writes it as it is, and plugins write what they like.
void make_harmless(std::string& help) {
  std::string made;
  for (const char c : base::one_line(help))
    made += c == '\\' ? std::string("\\\\") : std::string(1, c);
  help = std::move(made);
}

} // namespace

std::string exposition(const registry& of) {
  return exposition(of.collect());
}

std::string exposition(std::vector<prometheus::MetricFamily> all) {
  for (prometheus::MetricFamily& one : all) make_harmless(one.help);
  return prometheus::TextSerializer().Serialize(all);
}

} // namespace tempest::metrics
