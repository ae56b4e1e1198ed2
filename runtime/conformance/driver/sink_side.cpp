#include "runtime/conformance/driver/sink_side.hpp"

#include <algorithm>

#include "runtime/conformance/driver/resources.hpp"

namespace tempest::conformance {
namespace {

tempest_slice slice_of(const std::string& text) {
  return {text.data(), text.size()};
}

} // namespace

std::unique_ptr<side> make_sink_side(const tempest_descriptor& descriptor) {
  return std::make_unique<sink_side>(descriptor);
}

sink_side::sink_side(const tempest_descriptor& descriptor)
    : side(descriptor),
      functions_(static_cast<const tempest_sink_functions*>(descriptor.functions)) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.explain = [](void* self, std::size_t index, tempest_slice) {
    auto& me = *static_cast<sink_side*>(self);
    me.offences_.check("explain", {"write"});
    if (index >= me.writing_) me.offences_.say("explain was given the number of no message");
  };
}

sink_side::~sink_side() {
  destroy();
}

std::string sink_side::create(const tempest_options* options) {
  call("create", [&] { sink_ = functions_->create(&host_, &table_, options, error_.get()); });
  return sink_ != nullptr ? std::string() : error_.text();
}

std::optional<json> sink_side::own_answer(const std::string& what, const json& request) {
  int good = 0;
  if (what == "connect") {
    call("connect", [&] { good = functions_->connect(sink_, error_.get()); });
    return verdict_of(good != 0);
  }
  if (what == "healthy") {
    call("healthy", [&] { good = functions_->healthy(sink_, error_.get()); });
    return verdict_of(good != 0);
  }
  if (what == "close") {
    call("close", [&] { functions_->close(sink_); });
    return verdict_of(true);
  }
  if (what == "write") return write(request);
  if (what == "flush") return flush();
  if (what == "flood") return flood(request);
  if (what == "browse" && browses()) return browse(request);
  if (what == "erase" && browses()) return erase(request);
  if (what != "destroy") return std::nullopt;
  destroy();
  return json::object();
}

json sink_side::flush() {
  int good = 0;
  call("flush", [&] { good = functions_->flush(sink_, error_.get()); });
  return verdict_of(good != 0);
}

json sink_side::write(const json& request) {
  const auto payloads = request.at("payloads").get<std::vector<std::string>>();
  json made{{"results", write_now(payloads, request)}};
  made["took_us"] = took_us_;
  return made;
}

std::vector<std::uint8_t> sink_side::write_now(const std::vector<std::string>& payloads,
                                               const json& more) {
  const std::string key = more.value("key", "");
  const std::string name = "kit-header";
  const std::string value = more.value("header", "");
  const tempest_header header{slice_of(name), slice_of(value)};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < payloads.size(); ++i) ids.push_back("kit-" + std::to_string(i));
  const std::uint32_t path = 0;
  std::vector<tempest_delivery> batch(payloads.size());
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    batch[i].id = slice_of(ids[i]);
    batch[i].payload = slice_of(payloads[i]);
    if (!key.empty()) batch[i].key = slice_of(key);
    if (!value.empty()) batch[i].headers = &header;
    batch[i].header_count = value.empty() ? 0 : 1;
    batch[i].path = &path;
    batch[i].path_length = 1;
    batch[i].attempt = batch[i].deliveries = 1;
  }
  std::vector<std::uint8_t> results(payloads.size());
  writing_ = payloads.size();
  call("write", [&] {
    functions_->write(sink_, batch.data(), batch.size(), sizeof(tempest_delivery), results.data());
  });
  writing_ = 0;
  for (const std::uint8_t one : results) {
    if (one > TEMPEST_WRITE_REJECTED) {
      offences_.say("write gave " + std::to_string(one) + ", which is no tempest_write_result");
    }
  }
  return results;
}

// Writes them in batches and flushes each.
json sink_side::flood(const json& request) {
  constexpr std::ptrdiff_t batch = 100;
  const auto all = request.at("payloads").get<std::vector<std::string>>();
  std::size_t confirmed = 0;
  for (auto begin = all.begin(); begin != all.end();) {
    const auto end = begin + std::min(batch, all.end() - begin);
    const std::vector<std::uint8_t> results = write_now({begin, end}, json::object());
    begin = end;
    const auto good = static_cast<std::size_t>(std::ranges::count(results, TEMPEST_WRITTEN));
    if (flush().at("ok").get<bool>()) confirmed += good;
  }
  return {{"confirmed", confirmed}};
}

bool sink_side::browses() const {
  return TEMPEST_HAS(functions_, tempest_sink_functions, erase) && functions_->browse != nullptr &&
         functions_->erase != nullptr;
}

json sink_side::browse(const json& request) {
  struct target {
    json found = json::array();
    std::string next{};
  } to;
  tempest_page page{};
  page.size = sizeof page;
  page.self = &to;
  page.add = [](void* self, const tempest_stored* first, std::size_t count, std::size_t stride) {
    const auto* at = reinterpret_cast<const char*>(first);
    for (std::size_t i = 0; i < count; ++i, at += stride) {
      const auto& one = *reinterpret_cast<const tempest_stored*>(at);
      static_cast<target*>(self)->found.push_back(
          {{"id", std::string(base::view(one.id))},
           {"payload", std::string(base::view(one.payload))},
           {"problem", std::string(base::view(one.problem))}});
    }
  };
  page.next = [](void* self, tempest_slice cursor) {
    static_cast<target*>(self)->next = base::view(cursor);
  };
  const auto cursor = request.at("cursor").get<std::string>();
  int good = 0;
  call("browse", [&] {
    good = functions_->browse(sink_, slice_of(cursor), request.at("messages"), 1'000'000, &page,
                              error_.get());
  });
  json made = verdict_of(good != 0);
  made["found"] = std::move(to.found);
  made["next"] = to.next;
  return made;
}

json sink_side::erase(const json& request) {
  const auto ids = request.at("ids").get<std::vector<std::string>>();
  std::vector<tempest_slice> slices;
  for (const std::string& one : ids) slices.push_back(slice_of(one));
  std::size_t erased = 0;
  int good = 0;
  call("erase", [&] {
    good = functions_->erase(sink_, slices.data(), slices.size(), &erased, error_.get());
  });
  json made = verdict_of(good != 0);
  made["erased"] = erased;
  return made;
}

void sink_side::destroy() {
  if (sink_ == nullptr) return;
  call("destroy", [&] { functions_->destroy(sink_); });
  sink_ = nullptr;
}

} // namespace tempest::conformance
