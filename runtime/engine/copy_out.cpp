// What waits long is copied out of its chunk, so that a few such messages do not keep whole chunks
// alive.
#include <cstring>
#include <new>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {
namespace {

// Places pieces one behind the other in a chunk that was made to measure.
class packer {
 public:
  explicit packer(char* at) : at_(at) {}
  template <typename Struct>
  Struct* place(std::size_t count) {
    auto* const placed = reinterpret_cast<Struct*>(at_);
    at_ += count * sizeof(Struct);
    return placed;
  }
  const char* bytes(const char* data, std::size_t length) {
    if (length > 0) std::memcpy(at_, data, length);
    const char* const placed = at_;
    at_ += length;
    return placed;
  }
  tempest_slice slice(tempest_slice from) {
    if (from.data == nullptr) return {};
    return {bytes(from.data, from.length), from.length};
  }

 private:
  char* at_;
};

std::size_t size_of(const metadata* meta) {
  if (meta == nullptr) return 0;
  std::size_t bytes = sizeof(metadata) + meta->key.length;
  for (std::uint32_t i = 0; i < meta->header_count; ++i) {
    bytes += sizeof(tempest_header) + meta->headers[i].name.length + meta->headers[i].value.length;
  }
  return bytes;
}

// First of all in the chunk, for its alignment.
const metadata* copy(const metadata* from, packer& to) {
  if (from == nullptr) return nullptr;
  auto* const made = new (to.place<metadata>(1)) metadata(*from);
  auto* const headers = to.place<tempest_header>(from->header_count);
  for (std::uint32_t i = 0; i < from->header_count; ++i) {
    new (headers + i)
        tempest_header{to.slice(from->headers[i].name), to.slice(from->headers[i].value)};
  }
  made->headers = headers;
  made->key = to.slice(from->key);
  return made;
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
  packer to(made.get()->bytes());
  account.meta = copy(account.meta, to);
  account.id = {to.bytes(account.id.data(), account.id.size()), account.id.size()};
  account.payload = {to.bytes(account.payload.data(), account.payload.size()),
                     account.payload.size()};
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
  packer to(made.get()->bytes());
  delivery.meta = copy(delivery.meta, to);
  delivery.payload = {to.bytes(delivery.payload.data(), delivery.payload.size()),
                      delivery.payload.size()};
  holds_.hold(made.get());
  holds_.drop(delivery.home);
  holds_.drop(delivery.meta_home);
  delivery.home = made.get();
  delivery.meta_home = nullptr;
  delivery.own_copy = true;
}

} // namespace tempest::engine
