// Replies of a server, recorded flat: hiredis parses, this keeps nodes and bytes in two arrays that
// are used again for the next reply, so that a reply of thousands of strings allocates nothing.
#pragma once

#include <hiredis/read.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace redis {

enum class reply_type : std::uint8_t { string, array, integer, nil, status, error };

struct reply_node {
  reply_type type = reply_type::nil;
  std::uint32_t elements = 0; // of an array; they follow in preorder
  std::int64_t integer = 0;   // of an integer; of a text: its offset in the bytes
  std::size_t length = 0;     // of a text
};

// One reply: nodes in preorder and the bytes of its texts. Swappable, so that a reply can be kept
// while the connection goes on. Not thread-safe.
class reply {
 public:
  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] const reply_node& at(std::size_t index) const { return nodes_[index]; }
  [[nodiscard]] const reply_node& root() const { return nodes_.front(); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  // The bytes of a string, status or error; valid while the reply is not changed.
  [[nodiscard]] std::string_view text(const reply_node& node) const {
    return {bytes_.data() + node.integer, node.length};
  }
  [[nodiscard]] bool is_error() const {
    return !nodes_.empty() && root().type == reply_type::error;
  }
  [[nodiscard]] std::string_view error() const { return text(root()); }
  [[nodiscard]] std::size_t byte_count() const { return bytes_.size(); }

  // The index after the node at `index` and all that is inside it.
  [[nodiscard]] std::size_t after(std::size_t index) const;

  // Forgets the content; memory is kept up to a bound, so one huge reply is not paid for ever.
  void clear();

  // What the parser calls.
  void add(const reply_node& node) { nodes_.push_back(node); }
  void add_text(reply_type type, const char* data, std::size_t length);

 private:
  std::vector<reply_node> nodes_;
  std::vector<char> bytes_;
};

// The functions that make hiredis' reader record into the `reply` that its privdata points to.
[[nodiscard]] redisReplyObjectFunctions* recording_functions();

} // namespace redis
