// Tasks that do nothing, or nothing but pass on: what is left is the cost of the way there and
// back.
#include <tempest/task.hpp>

namespace {

struct noop {
  void handle(const tempest::message&, tempest::outbox&) {}
};

struct forwarding {
  void handle(const tempest::message&, tempest::outbox& out) { out.forward(); }
};

} // namespace

TEMPEST_LIBRARY(tempest::task<noop>("noop", "Does nothing."),
                tempest::task<forwarding>("forward", "Passes each message on."))
