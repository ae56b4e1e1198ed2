#include "runtime/base/chunk.hpp"

namespace tempest::base {
namespace {

chunk* make(chunk_pool* pool, std::size_t capacity) {
  void* memory = ::operator new(sizeof(chunk) + capacity);
  auto* made = new (memory) chunk;
  made->capacity = capacity;
  made->pool = pool;
  return made;
}

void destroy(chunk* old) noexcept {
  old->~chunk();
  ::operator delete(old);
}

} // namespace

void chunk_ref::reset() noexcept {
  chunk* last = std::exchange(chunk_, nullptr);
  if (last == nullptr) return;
  if (last->refs.fetch_sub(1, std::memory_order_acq_rel) == 1) last->pool->put(last);
}

chunk_pool::~chunk_pool() {
  for (chunk* one : empty_) destroy(one);
}

chunk_ref chunk_pool::get(std::size_t bytes, bool exact) {
  if (exact || bytes > standard_bytes) return chunk_ref(make(this, bytes));
  {
    const std::lock_guard lock(mutex_);
    if (!empty_.empty()) {
      chunk* reused = empty_.back();
      empty_.pop_back();
      return chunk_ref(reused);
    }
  }
  return chunk_ref(make(this, standard_bytes));
}

void chunk_pool::put(chunk* empty) noexcept {
  if (empty->capacity == standard_bytes) {
    const std::lock_guard lock(mutex_);
    if (empty_.size() < kept_at_most_) {
      empty_.push_back(empty); // never allocates: reserved
      return;
    }
  }
  destroy(empty);
}

char* chunk_writer::reserve_slowly(std::size_t rounded) {
  if (rounded > chunk_pool::standard_bytes) {
    large_ = pool_->get(rounded);
    last_ = large_.get();
    return last_->bytes();
  }
  open_ = pool_->get(rounded);
  last_ = open_.get();
  used_ = rounded;
  return last_->bytes();
}

} // namespace tempest::base
