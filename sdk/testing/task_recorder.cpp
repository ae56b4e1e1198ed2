#include "sdk/testing/task_recorder.hpp"

#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "sdk/testing/run_script.hpp"
#include "sdk/testing/text.hpp"

namespace tempest::testing {
namespace {

struct taken_down {
  std::vector<emitted> outputs;
  bool closed = false; // ended, or over a limit: nothing more counts
};

struct recorder {
  task_log& log;
  const tempest_task_functions& real;
  const tempest_task_host& host;
  tempest_task_host table{};
  void* task = nullptr;
  const tempest_batch* batch = nullptr;
  std::vector<taken_down> deliveries{}; // of the batch

  [[nodiscard]] const tempest_delivery& input(std::uint32_t index) const {
    const auto* bytes = reinterpret_cast<const char*>(batch->deliveries);
    return *reinterpret_cast<const tempest_delivery*>(bytes +
                                                      std::size_t{index} * batch->delivery_size);
  }
  int emitted_one(std::uint32_t index, int taken, emitted one) {
    taken_down& mine = deliveries.at(index);
    if (taken == 0) mine.closed = true;
    if (!mine.closed) mine.outputs.push_back(std::move(one));
    return taken;
  }
  void close(std::uint32_t index, bool good) {
    taken_down& mine = deliveries.at(index);
    const std::scoped_lock lock(log.mutex);
    if (good && !mine.closed) log.add(mine.outputs);
    mine.closed = true;
  }
};

recorder& of(void* self) {
  return *static_cast<recorder*>(self);
}

// A deferred delivery; never freed, for late calls must be harmless.
struct deferred_recorder {
  task_log& log;
  const tempest_task_host& host;
  tempest_deferred real;
  tempest_delivery input;
  taken_down kept{};

  // The log is held, so that nobody reads it between the end and what was emitted.
  template <typename End>
  int end(bool good, End call) {
    const std::scoped_lock lock(log.mutex);
    const int was_open = call(real);
    if (was_open != 0 && good && !kept.closed) log.add(kept.outputs);
    kept.closed = true;
    return was_open;
  }
};

deferred_recorder& of(tempest_deferred deferred) {
  return *static_cast<deferred_recorder*>(deferred.slot);
}

tempest_deferred defer(void* self, std::uint32_t index) {
  static std::mutex mutex;
  static auto* const all = new std::deque<deferred_recorder>;
  recorder& mine = of(self);
  const tempest_deferred real = mine.host.defer(mine.host.self, index);
  const std::scoped_lock lock(mutex);
  all->push_back({mine.log, mine.host, real, mine.input(index), mine.deliveries.at(index)});
  deferred_recorder& made = all->back();
  mine.deliveries.at(index).closed = true;
  return {&made, real.generation};
}

void fill_deferred(tempest_task_host& table) {
  table.deferred_emit = [](tempest_deferred one, const tempest_output* output) -> int {
    deferred_recorder& mine = of(one);
    const int taken = mine.host.deferred_emit(mine.real, output);
    if (taken != 0 && !mine.kept.closed) mine.kept.outputs.push_back(made_of(mine.input, *output));
    return taken;
  };
  table.deferred_succeed = [](tempest_deferred one) -> int {
    return of(one).end(true, of(one).host.deferred_succeed);
  };
  table.deferred_skip = [](tempest_deferred one) -> int {
    return of(one).end(false, of(one).host.deferred_skip);
  };
  table.deferred_fail = [](tempest_deferred one, std::uint32_t kind, tempest_slice text) -> int {
    return of(one).end(
        false, [&](tempest_deferred real) { return of(one).host.deferred_fail(real, kind, text); });
  };
  table.deferred_progress = [](tempest_deferred one) -> int {
    return of(one).host.deferred_progress(of(one).real);
  };
}

void fill(tempest_task_host& table) {
  using index_type = std::uint32_t;
  table.emit = [](void* self, index_type index, const char* data, std::size_t length) -> int {
    recorder& mine = of(self);
    return mine.emitted_one(index, mine.host.emit(mine.host.self, index, data, length),
                            made_of(mine.input(index), tempest_slice{data, length}));
  };
  table.emit_output = [](void* self, index_type index, const tempest_output* output) -> int {
    recorder& mine = of(self);
    return mine.emitted_one(index, mine.host.emit_output(mine.host.self, index, output),
                            made_of(mine.input(index), *output));
  };
  table.forward = [](void* self, index_type index) -> int {
    recorder& mine = of(self);
    return mine.emitted_one(index, mine.host.forward(mine.host.self, index),
                            inherited(mine.input(index)));
  };
  table.succeed = [](void* self, index_type index) {
    of(self).host.succeed(of(self).host.self, index);
    of(self).close(index, true);
  };
  table.skip = [](void* self, index_type index) {
    of(self).host.skip(of(self).host.self, index);
    of(self).close(index, false);
  };
  table.fail = [](void* self, index_type index, std::uint32_t kind, tempest_slice text) {
    of(self).host.fail(of(self).host.self, index, kind, text);
    of(self).close(index, false);
  };
  table.progress = [](void* self, index_type index) {
    of(self).host.progress(of(self).host.self, index);
  };
  table.defer = &defer;
  fill_deferred(table);
}

void* create(const tempest_host* host, const tempest_task_host* task_host,
             const tempest_options* options, tempest_error* error) {
  task_log* const log = current_script->log_of(host->name);
  if (log == nullptr) {
    std::snprintf(error->text, sizeof error->text, "task %s is not part of this run", host->name);
    return nullptr;
  }
  auto made = std::make_unique<recorder>(recorder{*log, *log->functions, *task_host});
  made->table.size = sizeof made->table;
  made->table.self = made.get();
  fill(made->table);
  made->task = made->real.create(host, &made->table, options, error);
  return made->task == nullptr ? nullptr : made.release();
}

} // namespace

const tempest_task_functions& recording_task_functions() {
  static constexpr tempest_task_functions table = {
      sizeof(tempest_task_functions),
      0,
      &create,
      [](void* task, tempest_error* error) { return of(task).real.started(of(task).task, error); },
      [](void* task, tempest_batch* batch) {
        recorder& mine = of(task);
        mine.batch = batch;
        mine.deliveries.assign(batch->count, {});
        mine.real.handle(mine.task, batch);
      },
      [](void* task) { of(task).real.shutdown(of(task).task); },
      [](void* task) {
        of(task).real.destroy(of(task).task);
        delete &of(task);
      }};
  return table;
}

} // namespace tempest::testing
