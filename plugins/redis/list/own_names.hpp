// Names that belong to a list: its consumers keep their books there (scripts.hpp has them all).
#pragma once

#include <string>
#include <vector>

namespace redis::list {

// Refuses to read what belongs to another of the `keys`: elements that somebody has in hand would
// be taken for new ones. Throws std::invalid_argument.
void check_not_owned(const std::vector<std::string>& keys);

} // namespace redis::list
