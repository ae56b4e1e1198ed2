#include "runtime/metrics/builtin.hpp"

#include <algorithm>

namespace tempest::metrics {

const char* word(subject of) {
  switch (of) {
    case subject::source:
      return "source";
    case subject::task:
      return "task";
    case subject::sink:
      return "sink";
    case subject::topology:
      break;
  }
  return "topology";
}

bool is_builtin(std::string_view name) {
  return std::any_of(builtin::all.begin(), builtin::all.end(), [&](const description* one) {
    if (!name.starts_with(one->name)) return false;
    const std::string_view rest = name.substr(std::string_view(one->name).size());
    if (one->type != kind::histogram) return rest.empty();
    return rest.empty() ||
           std::find(histogram_parts.begin(), histogram_parts.end(), rest) != histogram_parts.end();
  });
}

} // namespace tempest::metrics
