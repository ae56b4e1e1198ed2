#include "runtime/worker/batch_book.hpp"

#include "runtime/worker/reason.hpp"

namespace tempest::worker {

void batch_book::begin(std::span<const tempest_delivery> batch) {
  batch_ = batch;
  ended_.assign(batch.size(), 0);
  books_.assign(batch.size(), {});
  report_.results.reserve(report_.results.size() + batch.size());
  open_outputs_ = 0;
}

bool batch_book::is_open(std::uint32_t index) const {
  return index < batch_.size() && ended_[index] == 0;
}

bool batch_book::emit(std::uint32_t index, const given_output& output) {
  if (!is_open(index)) return false;
  const std::uint64_t inherited = inherited_bytes(output, batch_[index]);
  if (!books_[index].emitted.admit(limits_, message_bytes(output), inherited)) return false;
  if (limits_.leaf) {
    ++books_[index].emitted.count;
  } else {
    append(index, write_output(writer_, output));
  }
  return true;
}

bool batch_book::forward(std::uint32_t index) {
  // What came in is within max_message_bytes.
  if (!is_open(index) || !books_[index].emitted.admit(limits_, 0, 0)) return false;
  if (limits_.leaf) {
    ++books_[index].emitted.count;
  } else {
    engine::output same;
    same.forwards = true;
    append(index, same);
  }
  return true;
}

void batch_book::append(std::uint32_t index, const engine::output& output) {
  if (output.home != nullptr && output.home != chunk_in_report_) {
    report_.chunks.emplace_back(output.home);
    chunk_in_report_ = output.home;
  }
  delivery_book& book = books_[index];
  auto& outputs = report_.outputs;
  if (book.emitted.count == 0) {
    book.first = static_cast<std::uint32_t>(outputs.size());
  } else if (!book.apart && book.first + book.emitted.count != outputs.size()) {
    keep_apart(index);
  }
  (book.apart ? apart_[index] : outputs).push_back(output);
  ++book.emitted.count;
  ++open_outputs_;
}

// Another delivery emitted in between, and the outputs of each have to stand in one row.
void batch_book::keep_apart(std::uint32_t index) {
  delivery_book& book = books_[index];
  const auto first = report_.outputs.begin() + book.first;
  apart_[index].assign(first, first + book.emitted.count);
  book.apart = true;
}

void batch_book::join(std::uint32_t index) {
  const auto outputs = apart_.extract(index);
  auto& all = report_.outputs;
  books_[index].first = static_cast<std::uint32_t>(all.size());
  books_[index].apart = false;
  all.insert(all.end(), outputs.mapped().begin(), outputs.mapped().end());
}

void batch_book::drop_outputs(std::uint32_t index) {
  delivery_book& book = books_[index];
  if (book.apart) {
    apart_.erase(index);
    book.apart = false;
  } else if (!limits_.leaf && book.first + book.emitted.count == report_.outputs.size()) {
    report_.outputs.resize(book.first);
  }
  book.emitted.count = 0;
}

bool batch_book::mark(std::uint32_t index) {
  if (index >= batch_.size() || ended_[index] != 0) {
    ++double_ends_;
    return false;
  }
  std::atomic_ref(ended_[index]).store(1, std::memory_order_relaxed);
  if (!limits_.leaf) open_outputs_ -= books_[index].emitted.count;
  return true;
}

bool batch_book::end(std::uint32_t index, engine::outcome what, std::string_view reason) {
  if (!mark(index)) return false;
  delivery_book& book = books_[index];
  if (book.emitted.over_limit) what = engine::outcome::rejected;
  engine::result result;
  result.delivery = engine::delivery_ref::of(batch_[index].host_token);
  result.what = what;
  if (book.emitted.over_limit) {
    add_reason(report_, result, book.emitted.over_limit_reason(limits_));
  } else if (!reason.empty()) {
    add_reason(report_, result, reason);
  }
  if (what != engine::outcome::succeeded && book.emitted.count > 0) {
    drop_outputs(index);
  } else if (book.apart) {
    join(index);
  }
  result.first_output = book.first;
  result.output_count = book.emitted.count;
  report_.results.push_back(result);
  return true;
}

bool batch_book::move_out(std::uint32_t index, std::vector<engine::output>& outputs,
                          engine::output_tally& emitted) {
  if (!mark(index)) return false;
  if (books_[index].apart) join(index);
  const delivery_book& book = books_[index];
  emitted = book.emitted;
  if (!limits_.leaf) {
    const auto first = report_.outputs.begin() + book.first;
    outputs.assign(first, first + book.emitted.count);
    drop_outputs(index);
  }
  return true;
}

} // namespace tempest::worker
