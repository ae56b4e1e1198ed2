// What becomes of lines that were handed over.
#include <exception>

#include "plugins/file/file_source.hpp"

namespace file_lines {

void file_source::connect() {
  if (!unhealthy_.empty()) save();
}

// Without `state` there is nobody to tell: confirmed at once, row by row of equal outcomes.
void file_source::settle(std::span<const std::uint64_t> tokens,
                         std::span<const tempest::outcome> outcomes) {
  if (keeper_ != nullptr) return settle_open(tokens, outcomes);
  std::size_t start = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i + 1 < tokens.size() && outcomes[i + 1] == outcomes[i]) continue;
    context_.settled(tokens.subspan(start, i + 1 - start), outcomes[i], tempest::settled::ok);
    start = i + 1;
  }
}

void file_source::settle_open(std::span<const std::uint64_t> tokens,
                              std::span<const tempest::outcome> outcomes) {
  open_lines& open = keeper_->memory().lines();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::optional<open_line> one = open.take(tokens[i]);
    if (!one) continue;
    if (one->lines.failures > 0 && outcomes[i] != tempest::outcome::give_back) keeper_->soon();
    if (outcomes[i] == tempest::outcome::ack) {
      acked_.push_back(tokens[i]);
    } else if (outcomes[i] == tempest::outcome::fail) {
      const source_file* const file = reader_.queue().find(one->file);
      const bool is_gone = file == nullptr || file->is_lost;
      if (!is_gone) open.keep(*one);
      (is_gone ? failed_gone_ : failed_).push_back(tokens[i]);
    } else {
      const bool is_there = reader_.read_again(one->file, one->lines);
      if (is_there) ended_ = false;
      (is_there ? returned_ : returned_gone_).push_back(tokens[i]);
    }
  }
  if (acked_.size() + failed_.size() >= many_unanswered) keeper_->soon();
  const std::size_t gone = failed_gone_.size() + returned_gone_.size();
  if (gone > 0) {
    context_.error(std::to_string(gone) +
                   " lines that were not done with are lost: their file was emptied or removed");
  }
  answer(failed_gone_, tempest::outcome::fail, tempest::settled::gone);
  answer(returned_, tempest::outcome::give_back, tempest::settled::ok);
  answer(returned_gone_, tempest::outcome::give_back, tempest::settled::gone);
}

void file_source::answer(std::vector<std::uint64_t>& tokens, tempest::outcome outcome,
                         tempest::settled how) {
  if (!tokens.empty()) context_.settled(tokens, outcome, how);
  tokens.clear();
}

void file_source::failed(std::span<const std::uint64_t> tokens,
                         std::span<const std::uint32_t> failures) {
  if (keeper_ == nullptr) return;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    keeper_->memory().lines().count_failures(tokens[i], failures[i]);
  }
}

void file_source::save_if_due() {
  if (keeper_ == nullptr) return;
  if (keeper_->is_due() || acked_.size() + failed_.size() >= most_unanswered) save();
}

// What is acknowledged, or has failed for good, is confirmed when the disk has it.
void file_source::save() {
  try {
    keeper_->save(reader_.queue());
  } catch (const std::exception& why) {
    unhealthy_ = why.what();
    throw;
  }
  unhealthy_.clear();
  answer(acked_, tempest::outcome::ack, tempest::settled::ok);
  answer(failed_, tempest::outcome::fail, tempest::settled::ok);
}

bool file_source::healthy(std::string& reason) const {
  reason = unhealthy_;
  return unhealthy_.empty();
}

void file_source::close(tempest::deadline) {
  if (keeper_ == nullptr) return;
  try {
    save();
  } catch (const std::exception& why) {
    context_.error(std::string(why.what()) + "; " + std::to_string(acked_.size()) +
                   " lines that are done with will be read again");
    answer(acked_, tempest::outcome::ack, tempest::settled::retry);
    answer(failed_, tempest::outcome::fail, tempest::settled::retry);
  }
}

} // namespace file_lines
