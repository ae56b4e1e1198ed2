// What a name stands for. The system may take long to say so, for one name and not for another:
// each lookup has a thread of its own, which nobody waits for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/net/address.hpp"
#include "runtime/net/loop.hpp"

namespace tempest::net {

struct lookup_answer {
  std::vector<address> places; // numbers
  std::string why;             // there are none
};

// Takes as long as it likes, throws nothing, and may outlive all but what it holds. [any thread]
using lookup_function = std::function<lookup_answer(const address& name)>;

// getaddrinfo: what this host is told about names.
[[nodiscard]] lookup_answer ask_system(const address& name);

// Every host that the name stands for, by `ask`; nobody is asked about a number or a Unix socket,
// which stand for themselves. `handler` is called once, in the loop and later, also when there is
// no thread to be had. Once the loop is gone it is not called; what it holds then goes on any
// thread.
void look_up(loop& serving, const address& name, const lookup_function& ask,
             std::function<void(const lookup_answer& found)> handler);

} // namespace tempest::net
