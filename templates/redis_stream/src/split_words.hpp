// One line in, one message out for each word.
#pragma once

#include <tempest/task.hpp>

#include <string>
#include <string_view>

namespace {{identifier}} {

class split_words {
 public:
  explicit split_words(tempest::context& context)
      : separator_(context.get<std::string>("separator")) {}

  void handle(const tempest::message& in, tempest::outbox& out) {
    std::string_view rest = in.text();
    while (!rest.empty()) {
      const std::size_t end = rest.find(separator_);
      if (end != 0) out.emit(rest.substr(0, end));
      rest = end == std::string_view::npos ? "" : rest.substr(end + separator_.size());
    }
  }

 private:
  std::string separator_;
};

inline auto split_words_task() {
  return tempest::task<split_words>(
      "split_words", "Splits a line into words.",
      tempest::option<std::string>("separator", "What stands between words.").by_default(" "));
}

} // namespace {{identifier}}
