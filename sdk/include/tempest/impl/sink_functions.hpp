// From a plain class to the function table of a sink.
#pragma once

#include <tempest/impl/construct.hpp>
#include <tempest/impl/guard.hpp>
#include <tempest/sink_context.hpp>

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tempest::impl {

template <typename Sink>
struct sink_box {
  sink_box(const tempest_host& host, const tempest_sink_host& sink_host,
           const tempest_options* options)
      : context(host, sink_host, options), sink(construct<Sink>(context)) {
    context.forget_options();
  }
  sink_context context;
  std::unique_ptr<Sink> sink;
};

template <typename Sink>
struct sink_thunks {
  using box = sink_box<Sink>;
  static Sink& self(void* pointer) { return *static_cast<box*>(pointer)->sink; }

  static void* create(const tempest_host* host, const tempest_sink_host* sink_host,
                      const tempest_options* values, tempest_error* error) noexcept {
    box* made = nullptr;
    guarded(error, [&] { made = new box(*host, *sink_host, values); });
    return made;
  }
  static int connect(void* sink, tempest_error* error) noexcept {
    return guarded(error, [&] { self(sink).connect(); });
  }
  static void write(void* sink, const tempest_delivery* first, std::size_t count,
                    std::size_t stride, std::uint8_t* results) noexcept {
    static_assert(sizeof(written) == 1);
    const running_call now(static_cast<box*>(sink)->context.state(), "write");
    std::memset(results, 0, count);
    tempest_error error{};
    error.size = sizeof error;
    const int good = guarded(&error, [&] {
      self(sink).write(messages(first, count, stride),
                       std::span(reinterpret_cast<written*>(results), count));
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (results[i] != 0) continue;
      if (good != 0) results[i] = TEMPEST_WRITE_FAILED;
      const std::string_view why = good != 0 ? "the sink gave it no outcome" : error.text;
      guarded(nullptr, [&] { static_cast<box*>(sink)->context.explain(i, why); });
    }
  }
  static int flush(void* sink, tempest_error* error) noexcept {
    return guarded(error, [&] { self(sink).flush(); });
  }
  static int healthy(void* sink, tempest_error* error) noexcept {
    if constexpr (requires(Sink & one, std::string & reason) { one.healthy(reason); }) {
      bool good = false;
      std::string reason;
      if (guarded(error, [&] { good = self(sink).healthy(reason); }) == 0) return 0;
      if (!good) explain(error, reason);
      return good ? 1 : 0;
    } else {
      return 1;
    }
  }
  static void close(void* sink) noexcept {
    if constexpr (requires(Sink & one) { one.close(); }) {
      guarded(nullptr, [&] { self(sink).close(); });
    }
  }
  static void destroy(void* sink) noexcept { delete static_cast<box*>(sink); }
  static constexpr bool is_browsable = requires(Sink & one, std::span<const std::string_view> ids) {
    page(one.browse(std::string_view{}, std::size_t{1}, std::size_t{1}));
    std::size_t(one.erase(ids));
  };
  static int browse(void* sink, tempest_slice cursor, std::size_t max_messages,
                    std::size_t max_bytes, const tempest_page* into,
                    tempest_error* error) noexcept {
    const running_call now(static_cast<box*>(sink)->context.state(), "browse");
    return guarded(error, [&] {
      if constexpr (is_browsable) {
        const page found = self(sink).browse(view(cursor), max_messages, max_bytes);
        for (const stored& one : found.messages) {
          const tempest_stored plain{slice(one.id), slice(one.payload),
                                     one.problem ? slice(*one.problem) : tempest_slice{}};
          into->add(into->self, &plain, 1, sizeof plain);
        }
        if (found.next) into->next(into->self, slice(*found.next));
      }
    });
  }
  static int erase(void* sink, const tempest_slice* ids, std::size_t count, std::size_t* erased,
                   tempest_error* error) noexcept {
    const running_call now(static_cast<box*>(sink)->context.state(), "erase");
    return guarded(error, [&] {
      std::vector<std::string_view> names;
      names.reserve(count);
      for (std::size_t i = 0; i < count; ++i) names.push_back(view(ids[i]));
      if constexpr (is_browsable) {
        *erased = self(sink).erase(std::span<const std::string_view>(names));
      }
    });
  }
};

template <typename Sink>
const tempest_sink_functions* sink_functions() {
  using thunks = sink_thunks<Sink>;
  static constexpr tempest_sink_functions table = {sizeof(tempest_sink_functions),
                                                   0,
                                                   &thunks::create,
                                                   &thunks::connect,
                                                   &thunks::write,
                                                   &thunks::flush,
                                                   &thunks::healthy,
                                                   &thunks::close,
                                                   &thunks::destroy,
                                                   thunks::is_browsable ? &thunks::browse : nullptr,
                                                   thunks::is_browsable ? &thunks::erase : nullptr};
  return &table;
}

} // namespace tempest::impl
