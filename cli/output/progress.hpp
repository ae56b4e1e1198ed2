// How far something is: one line that draws over itself on a terminal, nothing elsewhere.
#pragma once

#include <string>

namespace tempest::cli {

// One thread at a time.
class progress {
 public:
  progress();
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  // Cut to the terminal's width; what it would obey stands as \xff.
  void show(const std::string& text);
  void clear();

 private:
  bool visible_;
  bool drawn_ = false;
};

} // namespace tempest::cli
