#include "runtime/service/dead_letter_replay.hpp"

#include <fmt/format.h>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/engine/metadata.hpp"

namespace tempest::service {
namespace {

constexpr std::int64_t patience_ns = 60'000'000'000;

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

void refuse_without_requeue(const assembly& plan) {
  const tempest_source_functions& functions = *source_functions(plan);
  const bool can =
      TEMPEST_HAS(&functions, tempest_source_functions, requeue) && functions.requeue != nullptr;
  if (can) return;
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
  [[nodiscard]] std::uint64_t bytes_of(std::size_t which) const {
    const tempest_source_message& one = messages_[which];
    return one.payload.length + engine::content_bytes(one.key, one.headers, one.header_count);
  }

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

// Returns why it failed, for people; nothing when it did not.
std::string requeue(const batch& messages, const assembly& plan, std::span<std::uint8_t> results) {
  tempest_requeue what{};
  what.size = sizeof what;
  what.stride = sizeof(tempest_source_message);
  what.messages = messages.messages().data();
  what.count = messages.messages().size();
  what.deadline_ns = base::steady_ns() + patience_ns;
  if (plan.source.library == plan.dead_letter->library) {
    what.sink = plan.dead_letter->descriptor->name;
    what.sink_options = plan.dead_letter->options.view();
    what.stored_ids = messages.ids().data();
  }
  base::plugin_error error;
  const bool done = source_functions(plan)->requeue(plan.source.options.view(), &what,
                                                    results.data(), error.get()) != 0;
  return done ? std::string() : error.text();
}

} // namespace

dead_letter_replay::dead_letter_replay(const assembly& plan) : plan_(plan) {
  refuse_without_requeue(plan);
}

// What the pipeline would refuse as soon as it came, since its header made it too large, stays.
replay_outcome dead_letter_replay::put_back(std::span<const stored_entry* const> letters) const {
  const std::uint64_t most = plan_.settings.limit.max_message_bytes;
  const batch all(letters);
  replay_outcome outcome;
  std::vector<const stored_entry*> fitting;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (all.bytes_of(i) <= most) {
      fitting.push_back(letters[i]);
      outcome.results.push_back(TEMPEST_REQUEUE_FAILED);
    } else {
      outcome.results.push_back(TEMPEST_REQUEUE_REJECTED);
      outcome.reason = fmt::format("with the header " TEMPEST_HEADER_DEAD_LETTER
                                   " message {} holds {} bytes, and "
                                   "max_message_bytes = {}: let it be more",
                                   letters[i]->letter.message_id, all.bytes_of(i), most);
    }
  }
  if (fitting.empty()) return outcome;
  std::vector<std::uint8_t> results(fitting.size(), TEMPEST_REQUEUE_FAILED);
  const std::string failure = requeue(batch(fitting), plan_, results);
  if (!failure.empty()) outcome.reason = failure;
  auto next = results.begin();
  for (tempest_requeued& one : outcome.results) {
    if (one == TEMPEST_REQUEUE_FAILED) one = static_cast<tempest_requeued>(*next++);
  }
  return outcome;
}

} // namespace tempest::service
