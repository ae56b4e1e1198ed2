#include "runtime/service/dead_letter_replay.hpp"

#include <fmt/format.h>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t patience_ns = 60'000'000'000;

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

const tempest_source_functions& returning(const assembly& plan) {
  const tempest_source_functions& functions = *source_functions(plan);
  const bool can =
      TEMPEST_HAS(&functions, tempest_source_functions, requeue) && functions.requeue != nullptr;
  if (can) return functions;
  throw base::failure(
      base::exit_code::bad_config,
      fmt::format("{}: source '{}' takes no messages back, so nothing can be replayed. `tempest "
                  "dead-letters export FILE` writes the letters with their messages to a file; "
                  "feed these in where the source reads, then discard the letters",
                  plan.settings.file, plan.settings.source.plugin.type));
}

// Messages in the form of the contract; they point into the letters.
class batch {
 public:
  explicit batch(std::span<const stored_entry* const> letters) {
    headers_.resize(letters.size());
    messages_.resize(letters.size());
    for (std::size_t i = 0; i < letters.size(); ++i) {
      add(*letters[i], headers_[i], messages_[i]);
      ids_.push_back(slice(letters[i]->stored_id));
    }
  }
  [[nodiscard]] const std::vector<tempest_source_message>& messages() const { return messages_; }
  [[nodiscard]] const std::vector<tempest_slice>& ids() const { return ids_; }

 private:
  static void add(const stored_entry& from, std::vector<tempest_header>& headers,
                  tempest_source_message& into) {
    for (const auto& [name, value] : from.letter.headers) {
      if (name != TEMPEST_HEADER_DEAD_LETTER) headers.push_back({slice(name), slice(value)});
    }
    headers.push_back({slice(TEMPEST_HEADER_DEAD_LETTER), slice(from.id)});
    into = {};
    into.id = slice(from.letter.message_id);
    into.payload = slice(from.letter.payload);
    if (from.letter.key) into.key = slice(*from.letter.key);
    into.headers = headers.data();
    into.header_count = static_cast<std::uint32_t>(headers.size());
    into.deliveries = 1;
    into.timestamp_ms = from.letter.timestamp_ms;
  }

  std::vector<std::vector<tempest_header>> headers_;
  std::vector<tempest_source_message> messages_;
  std::vector<tempest_slice> ids_;
};

} // namespace

dead_letter_replay::dead_letter_replay(const assembly& plan)
    : plan_(plan), functions_(returning(plan)) {}

replay_outcome dead_letter_replay::put_back(std::span<const stored_entry* const> letters) const {
  const batch made(letters);
  tempest_requeue what{};
  what.size = sizeof what;
  what.stride = sizeof(tempest_source_message);
  what.messages = made.messages().data();
  what.count = letters.size();
  what.deadline_ns = base::steady_ns() + patience_ns;
  if (plan_.source.library == plan_.dead_letter->library) {
    what.sink = plan_.dead_letter->descriptor->name;
    what.sink_options = plan_.dead_letter->options.view();
    what.stored_ids = made.ids().data();
  }
  std::vector<std::uint8_t> results(letters.size(), TEMPEST_REQUEUE_FAILED);
  base::plugin_error error;
  replay_outcome outcome;
  if (functions_.requeue(plan_.source.options.view(), &what, results.data(), error.get()) == 0) {
    outcome.reason = error.text();
  }
  for (const std::uint8_t one : results) {
    outcome.results.push_back(static_cast<tempest_requeued>(one));
  }
  return outcome;
}

} // namespace tempest::service
