#include "runtime/net/client_place.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/net/connector.hpp"

namespace tempest::net {
namespace {

constexpr std::int64_t dial_limit_ms = 5'000;
constexpr std::int64_t stable_ns = 5'000'000'000; // a session that lasted so long went well

} // namespace

client_place::client_place(const client_parts& parts, place_keeper& keeper, address where,
                           std::string name)
    : parts_(parts),
      keeper_(keeper),
      where_(std::move(where)),
      name_(std::move(name)),
      timer_(parts.serving),
      dice_(std::random_device{}()) {}

void client_place::say(base::log_level level, const std::string& what) const {
  base::log(level, what, {.topology = parts_.settings.topology});
}

void client_place::dial_now() {
  link_.reset();
  dial(parts_.serving, where_, parts_.tls, name_, dial_limit_ms,
       [me = weak_from_this()](std::unique_ptr<transport> made, const std::string& why) {
         if (const auto alive = me.lock()) alive->dialled(std::move(made), why);
       });
}

void client_place::dialled(std::unique_ptr<transport> made, const std::string& why) {
  if (closed_) return;
  if (made == nullptr) {
    keeper_.unreached(*this, why);
    return back_off();
  }
  link_ = std::make_unique<client_link>(parts_.serving, std::move(made), parts_.settings,
                                        parts_.pool, keeper_.next_id(), parts_.owner, *this);
  link_->start();
}

bool client_place::let_in(std::uint64_t instance) {
  if (!keeper_.claim(instance)) {
    served_elsewhere_ = instance;
    tries_ = 0;
    rest(base::nanoseconds(parts_.settings.resolve_every));
    return false;
  }
  instance_ = instance;
  since_ns_ = base::steady_ns();
  refusals_.over();
  strangers_.over();
  keeper_.reached(*this);
  say(base::log_level::info, fmt::format("works for the topology at {}", where_.text()));
  return true;
}

void client_place::refused(std::string_view reason) {
  if (refusals_.due(base::steady_ns())) {
    const bool by_token = reason == token_refusal;
    say(base::log_level::warn,
        fmt::format("the topology at {} does not let this process in, which asks again: {}",
                    where_.text(),
                    by_token ? "is auth_token the same on both sides?" : base::one_line(reason)));
  }
  back_off();
}

void client_place::ended(std::string_view reason) {
  const std::uint64_t served = std::exchange(instance_, 0);
  if (served == 0) {
    if (strangers_.due(base::steady_ns())) {
      say(base::log_level::warn, fmt::format("cannot join the topology at {}, and tries again: {}",
                                             where_.text(), base::one_line(reason)));
    }
  } else {
    say(base::log_level::warn, fmt::format("lost the topology at {}: {}; it is looked for again",
                                           where_.text(), base::one_line(reason)));
    if (base::steady_ns() - since_ns_ >= stable_ns) tries_ = 0;
    keeper_.release(served);
  }
  back_off();
}

void client_place::look_again(std::uint64_t released) {
  if (served_elsewhere_ == released) back_off();
}

void client_place::back_off() {
  rest(base::reconnect_after_ns(++tries_, base::nanoseconds(parts_.settings.max_backoff), dice_));
}

void client_place::rest(std::int64_t for_ns) {
  if (closed_) return;
  timer_.at(base::steady_ns() + for_ns, [this] {
    if (!keeper_.still_wanted(*this)) return;
    // Dialling it would only look like a process that comes and goes to the topology.
    if (served_elsewhere_ != 0 && keeper_.serves(served_elsewhere_)) {
      return rest(base::nanoseconds(parts_.settings.resolve_every));
    }
    served_elsewhere_ = 0;
    dial_now();
  });
}

bool client_place::close(std::string_view reason, std::int64_t until_ns) {
  closed_ = true;
  timer_.cancel();
  if (link_ == nullptr || link_->line()->closed()) return false;
  link_->leave(reason, until_ns);
  return true;
}

} // namespace tempest::net
