// Does a job, "shout: some text" or "count: some text", and emits its result. Any other kind can
// never be done: it goes to the dead letters.
#pragma once

#include <tempest/task.hpp>

#include <cctype>
#include <string>
#include <string_view>

namespace {{identifier}} {

inline std::string shouted(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return made;
}

inline std::size_t words_in(std::string_view text) {
  std::size_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ';
    if (!blank && !inside) ++count;
    inside = !blank;
  }
  return count;
}

struct run_job {
  void handle(const tempest::message& in, tempest::outbox& out) {
    const std::string_view job = in.text();
    const std::size_t colon = job.find(": ");
    const std::string_view kind = job.substr(0, colon);
    const std::string_view text = colon == job.npos ? "" : job.substr(colon + 2);
    if (kind == "shout") {
      out.emit(shouted(text));
    } else if (kind == "count") {
      out.emit(std::to_string(words_in(text)));
    } else {
      throw tempest::reject("'" + std::string(kind) + "' is no kind of job");
    }
  }
};

inline auto run_job_task() {
  return tempest::task<run_job>("run_job", "Does a job: shout or count.");
}

} // namespace {{identifier}}
