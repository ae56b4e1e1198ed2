// How a consumer reaches its server and its group, at first and again.
#include <algorithm>

#include "plugins/redis/command.hpp"
#include "plugins/redis/stream/consumer.hpp"
#include "plugins/redis/stream/scripts.hpp"

namespace redis::stream {

void consumer::connect() {
  hang_up();
  try {
    control_.link.open(wake_, settings_.timeout);
    reader_.link.open(wake_, settings_.timeout);
    append_command(reader_.link.out(), std::string_view("CLIENT"), std::string_view("ID"));
    reply id;
    reader_.link.call(id, wake_, settings_.timeout);
    reader_id_ = id.root().type == reply_type::integer ? id.root().integer : 0;
    const bool made = make_group(known_group_ ? "0" : settings_.starting_id);
    // Without acknowledgements what is in hand is nobody else's, whatever becomes of the group.
    if (made && known_group_ && settings_.acknowledge) group_lost();
    known_group_ = true;
    expect_rights();
    if (settings_.acknowledge) verify_in_hand();
    if (!settings_.siblings.empty()) sweep();
    ask_lag();
  } catch (...) {
    hang_up();
    throw;
  }
  in_history_ = settings_.acknowledge;
  own_cursor_ = {};
  const steady::time_point now = steady::now();
  last_renew_ = now;
  next_renew_ = now + settings_.lease / 3;
  next_claim_ = now;
  paced_until_ = now;
}

// What was sent and not answered is sent again later; what was asked is asked again.
void consumer::drop(channel& on) {
  on.link.close();
  for (expectation& lost : on.expected) {
    if (lost.what == expecting::ack) {
      for (const token of : lost.tokens) {
        if (holding_slot* const slot = ledger_.find(of)) slot->repeated = true;
      }
      acks_.insert(acks_.end(), lost.tokens.begin(), lost.tokens.end());
    } else if (lost.what == expecting::handled) {
      suspect(lost);
    } else if (lost.what == expecting::release) {
      releases_.insert(releases_.end(), lost.tokens.begin(), lost.tokens.end());
    }
  }
  on.expected.clear();
  if (&on == &reader_) {
    reads_ = 0;
    asked_ = 0;
    more_waits_ = false;
  }
}

void consumer::hang_up() {
  drop(reader_);
  drop(control_);
  renewing_.clear();
  renewed_ = 0;
  renew_outstanding_ = false;
  claims_ = 0;
  claim_cursor_ = {};
  limits_asked_ = false;
  too_large_.clear();
  for (handler_state& one : handler_states_) one.rests_until = {};
}

void consumer::call(reply& into) {
  control_.link.call(into, wake_, settings_.timeout);
}

// Returns whether the group was missing. A full server refuses to make it before it looks whether
// it is there; all else that reading and settling need it does.
bool consumer::make_group(const std::string& starting_id) {
  append_command(control_.link.out(), std::string_view("XGROUP"), std::string_view("CREATE"),
                 settings_.key, settings_.group, starting_id, std::string_view("MKSTREAM"));
  reply made;
  call(made);
  if (!made.is_error()) return true;
  if (made.error().starts_with("BUSYGROUP")) return false;
  if (connection::is_full(made.error()) && has_group()) return false;
  throw unavailable(explain(made.error()));
}

// Asks in a way that needs no right of its own: a server looks for the group before it looks at the
// id that a read begins behind.
bool consumer::has_group() {
  append_fruitless_read();
  reply answer;
  call(answer);
  return !answer.is_error() || !answer.error().starts_with("NOGROUP");
}

void consumer::append_fruitless_read() {
  append_command(control_.link.out(), std::string_view("XREADGROUP"), std::string_view("GROUP"),
                 settings_.group, settings_.name, std::string_view("STREAMS"), settings_.key,
                 std::string_view("no id"));
}

// The server looks at the rights before anything else, so commands that do nothing tell which are
// missing. Else a source that can never read would be reached again and again.
void consumer::expect_rights() {
  const std::string& key = settings_.key;
  const std::string& group = settings_.group;
  const std::string_view none = "0-0"; // no entry can have this id
  std::string& out = control_.link.out();
  append_fruitless_read();
  std::size_t asked = 1;
  if (settings_.acknowledge) {
    append_command(out, std::string_view("XACK"), key, group, none);
    append_command(out, std::string_view("XPENDING"), key, group, none, none,
                   std::string_view("1"));
    append_command(out, std::string_view("XRANGE"), key, none, none);
    append_command(out, std::string_view("XCLAIM"), key, group, settings_.name,
                   std::string_view("0"), none, std::string_view("JUSTID"));
    append_command(out, std::string_view("EVAL"), std::string_view("return 0"),
                   std::string_view("1"), key);
    asked += 5;
  }
  std::string denied;
  for (reply answer; asked > 0; --asked) {
    call(answer);
    if (answer.is_error() && denied.empty() && connection::is_denied(answer.error())) {
      denied = explain(answer.error());
    }
  }
  if (!denied.empty()) throw unavailable(denied);
}

std::string consumer::explain(std::string_view error) const {
  return control_.link.explain(error) + "; it concerns the key '" + settings_.key +
         "' and the group '" + settings_.group + "'";
}

// The group vanished while we were connected. Answers that are still on their way do not mix with
// a new call: the host connects again, and connect() makes the group.
void consumer::recreate_group(std::string_view error) {
  throw unavailable(explain(error) + ", which is made again from the stream's first entry on");
}

// Whoever deleted the group (or flushed the database) took back what was in hand.
void consumer::group_lost() {
  to_.log(severity::warn, "the group '" + settings_.group + "' of the stream '" + settings_.key +
                              "' was gone and was made again from the stream's first entry on");
  left_.clear();
  std::vector<token> all;
  std::vector<token> open;
  ledger_.tokens(all);
  for (const token of : all) {
    const holding state = ledger_.find(of)->state;
    if (state == holding::open) open.push_back(of);
    if (state != holding::settling) ledger_.erase(of);
  }
  const auto answer_gone = [this](std::vector<token>& queue, outcome of) {
    std::erase_if(queue, [this](token one) { return ledger_.find(one) == nullptr; });
    for (const token one : queue) ledger_.erase(one);
    if (!queue.empty()) to_.settled(queue, of, confirmation::gone);
    queue.clear();
  };
  answer_gone(acks_, outcome::ack);
  answer_gone(releases_, outcome::give_back);
  if (!open.empty()) to_.withdrawn(open);
}

// After a reconnect: the server may have lost its last seconds, or others may have claimed.
void consumer::verify_in_hand() {
  std::vector<token> all;
  ledger_.tokens(all);
  std::erase_if(all, [this](token of) { return !is_kept(*ledger_.find(of)); });
  for (std::size_t from = 0; from < all.size(); from += hold_chunk) {
    std::vector<token> chunk(
        all.begin() + static_cast<std::ptrdiff_t>(from),
        all.begin() + static_cast<std::ptrdiff_t>(std::min(from + hold_chunk, all.size())));
    const boot_clock::time_point now = boot_clock::now();
    append_hold(control_.link.out(), chunk, milliseconds(0));
    reply answer;
    call(answer);
    held(chunk, answer, now);
  }
}

// Killed processes, as of containers without a volume, leave a consumer each: without this their
// list would grow for ever. It is a courtesy: a user without the rights for it reads as well.
void consumer::sweep() {
  command(control_.link.out(), 7)
      .text("EVAL")
      .text(sweep_script)
      .number(1)
      .text(settings_.key)
      .text(settings_.group)
      .text(settings_.siblings)
      .number(settings_.sibling_gone.count());
  expect(control_, expecting::nothing);
}

} // namespace redis::stream
