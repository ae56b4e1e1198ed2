#include "plugins/file/file_sink.hpp"

#include <exception>

#include "plugins/file/message_json.hpp"

namespace file_lines {

file_sink::file_sink(tempest::sink_context& context)
    : writer_(context.get<std::string>("path"), context.get<bool>("sync")),
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

} // namespace file_lines
