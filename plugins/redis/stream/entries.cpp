#include "plugins/redis/stream/entries.hpp"

#include <algorithm>

namespace redis::stream {

namespace {

// Walks nodes in their order and notices when one is not what it should be.
class walk {
 public:
  explicit walk(const reply& from, std::size_t at = 0) : from_(from), at_(at) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] std::size_t at() const { return at_; }
  const reply_node* next() {
    if (at_ >= from_.size()) {
      good_ = false;
      return nullptr;
    }
    return &from_.at(at_++);
  }
  // The number of elements; 0 for nil and for what is no array.
  std::uint32_t array() {
    const reply_node* const node = next();
    if (node == nullptr || node->type == reply_type::nil) return 0;
    if (node->type != reply_type::array) good_ = false;
    return good_ ? node->elements : 0;
  }
  std::string_view text() {
    const reply_node* const node = next();
    if (node == nullptr || node->type != reply_type::string) {
      good_ = false;
      return {};
    }
    return from_.text(*node);
  }
  stream_id id() {
    const std::optional<stream_id> parsed = parse_id(text());
    good_ = good_ && parsed.has_value();
    return parsed.value_or(stream_id{});
  }
  std::int64_t integer() {
    const reply_node* const node = next();
    if (node == nullptr || node->type != reply_type::integer) {
      good_ = false;
      return 0;
    }
    return node->integer;
  }
  void skip() {
    if (at_ >= from_.size()) {
      good_ = false;
    } else {
      at_ = from_.after(at_);
    }
  }

 private:
  const reply& from_;
  std::size_t at_;
  bool good_ = true;
};

// One [id, [name, value, ...]]; nil instead of the entry or its fields means deleted.
bool find_entry(const reply& from, walk& nodes, entries& into) {
  const std::uint32_t parts = nodes.array();
  if (parts == 0) return nodes.good();
  entry one;
  one.id_node = static_cast<std::uint32_t>(nodes.at());
  one.id = nodes.id();
  if (!nodes.good() || parts != 2 || nodes.at() >= from.size()) return false;
  if (from.at(nodes.at()).type == reply_type::nil) {
    nodes.next();
    into.deleted.push_back(one.id);
    return true;
  }
  const std::uint32_t texts = nodes.array();
  if (!nodes.good() || texts % 2 != 0 || texts > from.size() - nodes.at()) return false;
  one.first_field = static_cast<std::uint32_t>(nodes.at());
  one.fields = texts / 2;
  for (std::uint32_t i = 0; i < texts; ++i) {
    const reply_node* const node = nodes.next();
    if (node->type != reply_type::string) return false;
    one.bytes += node->length;
  }
  into.found.push_back(one);
  return true;
}

bool find_list(const reply& from, walk& nodes, entries& into) {
  const std::uint32_t count = nodes.array();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!find_entry(from, nodes, into)) return false;
  }
  return nodes.good();
}

// [id, consumer, idle, deliveries] of each.
bool find_rows(walk& nodes, std::vector<pending_entry>& into) {
  const std::uint32_t count = nodes.array();
  for (std::uint32_t i = 0; i < count && nodes.good(); ++i) {
    if (nodes.array() != 4) return false;
    const stream_id id = nodes.id();
    const std::string_view holder = nodes.text();
    const std::chrono::milliseconds idle(nodes.integer());
    into.push_back({id, holder, idle, static_cast<std::uint32_t>(nodes.integer())});
  }
  return nodes.good();
}

// Writes the counts of `pending` into the entries of the same id; both are sorted.
void count_deliveries(entries& of, const std::vector<pending_entry>& pending) {
  auto at = pending.begin();
  for (entry& one : of.found) {
    at = std::lower_bound(
        at, pending.end(), one.id,
        [](const pending_entry& left, const stream_id& id) { return left.id < id; });
    if (at == pending.end()) return;
    if (at->id == one.id) one.deliveries = std::max<std::uint32_t>(at->deliveries, 1);
  }
}

} // namespace

bool find_read(const reply& from, entries& into) {
  into.clear();
  walk nodes(from);
  const std::uint32_t streams = nodes.array();
  if (streams == 0) return nodes.good();
  if (streams != 1 || nodes.array() != 2) return false;
  nodes.text();
  return nodes.good() && find_list(from, nodes, into);
}

bool find_range(const reply& from, entries& into) {
  into.clear();
  walk nodes(from);
  return find_list(from, nodes, into);
}

bool find_pending(const reply& from, std::vector<pending_entry>& into) {
  into.clear();
  walk nodes(from);
  return find_rows(nodes, into);
}

bool find_idle(const reply& from, std::vector<pending_entry>& into, stream_id& cursor) {
  into.clear();
  walk nodes(from);
  if (nodes.array() != 2) return false;
  cursor = nodes.id();
  return nodes.good() && find_rows(nodes, into);
}

bool find_lost(const reply& from, std::vector<stream_id>& lost) {
  lost.clear();
  walk nodes(from);
  const std::uint32_t count = nodes.array();
  for (std::uint32_t i = 0; i < count && nodes.good(); ++i) lost.push_back(nodes.id());
  std::sort(lost.begin(), lost.end());
  return nodes.good();
}

bool find_taken(const reply& from, entries& into) {
  into.clear();
  walk nodes(from);
  if (nodes.array() != 2 || !find_list(from, nodes, into)) return false;
  std::vector<pending_entry> counts;
  const std::uint32_t pairs = nodes.array();
  for (std::uint32_t i = 0; i < pairs && nodes.good(); ++i) {
    if (nodes.array() != 2) return false;
    const stream_id id = nodes.id();
    counts.push_back({id, {}, {}, static_cast<std::uint32_t>(nodes.integer())});
  }
  count_deliveries(into, counts);
  return nodes.good();
}

std::optional<std::int64_t> find_lag(const reply& from, std::string_view group) {
  walk nodes(from);
  const std::uint32_t groups = nodes.array();
  for (std::uint32_t i = 0; i < groups && nodes.good(); ++i) {
    const std::uint32_t texts = nodes.array();
    bool ours = false;
    for (std::uint32_t field = 0; field < texts / 2 && nodes.good(); ++field) {
      const std::string_view name = nodes.text();
      if (name == "name") {
        ours = nodes.text() == group;
      } else if (ours && name == "lag") {
        const reply_node* const lag = nodes.next();
        if (lag != nullptr && lag->type == reply_type::integer) return lag->integer;
        return std::nullopt;
      } else {
        nodes.skip();
      }
    }
  }
  return std::nullopt;
}

} // namespace redis::stream
