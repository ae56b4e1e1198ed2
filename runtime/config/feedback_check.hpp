// A topology that feeds itself: what it writes is what it reads.
#pragma once

#include "runtime/config/settings.hpp"

namespace tempest::config {

// Adds an error when the dead letters go where the source reads: each would come as a message and
// make another, larger one. A task that writes there is warned of: it may mean to. One place is one
// type of plugin, one `uri` and one `key` (of several `keys`), or one `path`, as they are written.
void check_feedback(const settings& topology, base::problems& found);

} // namespace tempest::config
