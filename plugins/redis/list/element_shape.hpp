// Makes messages of list elements.
#pragma once

#include <tempest/abi.h>

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/envelope.hpp"

namespace redis::list {

// Not thread-safe.
class element_shape {
 public:
  // `keys`: of the lists. `enveloped`: elements are JSON objects that hold payload, key and headers
  // (envelope.hpp); else an element is a payload.
  element_shape(std::vector<std::string> keys, bool enveloped);

  // The messages of a batch. They point into what is handed over and into this object, and are
  // valid until the next call. A message's id is KEY:NUMBER. What was a dead letter has the header
  // t-dead-letter. An element that should be an envelope and is none is a payload; these are
  // counted.
  std::span<const tempest_source_message> shape(std::span<const handed_element> batch);
  [[nodiscard]] std::uint64_t without_envelope() const { return without_envelope_; }

 private:
  void open(const element& what, tempest_source_message& into);

  std::vector<std::string> prefixes_;
  bool enveloped_;
  std::vector<tempest_source_message> messages_;
  std::string ids_;
  std::deque<envelope> opened_;
  std::vector<tempest_header> headers_;
  std::uint64_t without_envelope_ = 0;
};

} // namespace redis::list
