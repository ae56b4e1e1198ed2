#include "plugins/file/file_sink.hpp"

#include <charconv>
#include <exception>
#include <stdexcept>
#include <utility>

#include "plugins/file/message_json.hpp"

namespace file_lines {

file_sink::file_sink(tempest::sink_context& context)
    : context_(context),
      writer_(context.get<std::string>("path"), context.get<bool>("sync")),
      store_(context.get<std::string>("path")),
      json_(context.get<tempest::choice>("format").word == "json") {}

void file_sink::connect() {
  writer_.open();
  failure_.clear();
}

void file_sink::write(const tempest::messages& batch, std::span<tempest::written> results) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (json_) {
      writer_.pending().append(to_json(batch[i])) += '\n';
    } else {
      writer_.pending().append(batch[i].text()) += '\n';
    }
    results[i] = tempest::written::ok;
  }
}

void file_sink::flush() {
  try {
    writer_.flush();
  } catch (const std::exception& error) {
    failure_ = error.what();
    throw;
  }
}

// After a failure it is opened anew: its messages wait meanwhile, with growing pauses.
bool file_sink::healthy(std::string& reason) const {
  reason = failure_;
  return failure_.empty();
}

void file_sink::close() {
  writer_.flush();
  try {
    store_.compact();
  } catch (const std::runtime_error& error) {
    context_.warn(
        "what was erased is gone, but keeps its room, as the file cannot be written anew: " +
        std::string(error.what()));
  }
}

// The cursor is where in the file the page begins.
tempest::page file_sink::browse(std::string_view cursor, std::size_t max_messages,
                                std::size_t max_bytes) {
  off_t offset = 0;
  if (cursor.empty()) {
    store_.begin();
  } else {
    std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset);
  }
  tempest::page made;
  for (stored_line& one : store_.read(offset, max_messages, max_bytes)) {
    tempest::stored& found = made.messages.emplace_back();
    found.id = std::move(one.id);
    if (!json_) {
      found.payload = std::move(one.text);
    } else if (auto payload = payload_of_json(one.text)) {
      found.payload = std::move(*payload);
    } else {
      found.problem = "the line is no JSON object with a payload";
    }
  }
  if (!store_.at_end(offset)) made.next = std::to_string(offset);
  return made;
}

} // namespace file_lines
