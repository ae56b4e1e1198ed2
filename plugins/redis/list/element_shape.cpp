#include "plugins/redis/list/element_shape.hpp"

#include <utility>

namespace redis::list {

namespace {

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

} // namespace

element_shape::element_shape(std::vector<std::string> keys, bool enveloped)
    : prefixes_(std::move(keys)), enveloped_(enveloped) {
  for (std::string& one : prefixes_) one += ':';
}

std::span<const tempest_source_message> element_shape::shape(
    std::span<const handed_element> batch) {
  messages_.clear();
  ids_.clear();
  headers_.clear();
  opened_.clear();
  for (const handed_element& one : batch) {
    const element& what = *one.what;
    tempest_source_message& message = messages_.emplace_back();
    message.token = one.of;
    message.failures = what.known.failures;
    message.deliveries = what.known.failures + 1;
    message.payload = slice(what.bytes);
    if (enveloped_) open(what, message);
    if (!what.known.letter.empty()) {
      headers_.push_back({slice(TEMPEST_HEADER_DEAD_LETTER), slice(what.known.letter)});
      ++message.header_count;
    }
    const std::size_t before = ids_.size();
    ids_ += prefixes_[what.list];
    ids_ += std::to_string(what.known.number);
    message.id.length = ids_.size() - before;
  }
  // Only now neither moves any more.
  std::size_t id = 0;
  std::size_t header = 0;
  for (tempest_source_message& message : messages_) {
    message.id.data = ids_.data() + id;
    message.headers = headers_.data() + header;
    id += message.id.length;
    header += message.header_count;
  }
  return messages_;
}

void element_shape::open(const element& what, tempest_source_message& into) {
  std::optional<envelope> read = read_envelope(what.bytes);
  if (!read) {
    ++without_envelope_;
    return;
  }
  const envelope& kept = opened_.emplace_back(std::move(*read));
  into.payload = slice(kept.payload);
  if (kept.key) into.key = slice(*kept.key);
  into.timestamp_ms = kept.timestamp_ms;
  for (const auto& [name, value] : kept.headers) headers_.push_back({slice(name), slice(value)});
  into.header_count = static_cast<std::uint32_t>(kept.headers.size());
}

} // namespace redis::list
