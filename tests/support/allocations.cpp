#include "tests/support/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};
std::atomic<bool> refused{false};

void* allocate(std::size_t bytes) noexcept {
  count.fetch_add(1, std::memory_order_relaxed);
  return refused.load(std::memory_order_relaxed) ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

} // namespace

// None is inlined: the compiler would take malloc and free for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  void* const made = allocate(bytes);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}
// Sanitizers bring their own of these, which would not go with the delete below.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return allocate(bytes);
}
[[gnu::noinline]] void* operator new[](std::size_t bytes) {
  return operator new(bytes);
}
[[gnu::noinline]] void operator delete[](void* old) noexcept {
  std::free(old);
}
[[gnu::noinline]] void operator delete[](void* old, std::size_t) noexcept {
  std::free(old);
}
[[gnu::noinline]] void operator delete(void* old, const std::nothrow_t&) noexcept {
  std::free(old);
}
[[gnu::noinline]] void operator delete(void* old) noexcept {
  std::free(old);
}
[[gnu::noinline]] void operator delete(void* old, std::size_t) noexcept {
  std::free(old);
}

namespace tempest::test {

std::uint64_t allocations() {
  return count.load();
}

no_memory::no_memory() {
  refused = true;
}
no_memory::~no_memory() {
  refused = false;
}

} // namespace tempest::test
