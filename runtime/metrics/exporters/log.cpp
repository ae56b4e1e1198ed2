#include "runtime/metrics/exporters/log.hpp"

#include <prometheus/metric_family.h>

#include <utility>

#include "runtime/metrics/exporters/change_lines.hpp"

namespace tempest::metrics {
namespace {

class log_exporter final : public exporter {
 public:
  explicit log_exporter(log_export settings)
      : settings_(std::move(settings)), lines_(settings_.prefix) {}

  [[nodiscard]] std::string where() const override { return "the log"; }

  void flush(const families& now, std::int64_t /*time_ms*/, const patience& /*within*/) override {
    for (const change_lines::line& one : lines_.changed(now)) {
      base::log(settings_.level, one.text, {.topology = settings_.topology});
      lines_.shown(one);
    }
  }

 private:
  const log_export settings_;
  change_lines lines_;
};

} // namespace

std::unique_ptr<exporter> make_log_exporter(log_export settings) {
  return std::make_unique<log_exporter>(std::move(settings));
}

} // namespace tempest::metrics
