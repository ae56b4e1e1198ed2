#include "runtime/metrics/exporters/plain_name.hpp"

namespace tempest::metrics {
namespace {

void add_part(std::string& name, std::string_view label, std::string_view value) {
  name += '.';
  name += label;
  name += '.';
  if (value.empty()) name += '_';
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    name += plain ? c : '_';
  }
}

} // namespace

std::string without(std::string_view text, std::string_view refused) {
  std::string made(text);
  for (char& c : made) {
    const auto code = static_cast<unsigned char>(c);
    if (code <= 0x20 || code == 0x7f || refused.find(c) != std::string_view::npos) c = '_';
  }
  return made;
}

std::string labels_in_name(const prometheus::ClientMetric& of, const std::string& instance) {
  std::string made;
  for (const prometheus::ClientMetric::Label& label : of.label) {
    add_part(made, label.name, label.value);
  }
  add_part(made, "instance", instance);
  return made;
}

} // namespace tempest::metrics
