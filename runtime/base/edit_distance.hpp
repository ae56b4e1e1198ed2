// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tempest::base {

// Number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
// (optimal string alignment distance; Damerau 1964).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known` when it is near enough to be a slip (at most a third of the word, at least
// 1); empty otherwise.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

// "did you mean 'word'?" of the nearest; empty when there is none.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                                       std::string_view quote = "'");

} // namespace tempest::base
