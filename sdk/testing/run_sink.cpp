#include "sdk/testing/run_sink.hpp"

#include <tempest/sink.hpp>

#include <algorithm>
#include <stdexcept>

#include "sdk/testing/run_script.hpp"

namespace tempest::testing {
namespace {

emitted copy_of(const message& from) {
  emitted made{std::string(from.text()), {}, {}, from.timestamp()};
  if (const auto key = from.key()) made.key = std::string(*key);
  for (const header& one : from.headers()) {
    made.headers.emplace_back(impl::view(one.name), impl::view(one.value));
  }
  return made;
}

class task_sink {
 public:
  explicit task_sink(sink_context& context) : log_(current_script->log_of(context.name())) {
    if (log_ == nullptr) throw std::runtime_error("this task is not part of the run");
  }
  void connect() {}
  void write(const messages& batch, std::span<written> results) {
    const std::scoped_lock lock(log_->mutex);
    for (std::size_t i = 0; i < batch.size(); ++i) log_->emitted.push_back(copy_of(batch[i]));
    std::fill(results.begin(), results.end(), written::ok);
  }
  void flush() {}

 private:
  task_log* log_;
};

class dead_letter_sink {
 public:
  explicit dead_letter_sink(sink_context&) : script_(*current_script) {}
  void connect() {}
  void write(const messages& batch, std::span<written> results) {
    const std::scoped_lock lock(script_.mutex);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      script_.dead_letters.emplace_back(batch[i].text());
    }
    std::fill(results.begin(), results.end(), written::ok);
  }
  void flush() {}

 private:
  run_script& script_;
};

} // namespace

const tempest_sink_functions& task_sink_functions() {
  return *impl::sink_functions<task_sink>();
}
const tempest_sink_functions& dead_letter_functions() {
  return *impl::sink_functions<dead_letter_sink>();
}

} // namespace tempest::testing
