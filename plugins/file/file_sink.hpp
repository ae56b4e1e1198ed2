// Sink `file`: appends a line a message.
#pragma once

#include <tempest/sink_context.hpp>

#include <span>
#include <string>

#include "plugins/file/line_writer.hpp"

namespace file_lines {

class file_sink {
 public:
  explicit file_sink(tempest::sink_context& context);

  void connect();
  void write(const tempest::messages& batch, std::span<tempest::written> results);
  void flush();
  bool healthy(std::string& reason) const;
  void close() { writer_.flush(); }

 private:
  line_writer writer_;
  bool json_;
  std::string failure_; // of the last flush
};

} // namespace file_lines
