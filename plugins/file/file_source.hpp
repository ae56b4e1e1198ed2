// Source `file`: every line is a message. At most once: what was read is not read again.
#pragma once

#include <tempest/source_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plugins/file/line_reader.hpp"

namespace file_lines {

class file_source : public reader_host {
 public:
  explicit file_source(tempest::source_context& context);
  static tempest::source_traits traits(const tempest::options&);
  // Throws with the reason when the options name no file.
  static void check(const tempest::options& given);

  void connect() {} // files are opened one after the other, as they are read
  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until);
  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes);
  void interrupt() noexcept { reader_.interrupt(); }

 private:
  // Adds what is in memory; whether a limit was met.
  bool gather(std::size_t max_messages, std::size_t max_bytes);
  void add(const line& one);
  void push();
  void info(const std::string& text) override { context_.info(text); }
  void error(const std::string& text) override { context_.error(text); }
  void begins(source_file& file) override;
  std::unique_ptr<file_queue> queue();

  tempest::source_context& context_;
  bool follow_;
  line_reader reader_;
  std::uint64_t tokens_ = 0;
  bool ended_ = false;
  std::size_t bytes_ = 0; // of payload in this poll
  std::size_t count_ = 0; // messages in this poll
  std::vector<tempest::source_message> batch_;
  std::vector<std::string> ids_; // of the batch; kept, so that their memory is used again
};

} // namespace file_lines
