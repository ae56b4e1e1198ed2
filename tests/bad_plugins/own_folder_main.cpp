// Prints where an installation with this executable keeps its plugins and its probe.
#include <cstdio>

#include "runtime/plugin/search.hpp"

int main() {
  std::puts(tempest::plugin::own_folder().c_str());
}
