// A sink in its own process.
#pragma once

#include <string>
#include <vector>

#include "runtime/conformance/driver/side.hpp"

namespace tempest::conformance {

class sink_side final : public side {
 public:
  explicit sink_side(const tempest_descriptor& descriptor);
  ~sink_side() override;

 private:
  std::optional<json> own_answer(const std::string& what, const json& request) override;
  std::string create(const tempest_options* options) override;

  json write(const json& request);
  std::vector<std::uint8_t> write_now(const std::vector<std::string>& payloads, const json& more);
  json flush();
  json flood(const json& request);
  json browse(const json& request);
  json erase(const json& request);
  [[nodiscard]] bool browses() const;
  void destroy();

  const tempest_sink_functions* functions_;
  tempest_sink_host table_{};
  void* sink_ = nullptr;
  std::size_t writing_ = 0; // messages of the running write
};

} // namespace tempest::conformance
