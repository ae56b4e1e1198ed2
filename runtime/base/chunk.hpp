// Chunks: blocks of bytes that many messages share. A producer (the source's pump, a worker) fills
// one chunk after the other, across batches; whoever refers to bytes in a chunk keeps the chunk
// alive, and an empty one goes back to its pool. So a message costs no allocation, and memory is
// counted by the capacity of chunks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace tempest::base {

class chunk_pool;

// The bytes follow the header. Made by a chunk_pool, freed by its last chunk_ref.
struct chunk {
  std::atomic<std::uint32_t> refs{0}; // chunk_refs, on any thread
  std::uint32_t held = 0;             // the engine's own count; its thread only
  std::size_t capacity = 0;           // bytes behind the header
  chunk_pool* pool = nullptr;

  [[nodiscard]] char* bytes() noexcept { return reinterpret_cast<char*>(this + 1); }
};

// Shared ownership of a chunk. Any thread.
class chunk_ref {
 public:
  chunk_ref() = default;
  explicit chunk_ref(chunk* shared) noexcept : chunk_(shared) {
    if (chunk_ != nullptr) chunk_->refs.fetch_add(1, std::memory_order_relaxed);
  }
  chunk_ref(const chunk_ref& other) noexcept : chunk_ref(other.chunk_) {}
  chunk_ref(chunk_ref&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  chunk_ref& operator=(chunk_ref other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~chunk_ref() { reset(); }
  // Takes over a reference that was counted by hand.
  [[nodiscard]] static chunk_ref adopt(chunk* counted) noexcept {
    chunk_ref taken;
    taken.chunk_ = counted;
    return taken;
  }

  void reset() noexcept;
  [[nodiscard]] chunk* get() const noexcept { return chunk_; }

 private:
  chunk* chunk_ = nullptr;
};

// Makes chunks and keeps empty ones of the standard size for the next producer. Outlives every
// chunk. Any thread.
class chunk_pool {
 public:
  static constexpr std::size_t standard_bytes = std::size_t{64} * 1024 - sizeof(chunk);

  explicit chunk_pool(std::size_t kept_at_most = 256) : kept_at_most_(kept_at_most) {
    empty_.reserve(kept_at_most);
  }
  ~chunk_pool();
  chunk_pool(const chunk_pool&) = delete;
  chunk_pool& operator=(const chunk_pool&) = delete;

  // A chunk of at least that many bytes: the standard size, or exactly `bytes` when that is more or
  // `exact` is asked for.
  [[nodiscard]] chunk_ref get(std::size_t bytes, bool exact = false);

 private:
  friend class chunk_ref;
  void put(chunk* empty) noexcept;

  std::mutex mutex_;
  std::vector<chunk*> empty_;
  std::size_t kept_at_most_;
};

// Fills chunks one after the other. One thread.
class chunk_writer {
 public:
  explicit chunk_writer(chunk_pool& pool) : pool_(&pool) {}

  // Room for `bytes` bytes, aligned for any header struct, in chunk(). What earlier calls returned
  // stays where it is.
  [[nodiscard]] char* reserve(std::size_t bytes) {
    const std::size_t rounded = (bytes + 7) & ~std::size_t{7};
    if (open_.get() == nullptr || open_.get()->capacity - used_ < rounded)
      return reserve_slowly(rounded);
    char* place = open_.get()->bytes() + used_;
    used_ += rounded;
    last_ = open_.get();
    return place;
  }
  // The chunk of the last reserve; nullptr before the first.
  [[nodiscard]] chunk* current() const noexcept { return last_; }

 private:
  char* reserve_slowly(std::size_t rounded);

  chunk_pool* pool_;
  chunk_ref open_;
  chunk_ref large_; // the last one that was too large for a standard chunk
  chunk* last_ = nullptr;
  std::size_t used_ = 0;
};

} // namespace tempest::base
