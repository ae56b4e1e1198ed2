#include "runtime/worker/deferred_pool.hpp"

#include <deque>
#include <exception>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/worker/reason.hpp"

namespace tempest::worker {
namespace {

// Free slots of the process. Reachable for ever and never given back.
class slot_store {
 public:
  deferred_slot* get() {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) return &all_.emplace_back();
    deferred_slot* const slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void put(deferred_slot* slot) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(slot);
  }

 private:
  std::mutex mutex_;
  std::deque<deferred_slot> all_;
  std::vector<deferred_slot*> free_;
};

slot_store& store() {
  static auto* const slots = new slot_store; // outlives every handle, also at exit
  return *slots;
}

} // namespace

deferred_pool::deferred_pool(base::chunk_pool& pool, const engine::output_limits& limits,
                             link& results)
    : limits_(limits), link_(results), writer_(pool) {}

deferred_pool::~deferred_pool() {
  for (deferred_slot* slot : open_) {
    {
      const std::scoped_lock lock(slot->mutex);
      ++slot->generation;
      slot->owner = nullptr;
      slot->outputs.clear();
      slot->chunks.clear();
    }
    store().put(slot);
  }
}

tempest_deferred deferred_pool::open(const tempest_delivery& input,
                                     std::vector<engine::output> outputs,
                                     std::vector<base::chunk_ref> chunks,
                                     engine::output_tally emitted) {
  deferred_slot* const slot = store().get();
  const std::scoped_lock lock(slot->mutex);
  slot->owner = this;
  slot->input = input;
  slot->since_ns = base::steady_ns();
  slot->outputs = std::move(outputs);
  slot->chunks = std::move(chunks);
  slot->emitted = emitted;
  const std::scoped_lock open_lock(open_mutex_);
  open_.push_back(slot);
  return {slot, slot->generation};
}

std::size_t deferred_pool::open_count() const {
  const std::scoped_lock lock(open_mutex_);
  return open_.size();
}

std::uint64_t deferred_pool::ended_count() const {
  const std::scoped_lock lock(open_mutex_);
  return ended_;
}

std::vector<deferred_slot*> deferred_pool::open_now() const {
  const std::scoped_lock lock(open_mutex_);
  return open_;
}

std::string deferred_pool::message_id(engine::delivery_ref delivery) const {
  for (deferred_slot* slot : open_now()) {
    const std::scoped_lock lock(slot->mutex);
    if (slot->owner != this || slot->input.host_token != delivery.token()) continue;
    return std::string(base::view(slot->input.id));
  }
  return {};
}

void deferred_pool::begun(std::vector<engine::begun>& out) const {
  for (deferred_slot* slot : open_now()) {
    const std::scoped_lock lock(slot->mutex);
    if (slot->owner != this) continue;
    out.push_back({engine::delivery_ref::of(slot->input.host_token), slot->since_ns});
  }
}

int deferred_pool::emit(tempest_deferred deferred, const tempest_output* output) noexcept try {
  auto* const slot = static_cast<deferred_slot*>(deferred.slot);
  if (slot == nullptr || output == nullptr) return 0;
  const std::scoped_lock lock(slot->mutex);
  if (slot->generation != deferred.generation || slot->owner == nullptr) return 0;
  deferred_pool& owner = *slot->owner;
  const given_output given = read_output(*output, slot->input);
  const std::uint64_t inherited = inherited_bytes(given, slot->input);
  if (!slot->emitted.admit(owner.limits_, message_bytes(given), inherited)) return 1;
  if (!owner.limits_.leaf) {
    const std::scoped_lock writer_lock(owner.writer_mutex_);
    slot->outputs.push_back(write_output(owner.writer_, given));
    if (base::chunk* const home = slot->outputs.back().home) slot->chunks.emplace_back(home);
  }
  ++slot->emitted.count;
  return 1;
} catch (const std::exception&) {
  return 0; // no memory for the output: the handle stays open, the task may fail it
}

int deferred_pool::succeed(tempest_deferred deferred) noexcept {
  return finish(deferred, engine::outcome::succeeded, {});
}
int deferred_pool::skip(tempest_deferred deferred) noexcept {
  return finish(deferred, engine::outcome::skipped, {});
}
int deferred_pool::fail(tempest_deferred deferred, std::uint32_t kind,
                        tempest_slice text) noexcept {
  return finish(deferred,
                kind == TEMPEST_REJECTED ? engine::outcome::rejected : engine::outcome::failed,
                base::reason_of(text));
}

int deferred_pool::progress(tempest_deferred deferred) noexcept {
  auto* const slot = static_cast<deferred_slot*>(deferred.slot);
  if (slot == nullptr) return 0;
  const std::scoped_lock lock(slot->mutex);
  if (slot->generation != deferred.generation || slot->owner == nullptr) return 0;
  slot->since_ns = base::steady_ns();
  return 1;
}

int deferred_pool::finish(tempest_deferred deferred, engine::outcome what,
                          std::string_view reason) noexcept {
  auto* const slot = static_cast<deferred_slot*>(deferred.slot);
  if (slot == nullptr) return 0;
  deferred_pool* owner = nullptr;
  {
    const std::scoped_lock lock(slot->mutex);
    if (slot->generation != deferred.generation || slot->owner == nullptr) return 0;
    owner = std::exchange(slot->owner, nullptr);
    ++slot->generation;
  }
  // The slot is ours alone now. Its mutex is free while the link is called: the engine looks at
  // slots with the link's mutex held.
  owner->report(*slot, what, reason);
  slot->outputs.clear();
  slot->chunks.clear();
  {
    const std::scoped_lock open_lock(owner->open_mutex_);
    std::erase(owner->open_, slot);
    ++owner->ended_;
  } // from here on the owner may be gone
  store().put(slot);
  return 1;
}

void deferred_pool::report(deferred_slot& slot, engine::outcome what, std::string_view reason) {
  std::string limit;
  if (slot.emitted.over_limit) {
    what = engine::outcome::rejected;
    reason = limit = slot.emitted.over_limit_reason(limits_);
  }
  const std::scoped_lock lock(report_mutex_);
  engine::result& result = report_.results.emplace_back();
  result.delivery = engine::delivery_ref::of(slot.input.host_token);
  result.what = what;
  if (what == engine::outcome::succeeded) {
    result.output_count = slot.emitted.count;
    report_.outputs.assign(slot.outputs.begin(), slot.outputs.end());
    report_.chunks = std::move(slot.chunks);
  }
  add_reason(report_, result, reason);
  link_.report(report_);
}

} // namespace tempest::worker
