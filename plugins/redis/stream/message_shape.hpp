// Makes messages of stream entries: one field as the payload and the others as headers, or all
// fields as one JSON object.
#pragma once

#include <tempest/abi.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/redis/stream/consumer.hpp"

namespace redis::stream {

inline std::string_view view(const tempest_slice& text) {
  return {text.data, text.length};
}

struct shape_settings {
  bool json = false;
  std::string payload_field = "payload"; // unless json
  std::string key_field;                 // empty: messages have no key
  // What stands before the ids of each stream, by the tag of its tokens; none: nothing does.
  std::vector<std::string> prefixes;
};

// Not thread-safe.
class message_shape {
 public:
  explicit message_shape(shape_settings settings) : settings_(std::move(settings)) {}

  // The messages of a batch. They point into `from` and into this object, and are valid until the
  // next call. Nothing is allocated per message once the arrays have grown.
  //
  // As fields: the first field called `payload_field` is the payload, the first called `key_field`
  // the key; every other one, with repeated names, in its order and with any bytes, is a header.
  // An entry without that field has an empty payload; `without_payload` counts these.
  //
  // As JSON: an object of strings, sorted by name. A name that comes several times has an array of
  // its values in their order. A value that is not UTF-8 is {"$base64": "..."}, a name that is not
  // UTF-8 is "$base64:...". Only what Tempest itself added (t-dead-letter) is a header.
  std::span<const tempest_source_message> shape(const reply& from,
                                                std::span<const handed_entry> batch);
  [[nodiscard]] std::uint64_t without_payload() const { return without_payload_; }

 private:
  void name_streams();
  void shape_fields(const reply& from, const entry& what, tempest_source_message& into);
  void append_json(const reply& from, const entry& what, tempest_source_message& into);

  shape_settings settings_;
  std::vector<tempest_source_message> messages_;
  std::vector<tempest_header> headers_;
  std::string ids_; // with their prefixes, one after the other
  std::string json_;
  std::vector<std::size_t> json_ends_;
  std::vector<tempest_header> sorted_;
  std::uint64_t without_payload_ = 0;
};

} // namespace redis::stream
