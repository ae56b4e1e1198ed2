#include "runtime/metrics/exporters/change_lines.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/metrics/exporters/series_text.hpp"

namespace tempest::metrics {

std::vector<change_lines::line> change_lines::changed(const families& now) const {
  static const last never{};
  std::vector<line> made;
  for (const prometheus::MetricFamily& family : now) {
    const std::string name = prefixed(prefix_, "_", family.name);
    const bool histogram = family.type == prometheus::MetricType::Histogram;
    const bool gauge = family.type == prometheus::MetricType::Gauge;
    for (const prometheus::ClientMetric& one : family.metric) {
      line next;
      next.series = series_text(name, one);
      const auto at = shown_.find(next.series);
      const last& before = at == shown_.end() ? never : at->second;
      next.text = fmt::format("{} {} ", type_word(family.type), next.series);
      if (histogram) {
        next.observed = counts_of(one.histogram);
        const bucket_counts news = since(next.observed, before.observed);
        if (news.total == 0) continue;
        next.text += fmt::format("count={} sum={:.15g} p50={:.4g} p99={:.4g}", next.observed.total,
                                 next.observed.sum, quantile(news, 0.5), quantile(news, 0.99));
      } else {
        next.value = value_of(family, one);
        const bool is_new = gauge && at == shown_.end();
        if (!is_new && next.value == before.value) continue;
        next.text += fmt::format("{:.15g}", next.value); // 0.1 + 0.2 is 0.3 to people
      }
      made.push_back(std::move(next));
    }
  }
  return made;
}

void change_lines::shown(const line& one) {
  shown_[one.series] = {one.value, one.observed};
}

} // namespace tempest::metrics
