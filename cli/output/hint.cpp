#include "cli/output/hint.hpp"

#include "runtime/base/edit_distance.hpp"

namespace tempest::cli {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string hint = base::did_you_mean(word, known, "");
  return hint.empty() ? hint : "; " + hint;
}

} // namespace tempest::cli
