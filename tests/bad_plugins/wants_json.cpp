// Typed, and passes on what it can decode.
#include <tempest/json.hpp>
#include <tempest/task.hpp>

namespace {
struct picky {
  void handle(const nlohmann::json::object_t& in, tempest::outbox& out) {
    tempest::emit_json(out, in);
  }
};
} // namespace

TEMPEST_TASK(picky, "wants_json", "Passes on JSON objects.")
