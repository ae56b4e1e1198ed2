// A static object whose constructor throws.
#include <stdexcept>

#include "plain_task.h"

namespace {
struct greedy {
  greedy() { throw std::runtime_error("no database at home"); }
};
const greedy instance;
} // namespace

PLAIN_TASK("throws");
extern "C" {
PLAIN_LIBRARY(&plain_descriptor);
}
