// What the process of a plugin can be asked to do with it.
#pragma once

#include <tempest/abi.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/config/settings.hpp"
#include "runtime/conformance/driver/offences.hpp"
#include "runtime/plugin/options.hpp"

namespace tempest::conformance {

using nlohmann::json;

// One instance of a plugin, called by the main thread alone.
class side {
 public:
  explicit side(const tempest_descriptor& descriptor);
  virtual ~side() = default;
  side(const side&) = delete;
  side& operator=(const side&) = delete;

  // What it was asked to do, done, with the offences so far.
  [[nodiscard]] json answer(const json& request);

 protected:
  // nullptr: it knows no such request.
  [[nodiscard]] virtual std::optional<json> own_answer(const std::string& what,
                                                       const json& request) = 0;
  [[nodiscard]] virtual std::string create(const tempest_options* options) = 0;

  // Calls the plugin; false when an exception came out.
  template <typename Body>
  bool call(const char* function, Body body) {
    say_entering(function);
    const offences::scope now(offences_, function);
    const std::int64_t begin = base::steady_ns();
    bool good = true;
    try {
      body();
    } catch (const std::exception& thrown) {
      offences_.say(std::string(function) + " let an exception out: " + thrown.what());
      good = false;
    } catch (...) {
      offences_.say(std::string(function) + " let an exception out");
      good = false;
    }
    took_us_ = (base::steady_ns() - begin) / 1000;
    return good;
  }
  // To the kit, which minds that it comes back.
  static void say_entering(const char* function);
  // {"ok", "error", "took_us"} of a function that returns 0 with a reason.
  [[nodiscard]] json verdict_of(bool good);

  const tempest_descriptor& descriptor_;
  tempest_host host_{};
  offences offences_;
  base::plugin_error error_;
  std::int64_t took_us_ = 0;

 private:
  [[nodiscard]] json bind(const json& request);
  [[nodiscard]] json make(const json& request);
  [[nodiscard]] static plugin::bound_options bound(const tempest_descriptor& by,
                                                   const json& options, base::problems& found);
  void set_up_host();
};

[[nodiscard]] std::unique_ptr<side> make_source_side(const tempest_descriptor& descriptor);
[[nodiscard]] std::unique_ptr<side> make_sink_side(const tempest_descriptor& descriptor);

} // namespace tempest::conformance
