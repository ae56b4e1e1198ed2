#include "runtime/metrics/exporters/json_lines.hpp"

#include <nlohmann/json.hpp>

#include "runtime/metrics/exporters/interval.hpp"
#include "runtime/metrics/exporters/series_text.hpp"

namespace tempest::metrics {
namespace {

using json = nlohmann::ordered_json;

json labels_of(const prometheus::ClientMetric& of) {
  json made = json::object();
  for (const prometheus::ClientMetric::Label& label : of.label) made[label.name] = label.value;
  return made;
}

// Most buckets of most histograms are empty: those are left out.
void add_histogram(json& line, const prometheus::ClientMetric::Histogram& of) {
  const bucket_counts counts = counts_of(of);
  line["count"] = counts.total;
  line["sum"] = counts.sum;
  json& buckets = line["buckets"] = json::array();
  for (std::size_t i = 0; i < counts.counts.size(); ++i) {
    if (counts.counts[i] == 0) continue;
    buckets.push_back({{"le", counts.bounds[i]}, {"count", counts.counts[i]}});
  }
}

} // namespace

std::string json_lines(const families& now, std::int64_t time_ms, const std::string& instance,
                       const std::string& prefix) {
  std::string made;
  for (const prometheus::MetricFamily& family : now) {
    const std::string name = prefixed(prefix, "_", family.name);
    for (const prometheus::ClientMetric& one : family.metric) {
      json line = {{"time_ms", time_ms},
                   {"instance", instance},
                   {"name", name},
                   {"type", type_word(family.type)},
                   {"labels", labels_of(one)}};
      if (family.type == prometheus::MetricType::Histogram) {
        add_histogram(line, one.histogram);
      } else {
        line["value"] = value_of(family, one);
      }
      made += line.dump(-1, ' ', false, json::error_handler_t::replace);
      made += '\n';
    }
  }
  return made;
}

} // namespace tempest::metrics
