#include "runtime/conformance/driver/source_side.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>

#include "runtime/conformance/driver/interruption.hpp"
#include "runtime/conformance/driver/resources.hpp"

namespace tempest::conformance {
namespace {

std::int64_t deadline_in(std::int64_t wait_ms) {
  return base::steady_ns() + wait_ms * 1'000'000;
}

} // namespace

std::unique_ptr<side> make_source_side(const tempest_descriptor& descriptor) {
  return std::make_unique<source_side>(descriptor);
}

source_side::source_side(const tempest_descriptor& descriptor)
    : side(descriptor),
      functions_(static_cast<const tempest_source_functions*>(descriptor.functions)) {
  table_.size = sizeof table_;
  table_.self = this;
  table_.push = [](void* self, const tempest_source_message* first, std::size_t count,
                   std::size_t stride) {
    static_cast<source_side*>(self)->on_push(first, count, stride);
  };
  table_.settled = [](void* self, const std::uint64_t* tokens, std::size_t count,
                      std::uint32_t outcome, std::uint32_t result) {
    static_cast<source_side*>(self)->on_settled(tokens, count, outcome, result);
  };
  table_.withdraw = [](void* self, const std::uint64_t* tokens, std::size_t count) {
    static_cast<source_side*>(self)->on_withdraw(tokens, count);
  };
}

source_side::~source_side() {
  destroy();
}

std::optional<json> source_side::own_answer(const std::string& what, const json& request) {
  json made = json::object();
  if (what == "connect") {
    made = connect(request);
  } else if (what == "poll") {
    made = poll(request);
  } else if (what == "settle") {
    made = settle(request);
  } else if (what == "drain") {
    made = drain(request);
  } else if (what == "idle") {
    made = idle(request);
  } else if (what == "close") {
    made = close(request);
  } else if (what == "extend" && functions_->extend != nullptr) {
    const auto tokens = request.at("tokens").get<std::vector<std::uint64_t>>();
    call("extend", [&] { functions_->extend(source_, tokens.data(), tokens.size()); });
  } else if (what == "failed" && TEMPEST_HAS(functions_, tempest_source_functions, failed) &&
             functions_->failed != nullptr) {
    const auto tokens = request.at("tokens").get<std::vector<std::uint64_t>>();
    const auto counts = request.at("counts").get<std::vector<std::uint32_t>>();
    call("failed",
         [&] { functions_->failed(source_, tokens.data(), counts.data(), tokens.size()); });
  } else if (what == "interrupt") {
    call("interrupt", [&] { functions_->interrupt(source_); });
  } else if (what == "healthy") {
    int good = 0;
    call("healthy", [&] { good = functions_->healthy(source_, error_.get()); });
    made = verdict_of(good != 0);
  } else if (what == "destroy") {
    destroy();
  } else if (what != "traits") { // those are told with every answer
    return std::nullopt;
  }
  tell(made);
  return made;
}

std::string source_side::create(const tempest_options* options) {
  traits_ = {};
  traits_.size = sizeof traits_;
  call("traits", [&] { functions_->traits(options, &traits_); });
  call("create", [&] { source_ = functions_->create(&host_, &table_, options, error_.get()); });
  return source_ != nullptr ? std::string() : error_.text();
}

json source_side::connect(const json& request) {
  int good = 0;
  return interruptible(request, [&] {
    call("connect", [&] { good = functions_->connect(source_, error_.get()); });
    return verdict_of(good != 0);
  });
}

// Has it interrupted from another thread meanwhile, if that is asked.
json source_side::interruptible(const json& request, const std::function<json()>& work) {
  const auto after_us = request.value("interrupt_after_us", std::int64_t{0});
  if (after_us == 0) return work();
  interruption other(after_us * 1000, [this] { functions_->interrupt(source_); });
  json made = work();
  const std::int64_t returned_ns = base::steady_ns();
  say_entering("interrupt"); // which another thread may still be in
  other.finish(returned_ns);
  made["interrupted_us"] = other.took_ns / 1000;
  made["excused_us"] = other.excused_ns / 1000;
  return made;
}

int source_side::poll_once(std::size_t messages, std::size_t bytes, std::int64_t wait_ms) {
  pushed_ = pushed_bytes_ = 0;
  int status = TEMPEST_POLL_UNAVAILABLE;
  call("poll", [&] {
    status = functions_->poll(source_, messages, bytes, deadline_in(wait_ms), error_.get());
  });
  if (status < TEMPEST_POLL_OK || status > TEMPEST_POLL_MORE) {
    offences_.say("poll returned " + std::to_string(status) + ", which is no tempest_poll_status");
  }
  return status;
}

json source_side::poll(const json& request) {
  return interruptible(request, [&] {
    const std::int64_t held_up = held_up_ns();
    const int status =
        poll_once(request.at("messages"), request.at("bytes"), request.at("wait_ms"));
    const std::int64_t excused_us = (held_up_ns() - held_up) / 1000;
    json made = verdict_of(status != TEMPEST_POLL_UNAVAILABLE);
    made["status"] = status;
    made["excused_us"] = excused_us;
    made["pushed"] = pushed_;
    made["pushed_bytes"] = pushed_bytes_;
    return made;
  });
}

json source_side::settle(const json& request) {
  const auto tokens = request.at("tokens").get<std::vector<std::uint64_t>>();
  const auto outcomes = request.at("outcomes").get<std::vector<std::uint8_t>>();
  settle_now(tokens, outcomes);
  return json::object();
}

void source_side::settle_now(const std::vector<std::uint64_t>& tokens,
                             const std::vector<std::uint8_t>& outcomes) {
  for (std::size_t i = 0; i < tokens.size(); ++i) settling_[tokens[i]] = outcomes[i];
  call("settle",
       [&] { functions_->settle(source_, tokens.data(), outcomes.data(), tokens.size()); });
}

// Reads and acknowledges so many, here: their way to the kit would take longer than they do. Each
// counts once, however often it comes.
json source_side::drain(const json& request) {
  const auto wanted = request.at("count").get<std::size_t>();
  const auto patience_ms = request.at("patience_ms").get<std::int64_t>();
  draining_.begin(request);
  const std::size_t& read = draining_.came;
  std::size_t peak = 0;
  std::int64_t limit = deadline_in(patience_ms);
  bool there = true;
  keeps_messages_ = false;
  while (there && !draining_.is_bad() && (read < wanted || !settling_.empty()) &&
         base::steady_ns() < limit) {
    const std::size_t before = read + draining_.confirmed;
    const std::size_t room =
        std::min(wanted - std::min(wanted, read), request.at("messages").get<std::size_t>());
    there = poll_once(room, request.at("bytes"), request.at("wait_ms")) != TEMPEST_POLL_UNAVAILABLE;
    peak = std::max(peak, heap_bytes());
    fresh_.insert(fresh_.end(), again_.begin(), again_.end());
    again_.clear();
    if (!fresh_.empty()) {
      settle_now(fresh_, std::vector<std::uint8_t>(fresh_.size(), TEMPEST_ACK));
      fresh_.clear();
    }
    if (read + draining_.confirmed != before) limit = deadline_in(patience_ms);
  }
  keeps_messages_ = true;
  answers_ = json::array();
  json made{{"ok", there && read >= wanted && settling_.empty()},
            {"read", read},
            {"confirmed", draining_.confirmed},
            {"error", there ? "" : error_.text()},
            {"peak", peak}};
  if (draining_.stranger) made["stranger"] = *draining_.stranger;
  if (draining_.again) made["again"] = *draining_.again;
  return made;
}

void source_side::drained::begin(const json& request) {
  came = confirmed = 0;
  compares = request.contains("filled");
  if (!compares) return;
  filled = filled_messages(request.at("filled").get<std::vector<filled_messages::range>>());
  had.resize(filled.last() + 1);
  gone.resize(filled.last() + 1);
}

void source_side::drained::count(std::uint64_t token, std::string_view payload) {
  if (!compares) {
    ++came;
  } else if (const auto number = filled.find(payload); !number) {
    stranger = payload;
  } else {
    if (gone[*number]) again = payload;
    if (!had[*number]) ++came;
    had[*number] = true;
    numbers[token] = *number;
  }
}

void source_side::drained::confirm(std::uint64_t token) {
  const auto number = numbers.find(token);
  if (number == numbers.end()) return;
  if (!gone[number->second]) ++confirmed;
  gone[number->second] = true;
  numbers.erase(number);
}

json source_side::idle(const json& request) {
  const std::int64_t end = deadline_in(request.at("for_ms"));
  const json before = resources();
  std::size_t polls = 0;
  int status = TEMPEST_POLL_OK;
  while (base::steady_ns() < end && status == TEMPEST_POLL_OK) {
    status = poll_once(100, 1'000'000, 1000);
    ++polls;
  }
  const json after = resources();
  json made{{"polls", polls}};
  for (const char* const what : {"cpu_us", "wanted_us"}) {
    made[what] = after.at(what).get<std::int64_t>() - before.at(what).get<std::int64_t>();
  }
  return made;
}

json source_side::close(const json& request) {
  call("close", [&] { functions_->close(source_, deadline_in(request.at("wait_ms"))); });
  return verdict_of(true);
}

void source_side::destroy() {
  if (source_ == nullptr) return;
  call("destroy", [&] { functions_->destroy(source_); });
  source_ = nullptr;
  open_.clear();
  settling_.clear();
  ids_.clear();
  draining_ = {};
  ever_.clear(); // tokens are unique for the life of an instance
}

void source_side::tell(json& into) {
  into["messages"] = std::exchange(messages_, json::array());
  into["answers"] = std::exchange(answers_, json::array());
  into["withdrawn"] = std::exchange(withdrawn_, json::array());
  into["guarantee"] = traits_.guarantee;
  into["lease_ms"] = traits_.lease_ms;
  into["counts_deliveries"] = traits_.counts_deliveries != 0;
  into["renews"] = functions_->extend != nullptr;
  fresh_.clear();
  again_.clear();
}

void source_side::on_push(const tempest_source_message* first, std::size_t count,
                          std::size_t stride) {
  offences_.check("push", {"poll"});
  const auto* at = reinterpret_cast<const char*>(first);
  for (std::size_t i = 0; i < count; ++i, at += stride) {
    tempest_source_message one{}; // an older plugin knows fewer fields
    std::memcpy(&one, at, std::min(stride, sizeof one));
    note(one);
  }
}

void source_side::note(const tempest_source_message& message) {
  ++pushed_;
  pushed_bytes_ += base::view(message.payload).size();
  std::string id(base::view(message.id));
  if (id.empty()) offences_.say("push was given a message without id");
  if (message.deliveries == 0) offences_.say("push was given a message with deliveries = 0");
  if (keeps_messages_ && !ever_.insert(message.token).second) {
    offences_.say("push was given a token that it was given before");
  }
  if (!id.empty() && !ids_.emplace(id, message.token).second) {
    offences_.say("push was given a message that is still open under another token");
  }
  fresh_.push_back(message.token);
  if (!keeps_messages_) {
    draining_.count(message.token, base::view(message.payload));
  } else {
    messages_.push_back({{"token", message.token},
                         {"id", id},
                         {"payload", std::string(base::view(message.payload))},
                         {"deliveries", message.deliveries},
                         {"failures", message.failures}});
  }
  open_[message.token] = std::move(id);
}

void source_side::on_settled(const std::uint64_t* tokens, std::size_t count, std::uint32_t outcome,
                             std::uint32_t result) {
  offences_.check("settled", {"poll", "settle", "connect", "close"});
  if (result < TEMPEST_SETTLED_OK || result > TEMPEST_SETTLED_GONE) {
    offences_.say("settled was given " + std::to_string(result) + ", which is no tempest_settled");
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto asked = settling_.find(tokens[i]);
    if (asked == settling_.end()) {
      offences_.say("settled was given a token that was not to be settled, or was answered");
      continue;
    }
    if (asked->second != outcome) {
      offences_.say("settled was given another outcome than settle");
    }
    settling_.erase(asked);
    answers_.push_back({tokens[i], outcome, result});
    if (result == TEMPEST_SETTLED_RETRY) {
      again_.push_back(tokens[i]); // the host settles it again
      continue;
    }
    if (outcome == TEMPEST_ACK && result == TEMPEST_SETTLED_OK) draining_.confirm(tokens[i]);
    const auto was = open_.find(tokens[i]);
    if (was == open_.end()) continue;
    ids_.erase(was->second);
    open_.erase(was);
  }
}

void source_side::on_withdraw(const std::uint64_t* tokens, std::size_t count) {
  offences_.check("withdraw", {"poll", "connect", "close"});
  for (std::size_t i = 0; i < count; ++i) {
    const auto was = open_.find(tokens[i]);
    if (was == open_.end() || settling_.contains(tokens[i])) {
      offences_.say(was == open_.end()
                        ? "withdraw was given a token that is not open"
                        : "withdraw was given a token that is being settled: settled answers it");
      if (was == open_.end()) continue;
    }
    withdrawn_.push_back(tokens[i]);
    ids_.erase(was->second);
    open_.erase(was);
    settling_.erase(tokens[i]);
  }
}

} // namespace tempest::conformance
