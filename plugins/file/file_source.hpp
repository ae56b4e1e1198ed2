// Source `file`: every line is a message. With `state` a line is read again until it was
// acknowledged; without, what was read is not read again.
#pragma once

#include <tempest/source_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "plugins/file/line_keeper.hpp"
#include "plugins/file/line_reader.hpp"

namespace file_lines {

class file_source : public reader_host {
 public:
  explicit file_source(tempest::source_context& context);
  static tempest::source_traits traits(const tempest::options&);
  // Throws with the reason when the options name no file.
  static void check(const tempest::options& given);

  // Files are opened one after the other, as they are read. Throws while the state that could not
  // be written still cannot.
  void connect();
  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until);
  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes);
  void failed(std::span<const std::uint64_t> tokens, std::span<const std::uint32_t> failures);
  void interrupt() noexcept { reader_.interrupt(); }
  bool healthy(std::string& reason) const;
  void close(tempest::deadline);

 private:
  // Tokens that wait for a save are memory: so many are worth one, as soon as that costs no more
  // than its share of the time.
  static constexpr std::size_t many_unanswered = std::size_t{1} << 17;
  // With more it does not wait, whatever that costs: a slow disk is no reason to grow.
  static constexpr std::size_t most_unanswered = many_unanswered * 3 / 2;

  // Adds what is in memory; whether a limit was met.
  bool gather(std::size_t max_messages, std::size_t max_bytes);
  void add(const line& one);
  void push();
  void info(const std::string& text) override { context_.info(text); }
  void error(const std::string& text) override { context_.error(text); }
  void begins(source_file& file) override;
  std::unique_ptr<file_queue> queue();
  // file_settling.cpp
  void settle_open(std::span<const std::uint64_t> tokens,
                   std::span<const tempest::outcome> outcomes);
  void save_if_due();
  void save();
  void answer(std::vector<std::uint64_t>& tokens, tempest::outcome outcome, tempest::settled how);

  tempest::source_context& context_;
  bool follow_;
  std::unique_ptr<line_keeper> keeper_; // with `state`
  line_reader reader_;
  std::uint64_t tokens_ = 0; // without `state`
  bool ended_ = false;
  std::size_t bytes_ = 0; // of payload in this poll
  std::size_t count_ = 0; // messages in this poll
  std::vector<tempest::source_message> batch_;
  std::vector<std::string> ids_; // of the batch; kept, so that their memory is used again
  std::string unhealthy_;        // why the state could not be written
  // Tokens of settlements, by what they wait for or are answered with.
  std::vector<std::uint64_t> acked_;  // answered once the disk has it
  std::vector<std::uint64_t> failed_; // the same
  std::vector<std::uint64_t> returned_;
  std::vector<std::uint64_t> failed_gone_;
  std::vector<std::uint64_t> returned_gone_;
};

} // namespace file_lines
