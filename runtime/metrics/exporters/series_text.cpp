#include "runtime/metrics/exporters/series_text.hpp"

namespace tempest::metrics {
namespace {

void add_quoted(std::string& text, std::string_view value) {
  text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  text += '"';
}

} // namespace

std::string series_text(std::string_view name, const prometheus::ClientMetric& of) {
  std::string text(name);
  if (of.label.empty()) return text;
  char before = '{';
  for (const prometheus::ClientMetric::Label& label : of.label) {
    text += before;
    text += label.name;
    text += '=';
    add_quoted(text, label.value);
    before = ',';
  }
  text += '}';
  return text;
}

const char* type_word(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "gauge";
  }
}

double value_of(const prometheus::MetricFamily& family, const prometheus::ClientMetric& of) {
  return family.type == prometheus::MetricType::Counter ? of.counter.value : of.gauge.value;
}

std::string prefixed(std::string_view prefix, std::string_view joint, std::string_view name) {
  std::string made(prefix);
  if (!prefix.empty()) made += joint;
  made += name;
  return made;
}

} // namespace tempest::metrics
