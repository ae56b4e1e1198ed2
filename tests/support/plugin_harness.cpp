#include "tests/support/plugin_harness.hpp"

#include <stdexcept>

#include "runtime/base/error.hpp"
#include "runtime/plugin/load.hpp"

namespace tempest::test {

namespace {

std::string copy(const tempest_slice& from) {
  return from.data == nullptr ? std::string() : std::string(from.data, from.length);
}

tempest_slice slice(const std::string& text) {
  return {text.data(), text.size()};
}

tempest_error empty_error() {
  tempest_error made{};
  made.size = sizeof made;
  return made;
}

config::value holding(decltype(config::value::data) data) {
  config::value made;
  made.data = std::move(data);
  return made;
}

} // namespace

config::value toml(const char* text) {
  return holding(std::string(text));
}
config::value toml(const std::string& text) {
  return holding(text);
}
config::value toml(config::table entries) {
  return holding(std::move(entries));
}

const tempest_descriptor& find_descriptor(const std::string& path, tempest_kind kind,
                                          const std::string& name) {
  std::string reason;
  const tempest_library* const library = plugin::load(path, reason);
  if (library == nullptr) throw std::runtime_error(path + ": " + reason);
  for (std::uint32_t i = 0; i < library->count; ++i) {
    const tempest_descriptor& one = *library->descriptors[i];
    if (one.kind == static_cast<std::uint32_t>(kind) && one.name == name) return one;
  }
  throw std::runtime_error(path + " has no '" + name + "'");
}

plugin::bound_options bind(const tempest_descriptor& descriptor, const given_options& given) {
  config::plugin_use use;
  use.type = descriptor.name;
  for (const auto& [name, value] : given) use.options.emplace(name, value);
  base::problems problems;
  plugin::bound_options bound = plugin::bind_options(descriptor, use, problems);
  std::string all;
  for (const base::problem& one : problems) all += one.text + "\n";
  if (!all.empty()) throw std::runtime_error(all);
  return bound;
}

host_harness::host_harness(std::string topology) : topology_(std::move(topology)) {
  host_.size = sizeof host_;
  host_.minor = TEMPEST_ABI_MINOR;
  host_.self = this;
  host_.name = "plugin";
  host_.topology = topology_.c_str();
  host_.log = [](void* self, std::uint32_t, tempest_slice text) {
    static_cast<host_harness*>(self)->logged += copy(text) + "\n";
  };
  host_.metric = [](void* self, std::uint32_t, const char*, const char*, const tempest_header*,
                    std::size_t) { return static_cast<tempest_metric*>(self); };
  host_.update = [](tempest_metric*, double) {};
}

sink_harness::sink_harness(const tempest_descriptor& descriptor, const given_options& given,
                           std::string topology)
    : host(std::move(topology)),
      options_(bind(descriptor, given)),
      functions_(static_cast<const tempest_sink_functions*>(descriptor.functions)) {
  sink_host_.size = sizeof sink_host_;
  sink_host_.self = this;
  sink_host_.explain = [](void* self, std::size_t index, tempest_slice text) {
    static_cast<sink_harness*>(self)->reasons[index] = copy(text);
  };
  tempest_error why = empty_error();
  sink_ = functions_->create(&host.table(), &sink_host_, options_.view(), &why);
  if (sink_ == nullptr) throw std::runtime_error(why.text);
}

sink_harness::~sink_harness() {
  functions_->destroy(sink_);
}

bool sink_harness::connect() {
  tempest_error why = empty_error();
  const bool good = functions_->connect(sink_, &why) != 0;
  if (!good) error = why.text;
  return good;
}

std::vector<tempest_write_result> sink_harness::write(const std::vector<written_message>& batch) {
  std::vector<std::vector<tempest_header>> headers(batch.size());
  std::vector<tempest_delivery> deliveries(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (const auto& [name, value] : batch[i].headers) {
      headers[i].push_back({slice(name), slice(value)});
    }
    tempest_delivery& one = deliveries[i];
    one = {};
    one.payload = slice(batch[i].payload);
    if (batch[i].key) one.key = slice(*batch[i].key);
    one.headers = headers[i].data();
    one.header_count = static_cast<std::uint32_t>(headers[i].size());
    one.attempt = one.deliveries = 1;
  }
  reasons.clear();
  std::vector<std::uint8_t> results(batch.size());
  functions_->write(sink_, deliveries.data(), batch.size(), sizeof(tempest_delivery),
                    results.data());
  std::vector<tempest_write_result> made;
  for (const std::uint8_t one : results) made.push_back(static_cast<tempest_write_result>(one));
  return made;
}

bool sink_harness::flush() {
  tempest_error why = empty_error();
  return functions_->flush(sink_, &why) != 0;
}

bool sink_harness::healthy() {
  tempest_error why = empty_error();
  const bool good = functions_->healthy(sink_, &why) != 0;
  if (!good) error = why.text;
  return good;
}

void sink_harness::close() {
  functions_->close(sink_);
}

} // namespace tempest::test
