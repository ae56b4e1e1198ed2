// Tasks that end a message as it says: each way in which a delivery can end.
#include <tempest/codec.hpp>
#include <tempest/task.hpp>

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace std::string_literals;

struct plain {
  bool filter(const tempest::message& in) { return in.text() != "skips"; }
  void handle(const tempest::message& in, tempest::outbox& out) {
    const std::string_view what = in.text();
    if (what == "throws") throw std::runtime_error("no luck");
    if (what == "throws a number") throw 7;
    if (what == "rejects") throw tempest::reject("will never work");
    if (what == "control characters") throw std::runtime_error("one\ntwo\t\x1b[31mred");
    if (what == "no text") throw std::runtime_error("bytes \xff\xc0\x80 here");
    if (what == "a long reason") throw std::runtime_error(std::string(100'000, 'x'));
    if (what == "hangs") std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    if (what == "emits a large one") out.emit(std::string(70'000, 'x'));
    if (what == "emits beside a large header") out.emit(std::string(20'000, 'x'));
    for (int i = 0; what == "emits too much" && i < 10; ++i) out.emit(std::string(50'000, 'x'));
    out.forward();
  }
};

// The others take what is theirs of what the first one passes on.
struct deferring {
  bool filter(const tempest::message& in) { return in.text().starts_with("defers"); }
  void handle(tempest::delivery one) {
    const std::string what(one.input().text());
    tempest::deferred later = one.defer();
    if (what == "defers and emits a large one") {
      later.emit(std::string(70'000, 'x'));
      later.succeed();
    }
    if (what == "defers and rejects") later.reject("not after all");
    // Else it is dropped.
  }
};

struct batching {
  bool filter(const tempest::message& in) { return in.text().starts_with("batch"); }
  void handle(std::span<tempest::delivery> batch) {
    for (tempest::delivery& one : batch) {
      if (one.input().text() == "batch: done") one.succeed();
      if (one.input().text() == "batch: fails") one.fail("not this one");
      // Else it is left as it is.
    }
  }
};

struct number {
  int value;
};

struct typed {
  bool filter(const tempest::message& in) { return in.text().starts_with("number"); }
  void handle(const number&, tempest::outbox&) {}
};

} // namespace

template <>
struct tempest::codec<number> {
  static number decode(std::string_view bytes) {
    if (bytes == "number 7") return {7};
    throw std::invalid_argument("'" + std::string(bytes) + "' is no number");
  }
};

TEMPEST_LIBRARY(tempest::task<plain>("plain", "Ends messages as they say."),
                tempest::task<deferring>("deferring", "Ends them later, or never."),
                tempest::task<batching>("batching", "Ends some of a batch."),
                tempest::task<typed>("typed", "Wants numbers."))
