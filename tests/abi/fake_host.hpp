// The host's side of the contract, as small as it can be: it remembers what a plugin did.
#pragma once

#include <tempest/abi.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace tempest::abi_test {

inline std::string text_of(tempest_slice slice) {
  return {slice.data, slice.length};
}

inline tempest_slice slice_of(const std::string& text) {
  return {text.data(), text.size()};
}

struct fake_host {
  std::vector<std::string> logged;
  std::vector<std::string> done; // "0:emit x", "0:succeed", "1:fail 2 reason"
  tempest_host table{};
  tempest_task_host task{};

  fake_host() {
    table.size = sizeof table;
    table.minor = TEMPEST_ABI_MINOR;
    table.self = this;
    table.name = "under_test";
    table.topology = "abi";
    table.log = [](void* self, std::uint32_t, tempest_slice text) {
      static_cast<fake_host*>(self)->logged.push_back(text_of(text));
    };
    table.metric = [](void*, std::uint32_t, const char*, const char*, const tempest_header*,
                      std::size_t) -> tempest_metric* { return nullptr; };
    table.update = [](tempest_metric*, double) {};
    task.size = sizeof task;
    task.self = this;
    task.emit = [](void* self, std::uint32_t index, const char* data, std::size_t length) {
      note(self, index, "emit " + std::string(data, length));
      return 1;
    };
    task.succeed = [](void* self, std::uint32_t index) { note(self, index, "succeed"); };
    task.fail = [](void* self, std::uint32_t index, std::uint32_t kind, tempest_slice text) {
      note(self, index, "fail " + std::to_string(kind) + " " + text_of(text));
    };
  }

  static void note(void* self, std::uint32_t index, const std::string& what) {
    static_cast<fake_host*>(self)->done.push_back(std::to_string(index) + ":" + what);
  }
};

// A batch of these payloads, nothing else said about them.
struct fake_batch {
  std::vector<std::string> payloads;
  std::vector<tempest_delivery> deliveries;
  std::uint32_t interrupt = 0;
  tempest_batch table{};

  explicit fake_batch(std::vector<std::string> given) : payloads(std::move(given)) {
    for (const std::string& payload : payloads) {
      tempest_delivery& one = deliveries.emplace_back();
      one.payload = slice_of(payload);
      one.attempt = one.deliveries = 1;
    }
    table.size = sizeof table;
    table.delivery_size = sizeof(tempest_delivery);
    table.count = static_cast<std::uint32_t>(deliveries.size());
    table.deliveries = deliveries.data();
    table.interrupt = &interrupt;
  }
};

// The one option of c_echo.
struct fake_options {
  tempest_value value{};
  tempest_options table{};

  explicit fake_options(std::int64_t times) {
    value.type = TEMPEST_OPTION_INTEGER;
    value.present = 1;
    value.integer = times;
    table.size = sizeof table;
    table.count = 1;
    table.value_size = sizeof value;
    table.values = &value;
  }
};

} // namespace tempest::abi_test
