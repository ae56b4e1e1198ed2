#include "runtime/net/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "runtime/base/backoff.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/net/client_place.hpp"

namespace tempest::net {
namespace {

constexpr std::int64_t lost_resolve_ns = 2'000'000'000; // a restarted topology may be elsewhere
constexpr std::int64_t slow_lookup_ns = 2'000'000'000;  // people are told what is waited for

// One address as it was given, and the places that it stands for.
struct name_state {
  name_state(address as_given, loop& serving) : given(std::move(as_given)), next(serving) {}

  const address given;
  std::vector<std::string> places;
  timer next;              // lookup; while there is one, what to say of it
  std::uint32_t tries = 0; // lookups without an answer, since the last that had one
  waiting_notice notice;
};

} // namespace

class client::state final : public place_keeper, public std::enable_shared_from_this<state> {
 public:
  state(loop& serving, client_settings settings, base::chunk_pool& pool, client_owner& owner)
      : settings_(std::move(settings)),
        parts_{serving, settings_, pool, owner, make_tls(settings_.trusted.tls)} {
    std::set<std::string> given;
    for (const address& one : settings_.topologies) {
      if (!given.insert(one.text()).second) continue; // named twice
      names_.push_back(std::make_unique<name_state>(one, serving));
    }
  }

  void start() {
    for (const auto& name : names_) look_up(*name);
  }

  void close(std::string_view reason, std::int64_t until_ns) {
    closed_ = true;
    for (const auto& name : names_) name->next.cancel();
    for (const auto& [text, place] : places_) {
      if (place->close(reason, until_ns)) leaving_.push_back(place);
    }
  }

  [[nodiscard]] bool all_gone() const {
    return std::all_of(leaving_.begin(), leaving_.end(),
                       [](const auto& one) { return one->gone(); });
  }

  [[nodiscard]] std::uint64_t unreported() const {
    std::uint64_t results = 0;
    for (const auto& one : leaving_) results += one->unreported();
    return results;
  }

  [[nodiscard]] std::uint64_t next_id() override { return ++last_id_; }

  [[nodiscard]] bool claim(std::uint64_t instance) override {
    return served_.insert(instance).second;
  }

  [[nodiscard]] bool serves(std::uint64_t instance) const override {
    return served_.contains(instance);
  }

  void release(std::uint64_t instance) override {
    served_.erase(instance);
    for (const auto& [text, place] : places_) place->look_again(instance);
  }

  void reached(const client_place& place) override {
    for (const auto& name : names_) {
      if (stands_for(*name, place.where().text())) name->notice.over();
    }
  }

  void unreached(const client_place& place, std::string_view why) override {
    for (const auto& name : names_) {
      if (stands_for(*name, place.where().text())) say_waiting(*name, why);
    }
  }

  [[nodiscard]] bool still_wanted(client_place& place) override {
    const std::string text = place.where().text();
    const bool wanted = std::any_of(names_.begin(), names_.end(),
                                    [&](const auto& name) { return stands_for(*name, text); });
    if (!wanted) places_.erase(text);
    return wanted;
  }

 private:
  static bool stands_for(const name_state& name, const std::string& place) {
    return std::find(name.places.begin(), name.places.end(), place) != name.places.end();
  }

  [[nodiscard]] bool served(const name_state& name) const {
    return std::any_of(name.places.begin(), name.places.end(), [&](const std::string& text) {
      const auto found = places_.find(text);
      return found != places_.end() && found->second->serving();
    });
  }

  void say_waiting(name_state& name, std::string_view why) {
    if (served(name) || !name.notice.due(base::steady_ns())) return;
    base::log(base::log_level::info,
              fmt::format("waits for the topology at {}: {}", name.given.text(), why),
              {.topology = settings_.topology});
  }

  // One at a time: whatever a name server does, there are no more threads than names.
  void look_up(name_state& name) {
    name.next.at(base::steady_ns() + slow_lookup_ns,
                 [this, &name] { say_waiting(name, "its name is still being looked up"); });
    net::look_up(parts_.serving, name.given, settings_.ask,
                 [me = weak_from_this(), &name](const lookup_answer& found) {
                   if (const auto alive = me.lock()) alive->looked_up(name, found);
                 });
  }

  // A name that cannot be resolved now keeps what it stood for.
  void looked_up(name_state& name, const lookup_answer& found) {
    if (closed_) return;
    if (found.places.empty()) {
      ++name.tries;
      say_waiting(name, found.why);
    } else {
      name.tries = 0;
      name.places.clear();
    }
    for (const address& one : found.places) add(name, one);
    name.next.at(base::steady_ns() + pause_after(name), [this, &name] { look_up(name); });
  }

  [[nodiscard]] std::int64_t pause_after(const name_state& name) {
    const std::int64_t every = base::nanoseconds(settings_.resolve_every);
    const std::int64_t pause = served(name) ? every : std::min(lost_resolve_ns, every);
    return name.tries == 0 ? pause : base::reconnect_after_ns(name.tries, pause, dice_);
  }

  void add(name_state& name, const address& where) {
    const std::string text = where.text();
    name.places.push_back(text);
    if (places_.contains(text)) return;
    const std::string host = name.given.is_unix() ? "localhost" : name.given.host;
    const auto made = std::make_shared<client_place>(parts_, *this, where, host);
    places_.emplace(text, made);
    made->dial_now();
  }

  const client_settings settings_;
  const client_parts parts_;
  std::vector<std::unique_ptr<name_state>> names_;
  std::map<std::string, std::shared_ptr<client_place>> places_; // by their text
  std::set<std::uint64_t> served_;                              // topology processes
  std::vector<std::shared_ptr<client_place>> leaving_;
  std::minstd_rand dice_{std::random_device{}()};
  std::uint64_t last_id_ = 0;
  bool closed_ = false;
};

client::client(loop& serving, client_settings settings, base::chunk_pool& pool, client_owner& owner)
    : state_(std::make_shared<state>(serving, std::move(settings), pool, owner)) {}
client::~client() = default;

void client::start() {
  state_->start();
}

void client::close(std::string_view reason, std::int64_t until_ns) {
  state_->close(reason, until_ns);
}

bool client::all_gone() const {
  return state_->all_gone();
}

std::uint64_t client::unreported() const {
  return state_->unreported();
}

} // namespace tempest::net
