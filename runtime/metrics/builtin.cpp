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
  return std::any_of(builtin::all.begin(), builtin::all.end(),
                     [&](const description* one) { return one->name == name; });
}

} // namespace tempest::metrics
