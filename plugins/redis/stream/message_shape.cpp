#include "plugins/redis/stream/message_shape.hpp"

#include <algorithm>

#include "plugins/redis/json_text.hpp"

namespace redis::stream {

namespace {

tempest_slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

} // namespace

std::span<const tempest_source_message> message_shape::shape(const reply& from,
                                                             std::span<const handed_entry> batch) {
  messages_.clear();
  headers_.clear();
  json_.clear();
  json_ends_.clear();
  // The messages point into `headers_`: it must not move while it is filled.
  std::size_t fields = 0;
  for (const handed_entry& one : batch) fields += one.what->fields;
  headers_.reserve(fields);
  for (const handed_entry& one : batch) {
    const entry& what = *one.what;
    tempest_source_message message{};
    message.token = one.of;
    message.id = slice(from.text(from.at(what.id_node)));
    message.deliveries = what.deliveries;
    message.failures = what.deliveries - 1;
    message.timestamp_ms = static_cast<std::int64_t>(what.id.ms);
    if (settings_.json) {
      append_json(from, what, message);
      json_ends_.push_back(json_.size());
    } else {
      shape_fields(from, what, message);
    }
    messages_.push_back(message);
  }
  if (settings_.json) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      messages_[i].payload = {json_.data() + begin, json_ends_[i] - begin};
      begin = json_ends_[i];
    }
  }
  if (!settings_.prefixes.empty()) name_streams();
  return messages_;
}

// The same id may be given in several streams.
void message_shape::name_streams() {
  ids_.clear();
  std::size_t bytes = 0;
  for (const tempest_source_message& one : messages_) {
    bytes += settings_.prefixes[tag_of(one.token)].size() + one.id.length;
  }
  ids_.reserve(bytes); // the messages point into it
  for (tempest_source_message& one : messages_) {
    const std::size_t begin = ids_.size();
    ids_ += settings_.prefixes[tag_of(one.token)];
    ids_ += view(one.id);
    one.id = {ids_.data() + begin, ids_.size() - begin};
  }
}

void message_shape::shape_fields(const reply& from, const entry& what,
                                 tempest_source_message& into) {
  const std::size_t first = headers_.size();
  for (std::uint32_t i = 0; i < what.fields; ++i) {
    const std::string_view name = from.text(from.at(what.first_field + 2 * i));
    const std::string_view value = from.text(from.at(what.first_field + 2 * i + 1));
    if (into.payload.data == nullptr && name == settings_.payload_field) {
      into.payload = slice(value);
    } else if (into.key.data == nullptr && !settings_.key_field.empty() &&
               name == settings_.key_field) {
      into.key = slice(value);
    } else {
      headers_.push_back({slice(name), slice(value)});
    }
  }
  if (into.payload.data == nullptr) {
    into.payload = slice("");
    ++without_payload_;
  }
  into.headers = headers_.data() + first;
  into.header_count = static_cast<std::uint32_t>(headers_.size() - first);
}

void message_shape::append_json(const reply& from, const entry& what,
                                tempest_source_message& into) {
  sorted_.clear();
  const std::size_t first = headers_.size();
  for (std::uint32_t i = 0; i < what.fields; ++i) {
    const tempest_header one{slice(from.text(from.at(what.first_field + 2 * i))),
                             slice(from.text(from.at(what.first_field + 2 * i + 1)))};
    // Not of whoever made the entry: the payload must stay what it was.
    const bool ours = view(one.name) == TEMPEST_HEADER_DEAD_LETTER;
    (ours ? headers_ : sorted_).push_back(one);
  }
  into.headers = headers_.data() + first;
  into.header_count = static_cast<std::uint32_t>(headers_.size() - first);
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const tempest_header& left, const tempest_header& right) {
                     return view(left.name) < view(right.name);
                   });
  json_ += '{';
  for (std::size_t i = 0; i < sorted_.size();) {
    std::size_t end = i + 1;
    while (end < sorted_.size() && view(sorted_[end].name) == view(sorted_[i].name)) ++end;
    const bool several = end - i > 1;
    if (i > 0) json_ += ',';
    append_json_name(json_, view(sorted_[i].name));
    json_ += several ? ":[" : ":";
    for (std::size_t k = i; k < end; ++k) {
      if (k > i) json_ += ',';
      append_json_value(json_, view(sorted_[k].value));
    }
    if (several) json_ += ']';
    i = end;
  }
  json_ += '}';
}

} // namespace redis::stream
