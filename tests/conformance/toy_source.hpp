// A source over a toy queue, sound unless its option `flaw` names what is wrong with it.
#pragma once

#include <tempest/source.hpp>
#include <tempest/source_pause.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/conformance/toy_link.hpp"
#include "tests/conformance/toy_queue.hpp"

namespace toys {

class toy_source {
 public:
  explicit toy_source(tempest::source_context& context)
      : context_(context),
        flaw_(context.get<std::string>("flaw")),
        folder_(context.get<std::string>("folder")),
        lease_ms_(context.get<std::chrono::milliseconds>("lease").count()),
        link_(context.get<std::string>("broker"), folder_ + "/starts"),
        me_(std::random_device{}() | 1u) {
    if (has("breaks on an empty option") && context.get<std::string>("word").empty()) std::abort();
    refuse_a_wrong_word(context.get<std::string>("word"), flaw_);
    if (has("connects at once")) link_.connect();
  }
  ~toy_source() {
    if (has("leaves a thread")) std::thread([] { ::pause(); }).detach();
    if (has("leaves a process")) leave_process();
    if (has("leaves a process of its own group")) leave_orphan();
    if (has("leaves a file")) static_cast<void>(::dup(0));
  }

  static tempest::source_traits traits(const tempest::options& given) {
    return {tempest::guarantee::at_least_once, true, given.get<std::chrono::milliseconds>("lease")};
  }

  void connect() {
    link_.connect();
    if (has("loses what is open at a new connection")) lose_all();
  }

