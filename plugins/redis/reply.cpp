#include "plugins/redis/reply.hpp"

namespace redis {

namespace {

constexpr std::size_t kept_bytes = std::size_t{4} << 20;
constexpr std::size_t kept_nodes = std::size_t{1} << 17;

// hiredis wants a pointer per object; only "not NULL" matters, since the links are not used.
void* recorded(const redisReadTask* task) {
  return task->privdata;
}

reply& target(const redisReadTask* task) {
  return *static_cast<reply*>(task->privdata);
}

void* create_string(const redisReadTask* task, char* data, std::size_t length) {
  const reply_type type = task->type == REDIS_REPLY_ERROR    ? reply_type::error
                          : task->type == REDIS_REPLY_STATUS ? reply_type::status
                                                             : reply_type::string;
  target(task).add_text(type, data, length);
  return recorded(task);
}

void* create_array(const redisReadTask* task, int elements) {
  target(task).add({.type = reply_type::array, .elements = static_cast<std::uint32_t>(elements)});
  return recorded(task);
}

void* create_integer(const redisReadTask* task, long long value) {
  target(task).add({.type = reply_type::integer, .integer = value});
  return recorded(task);
}

void* create_nil(const redisReadTask* task) {
  target(task).add({.type = reply_type::nil});
  return recorded(task);
}

void free_object(void*) {}

redisReplyObjectFunctions functions{create_string, create_array, create_integer, create_nil,
                                    free_object};

} // namespace

std::size_t reply::after(std::size_t index) const {
  std::size_t left = 1;
  while (left > 0 && index < nodes_.size()) {
    left += nodes_[index].elements;
    --left;
    ++index;
  }
  return index;
}

void reply::clear() {
  nodes_.clear();
  bytes_.clear();
  if (bytes_.capacity() > kept_bytes) std::vector<char>().swap(bytes_);
  if (nodes_.capacity() > kept_nodes) std::vector<reply_node>().swap(nodes_);
}

void reply::add_text(reply_type type, const char* data, std::size_t length) {
  nodes_.push_back(
      {.type = type, .integer = static_cast<std::int64_t>(bytes_.size()), .length = length});
  bytes_.insert(bytes_.end(), data, data + length);
}

redisReplyObjectFunctions* recording_functions() {
  return &functions;
}

} // namespace redis
