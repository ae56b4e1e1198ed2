#include "runtime/metrics/exporters/graphite_lines.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "runtime/metrics/exporters/plain_name.hpp"
#include "runtime/metrics/exporters/series_text.hpp"

namespace tempest::metrics {
namespace {

constexpr std::array<std::pair<const char*, double>, 3> quantiles = {
    {{"_p50", 0.5}, {"_p90", 0.9}, {"_p99", 0.99}}};

// Graphite knows no tag without a value, and none that begins with ~.
void add_tag(std::string& labels, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  std::string harmless = without(value, ";");
  if (harmless.front() == '~') harmless.front() = '_';
  labels += fmt::format(";{}={}", name, harmless);
}

} // namespace

std::string graphite_lines::labels_of(const prometheus::ClientMetric& of) const {
  if (!form_.tags) return labels_in_name(of, form_.instance);
  std::string made;
  for (const prometheus::ClientMetric::Label& label : of.label) {
    add_tag(made, label.name, label.value);
  }
  add_tag(made, "instance", form_.instance);
  return made;
}

std::string graphite_lines::next(const families& now, std::int64_t time_s) {
  std::string text;
  for (const prometheus::MetricFamily& family : now) {
    const std::string name = prefixed(form_.prefix, ".", family.name);
    for (const prometheus::ClientMetric& one : family.metric) {
      const std::string labels = labels_of(one);
      if (family.type == prometheus::MetricType::Histogram) {
        add_histogram(text, name, labels, counts_of(one.histogram), time_s);
      } else {
        add(text, name, labels, value_of(family, one), time_s);
      }
    }
  }
  return text;
}

void graphite_lines::add_histogram(std::string& text, const std::string& name,
                                   const std::string& labels, bucket_counts now,
                                   std::int64_t time_s) {
  bucket_counts& last = last_[name + labels];
  const bucket_counts news = since(now, last);
  add(text, name + "_count", labels, static_cast<double>(now.total), time_s);
  add(text, name + "_sum", labels, now.sum, time_s);
  for (const auto& [word, share] : quantiles) {
    if (news.total > 0) add(text, name + word, labels, quantile(news, share), time_s);
  }
  last = std::move(now);
}

void graphite_lines::add(std::string& text, const std::string& name, const std::string& labels,
                         double value, std::int64_t time_s) const {
  if (!std::isfinite(value)) return;
  fmt::format_to(std::back_inserter(text), "{}{} {:.15g} {}\n", name, labels, value, time_s);
}

} // namespace tempest::metrics
