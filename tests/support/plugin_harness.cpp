#include "tests/support/plugin_harness.hpp"

#include <stdexcept>

#include "runtime/base/clock.hpp"
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
config::value toml(config::array entries) {
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

bool sink_harness::browse_page(std::string& cursor, std::size_t most, std::size_t bytes,
                               std::vector<stored_message>& into) {
  struct target {
    std::vector<stored_message>& found;
    std::string next{};
  } to{into};
  tempest_page page{};
  page.size = sizeof page;
  page.self = &to;
  page.add = [](void* self, const tempest_stored* first, std::size_t count, std::size_t) {
    for (std::size_t i = 0; i < count; ++i) {
      stored_message& one = static_cast<target*>(self)->found.emplace_back();
      one.id = copy(first[i].id);
      one.payload = copy(first[i].payload);
      if (first[i].problem.data != nullptr) one.problem = copy(first[i].problem);
    }
  };
  page.next = [](void* self, tempest_slice next) { static_cast<target*>(self)->next = copy(next); };
  tempest_error why = empty_error();
  if (functions_->browse(sink_, slice(cursor), most, bytes, &page, &why) == 0) {
    throw std::runtime_error(why.text);
  }
  cursor = to.next;
  return !cursor.empty();
}

std::vector<stored_message> sink_harness::browse(std::size_t page, std::size_t bytes) {
  std::vector<stored_message> found;
  std::string cursor;
  while (browse_page(cursor, page, bytes, found)) continue;
  return found;
}

std::size_t sink_harness::erase(const std::vector<std::string>& ids) {
  std::vector<tempest_slice> names;
  for (const std::string& id : ids) names.push_back(slice(id));
  std::size_t erased = 0;
  tempest_error why = empty_error();
  if (functions_->erase(sink_, names.data(), names.size(), &erased, &why) == 0) {
    throw std::runtime_error(why.text);
  }
  return erased;
}

requeue_outcome requeue(const tempest_descriptor& source, const given_options& given,
                        const std::vector<written_message>& messages,
                        const tempest_descriptor* sink, const given_options& sink_given,
                        const std::vector<std::string>& stored_ids) {
  const plugin::bound_options options = bind(source, given);
  std::optional<plugin::bound_options> sink_options;
  std::vector<std::vector<tempest_header>> headers(messages.size());
  std::vector<tempest_source_message> plain(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    for (const auto& [name, value] : messages[i].headers) {
      headers[i].push_back({slice(name), slice(value)});
    }
    plain[i].id = slice(messages[i].id);
    plain[i].payload = slice(messages[i].payload);
    if (messages[i].key) plain[i].key = slice(*messages[i].key);
    plain[i].headers = headers[i].data();
    plain[i].header_count = static_cast<std::uint32_t>(headers[i].size());
  }
  std::vector<tempest_slice> ids;
  for (const std::string& id : stored_ids) ids.push_back(slice(id));
  tempest_requeue what{};
  what.size = sizeof what;
  what.stride = sizeof(tempest_source_message);
  what.messages = plain.data();
  what.count = plain.size();
  what.deadline_ns = base::steady_ns() + 10'000'000'000;
  if (sink != nullptr) {
    what.sink = sink->name;
    what.sink_options = sink_options.emplace(bind(*sink, sink_given)).view();
    what.stored_ids = ids.data();
  }
  std::vector<std::uint8_t> results(plain.size());
  tempest_error why = empty_error();
  const auto& functions = *static_cast<const tempest_source_functions*>(source.functions);
  requeue_outcome made;
  if (functions.requeue(options.view(), &what, results.data(), &why) == 0) made.reason = why.text;
  for (const std::uint8_t one : results) made.results.push_back(static_cast<tempest_requeued>(one));
  return made;
}

} // namespace tempest::test
