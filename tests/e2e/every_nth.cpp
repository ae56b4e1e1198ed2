// A task that fails at every nth message, by its number: at the first attempt every nth, at the
// second every nth of those, and so on.
#include <tempest/task.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace {

struct every_nth {
  explicit every_nth(tempest::context& context)
      : n_(context.get<std::uint64_t>("n")), emits_(context.get<bool>("emits")) {}

  void handle(const tempest::message& in, tempest::outbox& out) {
    std::uint64_t divisor = 1;
    for (std::uint32_t attempt = 1; attempt <= in.attempt(); ++attempt) divisor *= n_;
    if (std::stoull(std::string(in.text())) % divisor == 0) throw std::runtime_error("no luck");
    if (emits_) out.forward();
  }

 private:
  std::uint64_t n_;
  bool emits_;
};

} // namespace

TEMPEST_TASK(every_nth, "every_nth", "Fails at every nth message.",
             tempest::option<std::uint64_t>("n", "At which.").required(),
             tempest::option<bool>("emits", "Passes on what it handled.").by_default(true))
