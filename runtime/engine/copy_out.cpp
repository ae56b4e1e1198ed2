// What waits long is copied out of its chunk, so that a few such messages do not keep whole chunks
// alive.
#include <string_view>

#include "runtime/engine/engine.hpp"
#include "runtime/engine/metadata.hpp"

namespace tempest::engine {
namespace {

std::size_t size_of(const metadata* meta) {
  return meta == nullptr ? 0 : placed_bytes(*meta);
}

// First of all in the chunk, for its alignment.
const metadata* copy(char*& at, const metadata* from) {
  return from == nullptr ? nullptr : place(at, *from);
}

std::string_view copy(char*& at, std::string_view from) {
  const tempest_slice placed = place(at, tempest_slice{from.data(), from.size()});
  return {placed.data, placed.length};
}

} // namespace

// The account is about to move its id or to end, and a worker may still read it.
void engine::keep_id(delivery_slot& delivery, const account_slot& account) {
  if (delivery.id_home != nullptr) return; // an older place of the id, which that worker was given
  delivery.id_home = account.home;
  holds_.hold(delivery.id_home);
}

void engine::copy_out(account_slot& account) {
  if (account.own_copy || account.home == nullptr) return;
  const std::size_t bytes = size_of(account.meta) + account.id.size() + account.payload.size();
  const base::chunk_ref made = copies_.get(bytes, true);
  char* at = made.get()->bytes();
  account.meta = copy(at, account.meta);
  account.id = copy(at, account.id);
  account.payload = copy(at, account.payload);
  for (std::uint32_t slot = account.first_delivery; slot != no_slot;
       slot = deliveries_[slot].sibling_next) {
    if (deliveries_[slot].state == delivery_state::held) keep_id(deliveries_[slot], account);
  }
  holds_.hold(made.get());
  holds_.drop(account.home);
  account.home = made.get();
  account.own_copy = true;
}

void engine::copy_out(delivery_slot& delivery) {
  if (delivery.own_copy) return;
  if (delivery.home == nullptr && delivery.meta_home == nullptr) return;
  const std::size_t bytes = size_of(delivery.meta) + delivery.payload.size();
  const base::chunk_ref made = copies_.get(bytes, true);
  char* at = made.get()->bytes();
  delivery.meta = copy(at, delivery.meta);
  delivery.payload = copy(at, delivery.payload);
  holds_.hold(made.get());
  holds_.drop(delivery.home);
  holds_.drop(delivery.meta_home);
  delivery.home = made.get();
  delivery.meta_home = nullptr;
  delivery.own_copy = true;
}

} // namespace tempest::engine