  tempest::poll_status poll(std::size_t most, std::size_t bytes, tempest::deadline until) {
    if (has("crashes")) std::abort();
    if (has("hangs") || (has("hangs after many") && messages_ > 1000)) ::pause();
    if (has("prints without end")) { // but does not fill the disk where nobody ends it
      for (int i = 0; i < 30; ++i) print(STDERR_FILENO);
      ::pause();
    }
    if (has("prints much")) print(STDOUT_FILENO);
    if (!has("never notices")) ask();
    answer();
    give_up_lost();
    if (has("holds the backlog")) hoard();
    ++polls_;
    if (has("is late") || (has("is late now and then") && polls_ % 10 == 0))
      until += std::chrono::milliseconds(200);
    while (most > 0) {
      if (take(has("takes no limit of messages") ? most + 1 : most,
               has("takes no limit of bytes") ? SIZE_MAX : bytes)) {
        if (has("ends early")) return tempest::poll_status::end;
        break;
      }
      const auto next = std::min(until, std::chrono::steady_clock::now() + pause());
      if (wait(next) || next == until) break;
    }
    return tempest::poll_status::ok;
  }

  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes) {
    if (has("hangs in settle")) ::pause();
    for (std::size_t i = 0; i < tokens.size(); ++i) waiting_.push_back({tokens[i], outcomes[i]});
    settled_ms_ = now_ms();
  }
  void extend(std::span<const std::uint64_t> tokens) {
    if (has("never renews")) return;
    queue broker(folder_);
    broker.changed = true;
    for (const std::uint64_t one : tokens) {
      entry& at = broker.at(open_.at(one));
      if (at.owner == me_) at.until_ms = now_ms() + lease_ms_;
      if (at.owner != me_) lost_.insert(one);
    }
  }
  void failed(std::span<const std::uint64_t> tokens, std::span<const std::uint32_t> failures) {
    if (has("forgets failures")) return;
    queue broker(folder_);
    broker.changed = true;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      broker.at(open_.at(tokens[i])).failures = failures[i];
    }
  }
  void interrupt() noexcept {
    if (has("hangs in interrupt")) ::pause();
    if (!has("is deaf")) pause_.interrupt();
    if (!has("is deaf while it connects")) link_.interrupt();
  }
  bool healthy(std::string& reason) const {
    if (has("is unhealthy while idle") && messages_ == 0) return false;
    if (has("does not say why")) return !noticed_;
    if (!link_.good()) reason = "the toy's broker is away";
    return link_.good() || has("never notices");
  }
  void close(tempest::deadline until) {
    if (has("lingers")) std::this_thread::sleep_until(until + std::chrono::milliseconds(500));
    if (has("lingers in silence")) await_answer(until + std::chrono::milliseconds(500));
    if (!has("leaves settlements unanswered")) answer();
    queue broker(folder_);
    broker.changed = true;
    for (std::size_t place = broker.begin(); place < broker.end(); ++place) {
      entry& one = broker.at(place);
      if (one.owner == me_) one.owner = 0;
    }
    link_.close();
  }

 private:
  static constexpr unsigned orphan_life_s = 20; // nobody else ends it

  struct settlement {
    std::uint64_t token;
    tempest::outcome outcome;
  };

  [[nodiscard]] bool has(std::string_view flaw) const { return flaw_ == flaw; }
  [[nodiscard]] std::chrono::milliseconds pause() const {
    return std::chrono::milliseconds(has("never rests") ? 0 : 10);
  }
  // Whether it was interrupted.
  bool wait(tempest::deadline until) {
    if (has("is deaf now and then")) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    if (!has("is deaf")) return pause_.wait(until);
    std::this_thread::sleep_until(until);
    return false;
  }

  static void print(int where) {
    const std::string much(std::size_t{8} << 20, '\n');
    static_cast<void>(::write(where, much.data(), much.size()));
  }
  static void leave_process() {
    if (::fork() == 0) ::pause();
  }
  // As daemons do: its parent has ended, and it belongs to no group that we know.
  static void leave_orphan() {
    const pid_t between = ::fork();
    if (between != 0) {
      ::waitpid(between, nullptr, 0);
      return;
    }
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    ::alarm(orphan_life_s);
    for (;;) ::pause();
  }
  void await_answer(tempest::deadline until) {
    try {
      link_.ask();
    } catch (const std::exception&) {
      std::this_thread::sleep_until(until);
    }
  }

  void ask() try { link_.ask(); } catch (const std::exception&) {
    noticed_ = true;
    if (!has("does not say why")) throw;
  }

  // What another has taken over, as the last renewal showed.
  void give_up_lost() {
    for (const std::uint64_t one : std::exchange(lost_, {})) {
      if (has("never withdraws") || open_.erase(one) == 0) continue;
      context_.withdraw({&one, 1});
    }
  }

  bool take(std::size_t most, std::size_t bytes) {
    if (has("reads from its first connection only") && link_.connections() > 1) return false;
    queue broker(folder_);
    std::vector<tempest::source_message> batch;
    std::deque<std::string> ids;
    std::deque<std::string> payloads;
    std::size_t size = 0;
    for (std::size_t i = broker.begin(); i < broker.end() && batch.size() < most; ++i) {
      entry& one = broker.at(i);
      const bool held = one.owner != 0 && now_ms() < one.until_ms;
      if (one.gone || held || (one.owner == me_ && !has("claims its own"))) continue;
      if (!batch.empty() && size + one.length > bytes) break;
      size += one.length;
      one.owner = me_;
      one.until_ms = now_ms() + lease_ms_;
      if (has("acknowledges what it reads")) one.gone = true;
      broker.changed = true;
      tempest::source_message& made = batch.emplace_back();
      made = {};
      made.token = has("repeats tokens") ? i + 1 : ++tokens_;
      made.id = tempest::impl::slice(ids.emplace_back(std::to_string(i)));
      made.payload = tempest::impl::slice(payloads.emplace_back(damaged(broker.payload(i))));
      made.failures = one.failures;
      made.deliveries = ++one.deliveries;
      if (has("counts no deliveries")) made.deliveries = 1;
      if (has("counts from two")) ++made.deliveries;
      open_[made.token] = i;
      if (has("leaks")) leaked_.emplace_back(100, 'x');
      if (has("leaks into a table")) table_.emplace_back();
    }
    messages_ += batch.size();
    if (has("pushes from a thread")) {
      std::thread([&] { context_.push(batch); }).join();
    } else if (!batch.empty()) {
      context_.push(batch);
    }
    return !batch.empty();
  }

  // As it hands it out, if that is what is wrong with it.
  std::string damaged(std::string payload) {
    constexpr std::size_t cut_at = 60;
    constexpr std::size_t late = 2000;
    const std::size_t number = ++read_;
    if (has("cuts what is long") && payload.size() > cut_at) payload.resize(cut_at);
    if (has("changes the last byte") && payload.ends_with('.')) payload.back() = '!';
    if (has("changes one of many") && number == late + 1) payload.back() = '!';
    if (has("gives one in place of another") && number % late == 0) return former_;
    return former_ = std::move(payload);
  }

  void answer() {
    if (waiting_.empty()) return;
    if (has("confirms late, as it may") && now_ms() < settled_ms_ + 300) return;
    queue broker(folder_);
    broker.changed = true;
    for (const settlement& one : waiting_) {
      entry& at = broker.at(open_.at(one.token));
      const bool mine =
          at.owner == me_ || has("acknowledges late") || has("acknowledges what it reads");
      const bool acks = one.outcome == tempest::outcome::ack;
      const bool rarely = has("forgets one of many") || has("hands out one of many again");
      const bool forgets =
          has("forgets acknowledgements") || (acks && rarely && ++acknowledged_ % 700 == 0);
      const bool loses = one.outcome == tempest::outcome::fail && has("loses what failed");
      if (mine && acks && !forgets) at.gone = true;
      if (forgets && has("hands out one of many again")) at.owner = 0;
      if (mine && loses) at.gone = true;
      if (mine && !acks && !has("keeps what is given back")) at.owner = 0;
      open_.erase(one.token);
      context_.settled(one.token, one.outcome,
                       mine ? tempest::settled::ok : tempest::settled::gone);
      if (has("answers twice")) context_.settled(one.token, one.outcome, tempest::settled::ok);
    }
    waiting_.clear();
  }

  void lose_all() {
    queue broker(folder_);
    broker.changed = true;
    for (auto at = open_.begin(); at != open_.end();) {
      const std::uint64_t token = at->first;
      const bool waits = std::ranges::find(waiting_, token, &settlement::token) != waiting_.end();
      if (!waits) broker.at(at->second).gone = true;
      if (!waits) context_.withdraw({&token, 1});
      at = waits ? std::next(at) : open_.erase(at);
    }
  }
  void hoard() {
    hoard_.clear();
    queue broker(folder_);
    for (std::size_t place = broker.begin(); place < broker.end(); ++place) {
      if (!broker.at(place).gone) hoard_.push_back(broker.payload(place));
    }
  }

  tempest::source_context& context_;
  const std::string flaw_;
  const std::string folder_;
  const std::int64_t lease_ms_;
  link link_;
  const std::uint64_t me_;
  tempest::source_pause pause_;
  std::uint64_t tokens_ = 0;
  std::size_t messages_ = 0;
  std::size_t polls_ = 0;
  std::size_t read_ = 0;         // payloads
  std::size_t acknowledged_ = 0; // answers
  std::string former_{};         // the last that was read
  std::int64_t settled_ms_ = 0;
  bool noticed_ = false;                      // that the broker is away
  std::map<std::uint64_t, std::size_t> open_; // token -> place in the queue
  std::vector<settlement> waiting_;
  std::set<std::uint64_t> lost_;
  std::vector<std::string> leaked_;
  std::vector<std::array<char, 64>> table_; // grows in steps
  std::vector<std::string> hoard_;
};

} // namespace toys
