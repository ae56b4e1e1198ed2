#include "tempest/task_harness.hpp"

#include <stdexcept>
#include <utility>

#include "runtime/config/toml_parse.hpp"
#include "runtime/plugin/options.hpp"
#include "sdk/testing/delivery_record.hpp"
#include "sdk/testing/recording.hpp"
#include "sdk/testing/text.hpp"

namespace tempest::testing {
namespace {

bool is_text(const tempest_descriptor& descriptor, const std::string& name) {
  for (std::uint32_t i = 0; i < descriptor.option_count; ++i) {
    const tempest_option& one = descriptor.options[i];
    if (one.name != name) continue;
    return one.type == TEMPEST_OPTION_STRING || one.type == TEMPEST_OPTION_SECRET ||
           one.type == TEMPEST_OPTION_ENUM;
  }
  return false;
}

plugin::bound_options bind(const tempest_descriptor& descriptor,
                           const std::map<std::string, std::string>& given) {
  config::plugin_use use;
  use.type = descriptor.name;
  for (const auto& [name, text] : given) {
    auto value = is_text(descriptor, name) ? std::nullopt : config::parse_toml_value(text, name);
    if (!value) value.emplace().data = text;
    use.options.emplace(name, std::move(*value));
  }
  base::problems found;
  plugin::bound_options bound = plugin::bind_options(descriptor, use, found);
  std::string all;
  for (const base::problem& one : found) all += (all.empty() ? "" : "\n") + one.line();
  if (base::has_errors(found)) throw std::runtime_error(all);
  return bound;
}

ending ending_of(std::uint32_t kind) {
  return kind == TEMPEST_REJECTED ? ending::rejected : ending::failed;
}

delivery_record& record_of(tempest_deferred deferred) {
  return *static_cast<delivery_record*>(deferred.slot);
}

} // namespace

class task_harness::host {
 public:
  host(impl::definition task, const std::map<std::string, std::string>& options)
      : definition_(std::move(task)),
        descriptor_(*definition_.descriptor()),
        options_(bind(descriptor_, options)),
        recording(descriptor_.name),
        functions_(*static_cast<const tempest_task_functions*>(descriptor_.functions)) {
    if (descriptor_.kind != TEMPEST_KIND_TASK) {
      throw std::runtime_error(std::string(descriptor_.name) + " is not a task");
    }
    fill_table();
    tempest_error why{};
    why.size = sizeof why;
    task_ = functions_.create(&recording.table(), &table_, options_.view(), &why);
    if (task_ == nullptr) throw std::runtime_error(why.text);
    if (functions_.started(task_, &why) != 0) return;
    functions_.destroy(task_);
    throw std::runtime_error(why.text);
  }
  ~host() {
    shutdown();
    functions_.destroy(task_);
  }
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  void handle(const std::vector<input>& messages) {
    records.clear();
    std::vector<tempest_delivery> deliveries;
    for (const input& one : messages) {
      records.push_back(&delivery_record::make(one, ++number_));
      deliveries.push_back(records.back()->c());
    }
    if (deliveries.empty()) return;
    const std::uint32_t interrupt = 0;
    tempest_batch batch{sizeof batch,
                        sizeof(tempest_delivery),
                        static_cast<std::uint32_t>(deliveries.size()),
                        0,
                        deliveries.data(),
                        &interrupt};
    kept_.push_back(std::move(deliveries)); // deferred ones live on
    functions_.handle(task_, &batch);
    for (delivery_record* const one : records) one->handled();
  }
  void shutdown() {
    if (!std::exchange(shut_down_, true)) functions_.shutdown(task_);
  }

 private:
  void fill_table();
  static delivery_record& at(void* self, std::uint32_t index) {
    return *static_cast<host*>(self)->records.at(index);
  }

  impl::definition definition_;
  const tempest_descriptor& descriptor_;
  plugin::bound_options options_;

 public:
  recording_host recording;
  std::vector<delivery_record*> records; // of the last batch

 private:
  const tempest_task_functions& functions_;
  tempest_task_host table_{};
  std::vector<std::vector<tempest_delivery>> kept_;
  std::size_t number_ = 0;
  bool shut_down_ = false;
  void* task_ = nullptr;
};

void task_harness::host::fill_table() {
  using self_pointer = void*;
  using position = std::uint32_t;
  table_.size = sizeof table_;
  table_.self = this;
  table_.emit = [](self_pointer self, position i, const char* data, std::size_t length) -> int {
    return at(self, i).emit(tempest_slice{data, length});
  };
  table_.emit_output = [](self_pointer self, position i, const tempest_output* output) -> int {
    return at(self, i).emit(*output);
  };
  table_.forward = [](self_pointer self, position i) -> int { return at(self, i).forward(); };
  table_.succeed = [](self_pointer self, position i) { at(self, i).end(ending::succeeded); };
  table_.skip = [](self_pointer self, position i) { at(self, i).end(ending::skipped); };
  table_.fail = [](self_pointer self, position i, std::uint32_t kind, tempest_slice text) {
    at(self, i).end(ending_of(kind), copy(text));
  };
  table_.progress = [](self_pointer self, position i) { at(self, i).progress(); };
  table_.defer = [](self_pointer self, position i) {
    at(self, i).defer();
    return tempest_deferred{&at(self, i), 1};
  };
  table_.deferred_emit = [](tempest_deferred one, const tempest_output* output) -> int {
    return record_of(one).emit(*output);
  };
  table_.deferred_succeed = [](tempest_deferred one) -> int {
    return record_of(one).end(ending::succeeded);
  };
  table_.deferred_skip = [](tempest_deferred one) -> int {
    return record_of(one).end(ending::skipped);
  };
  table_.deferred_fail = [](tempest_deferred one, std::uint32_t kind, tempest_slice text) -> int {
    return record_of(one).end(ending_of(kind), copy(text));
  };
  table_.deferred_progress = [](tempest_deferred one) -> int { return record_of(one).progress(); };
}

task_harness::task_harness(impl::definition task, const std::map<std::string, std::string>& options)
    : host_(std::make_unique<host>(std::move(task), options)) {}
task_harness::~task_harness() = default;

result task_harness::handle(const input& message) {
  return handle_batch({message}).front();
}

std::vector<result> task_harness::handle_batch(const std::vector<input>& batch) {
  host_->handle(batch);
  return results();
}

std::vector<result> task_harness::results() const {
  std::vector<result> made;
  for (const delivery_record* const one : host_->records) made.push_back(one->now());
  return made;
}

bool task_harness::wait(std::chrono::milliseconds limit) const {
  return delivery_record::wait(host_->records, limit);
}

void task_harness::shutdown() {
  host_->shutdown();
}

std::vector<log_line> task_harness::log() const {
  return host_->recording.log();
}

double task_harness::metric(std::string_view name, const headers& labels) const {
  return host_->recording.metric(name, labels);
}

} // namespace tempest::testing
