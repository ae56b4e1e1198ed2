// What stands for an element that is to be taken out of a list by its place.
#pragma once

#include <string>

namespace redis::list {

// 128 bits by chance, in hexadecimal: no element is like it. A place is written over with it, and
// then all that is like it is removed, since Redis can remove from the middle by value alone.
[[nodiscard]] std::string make_tombstone();

} // namespace redis::list
