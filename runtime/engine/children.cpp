// Outputs become deliveries to the children of their task.
#include <algorithm>

#include "runtime/engine/engine.hpp"

namespace tempest::engine {
namespace {

// The bytes of one output, wherever they lie.
struct content {
  std::string_view payload;
  const metadata* meta;
  base::chunk* home;
  base::chunk* meta_home; // nullptr: meta lies in home, or there is none
};

content content_of(const delivery_slot& parent, const output& from) {
  content made{from.forwards ? parent.payload : from.payload, parent.meta,
               from.forwards ? parent.home : from.home, nullptr};
  base::chunk* meta_chunk = parent.meta_home != nullptr ? parent.meta_home : parent.home;
  if (from.meta != nullptr) {
    made.meta = from.meta;
    meta_chunk = from.home;
  }
  if (made.meta != nullptr && meta_chunk != made.home) made.meta_home = meta_chunk;
  return made;
}

void put(delivery_slot& child, const content& bytes) {
  child.payload = bytes.payload;
  child.meta = bytes.meta;
  child.home = bytes.home;
  child.meta_home = bytes.meta_home;
}

} // namespace

// Every output goes to every child. The last of them takes over the slot of its parent, which has
// nothing more to do: so the account owes all of the children before it is rid of the parent.
void engine::add_children(std::uint32_t parent, const output* outputs, std::uint32_t count) {
  const std::vector<task_id>& children = settings_.tasks[deliveries_[parent].task].children;
  const std::uint32_t last = count - 1;
  for (std::uint32_t ordinal = 0; ordinal < count; ++ordinal) {
    const std::size_t others = children.size() - (ordinal == last ? 1 : 0);
    for (std::size_t i = 0; i < others; ++i) {
      add_child(deliveries_[parent], children[i], outputs[ordinal], ordinal);
    }
  }
  become_child(parent, deliveries_[parent], children.back(), outputs[last], last);
}

void engine::add_child(const delivery_slot& parent, task_id task, const output& from,
                       std::uint32_t ordinal) {
  const std::uint32_t slot = new_delivery(parent.account, task);
  delivery_slot& child = deliveries_[slot];
  put(child, content_of(parent, from));
  holds_.hold(child.home);
  holds_.hold(child.meta_home);
  std::copy_n(parent.path, parent.path_length, child.path);
  child.path[parent.path_length] = ordinal;
  child.path_length = parent.path_length + 1;
  enqueue_new(slot, child, accounts_[parent.account]);
}

void engine::become_child(std::uint32_t slot, delivery_slot& delivery, task_id task,
                          const output& from, std::uint32_t ordinal) {
  if (!from.forwards || from.meta != nullptr) replace_content(delivery, from);
  const account_slot& account = accounts_[delivery.account];
  delivery.task = task;
  delivery.attempt = first_attempt(account, task);
  delivery.path[delivery.path_length++] = ordinal;
  enqueue_new(slot, delivery, account);
}

void engine::replace_content(delivery_slot& delivery, const output& from) {
  const content bytes = content_of(delivery, from);
  holds_.hold(bytes.home);
  holds_.hold(bytes.meta_home);
  holds_.drop(delivery.home);
  holds_.drop(delivery.meta_home);
  put(delivery, bytes);
  delivery.own_copy = false;
}

} // namespace tempest::engine
