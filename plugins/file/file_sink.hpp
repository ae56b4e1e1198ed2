// Sink `file`: appends a line a message.
#pragma once

#include <tempest/sink_context.hpp>

#include <span>
#include <string>
#include <string_view>

#include "plugins/file/line_store.hpp"
#include "plugins/file/line_writer.hpp"

namespace file_lines {

class file_sink {
 public:
  explicit file_sink(tempest::sink_context& context);

  void connect();
  void write(const tempest::messages& batch, std::span<tempest::written> results);
  void flush();
  bool healthy(std::string& reason) const;
  void close();
  tempest::page browse(std::string_view cursor, std::size_t max_messages, std::size_t max_bytes);
  std::size_t erase(std::span<const std::string_view> ids) {
    return store_.erase({ids.begin(), ids.end()});
  }

 private:
  tempest::sink_context& context_;
  line_writer writer_;
  line_store store_;
  bool json_;
  std::string failure_; // of the last flush
};

} // namespace file_lines
