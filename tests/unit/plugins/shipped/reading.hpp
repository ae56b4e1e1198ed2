// What tests of a line_reader share.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "plugins/file/line_reader.hpp"
#include "plugins/file/listed_files.hpp"

namespace file_lines {

const steady::time_point now{};
inline steady::time_point in_a_minute() {
  return steady::now() + std::chrono::minutes(1);
}

// Keeps what it is told.
struct listening_host : reader_host {
  void info(const std::string& text) override { infos += text + "\n"; }
  void error(const std::string& text) override { errors += text + "\n"; }
  void begins(source_file& file) override { begun.push_back(file.path); }
  std::string infos;
  std::string errors;
  std::vector<std::string> begun;
};

inline std::string shown(const line& one) {
  std::string text = std::to_string(one.number) + ":" + std::string(one.text);
  return one.dropped_bytes == 0 ? text : text + "+" + std::to_string(one.dropped_bytes);
}

// Takes what is in memory.
inline void take(line_reader& reader, std::vector<std::string>& into) {
  for (line one; reader.peek(one); reader.pop()) into.push_back(shown(one));
}

// A reader of files that are there, to the end of the last.
struct list_reader {
  explicit list_reader(const std::vector<std::string>& asked_for, line_rules rules = {},
                       bool keep = false)
      : reader(std::make_unique<listed_files>(existing_files(asked_for), std::vector<std::string>{},
                                              rules, keep, host)) {}
  // Until the end, or an error, which it throws.
  void read() {
    do take(reader, lines);
    while (reader.fill(in_a_minute()) == fill_result::data);
  }
  listening_host host;
  line_reader reader;
  std::vector<std::string> lines;
};

} // namespace file_lines
