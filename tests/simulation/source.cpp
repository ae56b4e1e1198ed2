// The source's side: messages come in, outcomes go back, and what was not renewed is lost.
#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace tempest::simulation {

world::placed world::place(const std::string& payload, const std::string& id,
                           const std::string& key) {
  const std::size_t meta = key.empty() ? 0 : sizeof(engine::metadata) + sizeof(tempest_header);
  const std::size_t bytes = meta + key.size() + payload.size() + id.size();
  placed made;
  char* at = nullptr;
  if (chance(50)) {
    at = writer_.reserve(bytes);
    made.home = base::chunk_ref(writer_.current());
  } else {
    made.home = pool_.get(bytes, true);
    at = made.home.get()->bytes();
  }
  char* text = at + meta;
  const auto put = [&](const std::string& from) {
    std::memcpy(text, from.data(), from.size());
    text += from.size();
    return std::string_view(text - from.size(), from.size());
  };
  made.payload = put(payload);
  made.id = put(id);
  if (key.empty()) return made;
  const std::string_view stored = put(key);
  auto* described = new (at) engine::metadata;
  auto* header = new (at + sizeof(engine::metadata)) tempest_header;
  described->key = {stored.data(), stored.size()};
  *header = {described->key, described->key};
  described->headers = header;
  described->header_count = 1;
  described->bytes = 3 * stored.size();
  made.meta = described;
  return made;
}

void world::accept() {
  if (heart_->room() == 0 && !chance(10)) return;
  engine::incoming_batch batch;
  const std::uint64_t count = 1 + below(3);
  if (chance(60)) withdraw_lost(); // else some of it may be here twice for a while
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!calm_ && (broker_.waiting() == 0 || chance(50))) produce();
    if (broker_.waiting() == 0) break;
    const original from = broker_.hand_over(next_token_++, now_);
    const char* refused = !calm_ && chance(3) ? "too large" : nullptr;
    const placed made = place(from.payload, from.id, from.key);
    engine::incoming one;
    one.token = from.token;
    one.id = made.id;
    one.payload = made.payload;
    one.meta = made.meta;
    one.home = made.home.get();
    one.deliveries = from.deliveries;
    one.failures = from.failures;
    one.refused = refused;
    batch.messages.push_back(one);
    batch.chunks.push_back(made.home);
    oracle_.accept(from, refused != nullptr ? refused : "");
  }
  heart_->accept(batch, now_);
}

void world::produce() {
  original made;
  made.id = "id-" + std::to_string(next_text_++);
  made.payload = "in-" + made.id + std::string(below(40), '.');
  if (chance(40)) made.key = "key-" + std::to_string(next_text_++);
  if (chance(10)) made.deliveries = static_cast<std::uint32_t>(below(8));
  if (plan_.source.keeps_failures && chance(5)) {
    made.failures = static_cast<std::uint32_t>(below(4));
  }
  if (chance(4)) poison_[made.id] = static_cast<std::uint32_t>(below(plan_.oracle.tasks.size()));
  broker_.produce(made);
}

// A connection is cut, or consumers are balanced anew: messages go to somebody else, in time or
// not.
void world::trouble_the_source() {
  for (std::uint64_t i = 0; i < 1 + below(3); ++i) {
    broker_.take_back(next_token_ - std::min<std::uint64_t>(next_token_, 1 + below(40)));
  }
  if (chance(50)) withdraw_lost();
}

void world::talk_to_the_source() {
  broker_.others_work();
  if (chance(50)) tell_the_source(below(words_.size() + 1));
  if (chance(60)) renew_leases();
  if (chance(40)) withdraw_lost();
}

void world::tell_the_source(std::size_t words) {
  for (; words > 0; --words) {
    const word said = words_.front();
    words_.pop_front();
    said.how ? broker_.settled(said.token, *said.how) : broker_.failed(said.token, said.failures);
  }
  expect(broker_.complaint().empty(), broker_.complaint());
}

void world::renew_leases() {
  std::vector<std::uint64_t> open;
  heart_->open_tokens(open);
  std::sort(open.begin(), open.end());
  expect(open == oracle_.open_tokens(), "messages whose leases are to be renewed");
  broker_.extend(open, now_);
}

// Workers may hold parts of it, and its dead letter may be on its way.
void world::withdraw_lost() {
  std::vector<std::uint64_t> tokens = broker_.lost();
  if (tokens.empty()) return;
  if (chance(10)) tokens.push_back(next_token_); // one that never was
  for (const std::uint64_t token : tokens) oracle_.withdraw(token);
  std::erase_if(words_, [&](const word& said) {
    return std::find(tokens.begin(), tokens.end(), said.token) != tokens.end();
  });
  heart_->withdraw(tokens);
}

} // namespace tempest::simulation
