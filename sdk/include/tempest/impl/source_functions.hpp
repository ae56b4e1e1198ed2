// From a plain class to the function table of a source.
#pragma once

#include <tempest/impl/construct.hpp>
#include <tempest/impl/guard.hpp>
#include <tempest/source_context.hpp>

#include <cstring>
#include <memory>
#include <span>
#include <string>

namespace tempest::impl {

inline deadline to_deadline(std::int64_t deadline_ns) noexcept {
  return deadline(std::chrono::nanoseconds(deadline_ns));
}

template <typename Source>
struct source_box {
  source_box(const tempest_host& host, const tempest_source_host& source_host,
             const tempest_options* options)
      : context(host, source_host, options), source(construct<Source>(context)) {
    context.forget_options();
  }
  source_context context;
  std::unique_ptr<Source> source;
};

template <typename Source>
struct source_thunks {
  using box = source_box<Source>;
  static Source& self(void* pointer) { return *static_cast<box*>(pointer)->source; }
  static call_state& state(void* pointer) { return static_cast<box*>(pointer)->context.state(); }

  static void traits(const tempest_options* values, tempest_source_traits* made) noexcept {
    guarded(nullptr, [&] {
      const source_traits said = Source::traits(options(values));
      made->guarantee = static_cast<std::uint32_t>(said.guarantee);
      made->counts_deliveries = said.counts_deliveries ? 1 : 0;
      made->lease_ms = said.lease.count();
    });
  }
  static void* create(const tempest_host* host, const tempest_source_host* source_host,
                      const tempest_options* values, tempest_error* error) noexcept {
    box* made = nullptr;
    guarded(error, [&] { made = new box(*host, *source_host, values); });
    return made;
  }
  static int connect(void* source, tempest_error* error) noexcept {
    const running_call now(state(source), "connect");
    return guarded(error, [&] { self(source).connect(); });
  }
  static int poll(void* source, std::size_t max_messages, std::size_t max_bytes,
                  std::int64_t deadline_ns, tempest_error* error) noexcept {
    const running_call now(state(source), "poll");
    int status = TEMPEST_POLL_UNAVAILABLE;
    guarded(error, [&] {
      const poll_status said = self(source).poll(max_messages, max_bytes, to_deadline(deadline_ns));
      status = static_cast<int>(said);
    });
    return status;
  }
  static void settle(void* source, const std::uint64_t* tokens, const std::uint8_t* outcomes,
                     std::size_t count) noexcept {
    static_assert(sizeof(outcome) == 1);
    const running_call now(state(source), "settle");
    const int good = guarded(nullptr, [&] {
      self(source).settle(std::span(tokens, count),
                          std::span(reinterpret_cast<const outcome*>(outcomes), count));
    });
    if (good == 0) static_cast<box*>(source)->context.error("settle threw: its tokens stay open");
  }
  static constexpr bool renews = requires(Source & one) {
    one.extend(std::span<const std::uint64_t>{});
  };
  static void extend(void* source, const std::uint64_t* tokens, std::size_t count) noexcept {
    if constexpr (renews) {
      guarded(nullptr, [&] { self(source).extend(std::span(tokens, count)); });
    }
  }
  static void interrupt(void* source) noexcept {
    if constexpr (requires(Source & one) { one.interrupt(); }) self(source).interrupt();
  }
  static int healthy(void* source, tempest_error* error) noexcept {
    if constexpr (requires(Source & one, std::string & reason) { one.healthy(reason); }) {
      bool good = false;
      std::string reason;
      if (guarded(error, [&] { good = self(source).healthy(reason); }) == 0) return 0;
      if (!good) explain(error, reason);
      return good ? 1 : 0;
    } else {
      return 1;
    }
  }
  static void close(void* source, std::int64_t deadline_ns) noexcept {
    if constexpr (requires(Source & one) { one.close(deadline{}); }) {
      const running_call now(state(source), "close");
      guarded(nullptr, [&] { self(source).close(to_deadline(deadline_ns)); });
    }
  }
  static void destroy(void* source) noexcept { delete static_cast<box*>(source); }
  static std::int64_t depth(void* source) noexcept {
    std::int64_t waiting = -1;
    if constexpr (requires(Source & one) { one.depth(); }) {
      guarded(nullptr, [&] { waiting = self(source).depth(); });
    }
    return waiting;
  }
  static constexpr bool keeps_failures = requires(Source & one) {
    one.failed(std::span<const std::uint64_t>{}, std::span<const std::uint32_t>{});
  };
  static void failed(void* source, const std::uint64_t* tokens, const std::uint32_t* failures,
                     std::size_t count) noexcept {
    if constexpr (keeps_failures) {
      guarded(nullptr,
              [&] { self(source).failed(std::span(tokens, count), std::span(failures, count)); });
    }
  }
  static constexpr bool takes_back =
      requires(const requeue_batch& what, std::span<requeued> results) {
    std::string(Source::requeue(options(nullptr), what, results));
  };
  static int requeue(const tempest_options* values, const tempest_requeue* what,
                     std::uint8_t* results, tempest_error* error) noexcept {
    static_assert(sizeof(requeued) == 1);
    std::memset(results, 0, what->count);
    std::string why;
    const int good = guarded(error, [&] {
      if constexpr (takes_back) {
        why = Source::requeue(options(values), requeue_batch(*what),
                              std::span(reinterpret_cast<requeued*>(results), what->count));
      }
    });
    bool all = true;
    for (std::size_t i = 0; i < what->count; ++i) {
      if (results[i] == 0) results[i] = TEMPEST_REQUEUE_FAILED;
      all = all && results[i] != TEMPEST_REQUEUE_FAILED && results[i] != TEMPEST_REQUEUE_REJECTED;
    }
    if (good != 0 && !all) explain(error, why.empty() ? "the source gave no reason" : why);
    return good != 0 && all ? 1 : 0;
  }
};

template <typename Source>
const tempest_source_functions* source_functions() {
  using thunks = source_thunks<Source>;
  static constexpr tempest_source_functions table = {
      sizeof(tempest_source_functions),
      0,
      &thunks::traits,
      &thunks::create,
      &thunks::connect,
      &thunks::poll,
      &thunks::settle,
      thunks::renews ? &thunks::extend : nullptr,
      &thunks::interrupt,
      &thunks::healthy,
      &thunks::close,
      &thunks::destroy,
      &thunks::depth,
      thunks::keeps_failures ? &thunks::failed : nullptr,
      thunks::takes_back ? &thunks::requeue : nullptr};
  return &table;
}

} // namespace tempest::impl
