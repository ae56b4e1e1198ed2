// What the addresses of stacks mean, for people.
#pragma once

#include <string>
#include <vector>

namespace tempest::base {

// Addresses within the calls that a thread is in, the innermost first.
using stack = std::vector<void*>;

// The functions that each of `stacks` is in: "read (libc.so.6) < fetch (tasks.cpp:12) < ...", as
// far as they are not what calls plugins. Where no name is found it is the place in the file, as
// addr2line reads it: "0x11a9 (libtasks.so)". Names are looked for by `program`, a process of
// tempest-stack-names: reading debug information takes seconds and 20 MB or more. It has 20 s for
// all of them. Takes no lock but malloc's: not those of the dynamic linker, nor what fork() waits
// for. Any thread.
[[nodiscard]] std::vector<std::string> names_of_stacks(const std::vector<stack>& stacks,
                                                       const std::string& program);

} // namespace tempest::base
