// A plugin through the C++ layer, for the compiler that Tempest itself was not built with.
#include <tempest/task.hpp>

#include <string>

namespace {
struct upper {
  void handle(const tempest::message& in, tempest::outbox& out) {
    if (in.text() == "bad") throw tempest::reject("it is bad");
    std::string text(in.text());
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out.emit(text);
  }
};
} // namespace

TEMPEST_TASK(upper, "cpp_upper", "Turns text into capitals.")
