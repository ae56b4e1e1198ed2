// What plugins there are: a value, made by a search, owned by whoever asked. No globals, no
// unloading.
#pragma once

#include <tempest/abi.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/error.hpp"

namespace tempest::plugin {

// One plugin of a loaded library. Valid as long as the process: libraries are never unloaded.
struct entry {
  const tempest_descriptor* descriptor = nullptr;
  std::string library; // absolute path
};

// A library that is not usable, and why, as one sentence for people.
struct rejected_library {
  std::string path;
  std::string reason;
  bool matters = true; // false: it lies in a searched folder and does not even claim to be a plugin
};

// The plugins by kind and name. Filled by the functions of search.hpp; reading it is safe from any
// thread.
class catalogue {
 public:
  // Adds one plugin; false when an earlier one has its kind and name: then find() yields that one.
  bool add(entry added);
  void reject(rejected_library library) { rejected_.push_back(std::move(library)); }
  void note(base::problem problem) { notes_.push_back(std::move(problem)); }

  // nullptr when there is none.
  [[nodiscard]] const entry* find(tempest_kind kind, std::string_view name) const;
  // The one that stands in that library; nullptr when there is none. The library may be spelled
  // otherwise than it was found (a link, another folder): the file counts.
  [[nodiscard]] const entry* find_in(const std::string& library, tempest_kind kind,
                                     std::string_view name) const;
  // All of a kind, sorted by name.
  [[nodiscard]] std::vector<entry> all(tempest_kind kind) const;
  [[nodiscard]] std::vector<std::string> names(tempest_kind kind) const;
  [[nodiscard]] const std::vector<rejected_library>& rejected() const { return rejected_; }
  // What was noticed while searching: hidden names, two tasks of one name, ...
  [[nodiscard]] const base::problems& notes() const { return notes_; }

 private:
  std::vector<entry> entries_;
  std::vector<rejected_library> rejected_;
  base::problems notes_;
};

} // namespace tempest::plugin
