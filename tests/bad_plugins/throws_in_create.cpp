// Cannot be made, and says why.
#include <tempest/task.hpp>

#include <stdexcept>

namespace {
struct unmade {
  unmade() { throw std::runtime_error("the dictionary is empty"); }
  void handle(const tempest::message&, tempest::outbox&) {}
};
} // namespace

TEMPEST_TASK(unmade, "throws_in_create", "Cannot be made.")
