// Reads the keys of one table, typed and checked; at the end tells which keys nobody knows. Every
// problem carries its place, and reading goes on, so that all are reported at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/error.hpp"
#include "runtime/config/value.hpp"

namespace tempest::config {

class table_reader {
 public:
  // `name`: how people call the table, "[source]". Both references outlive the reader.
  table_reader(const value& table_value, std::string name, base::problems& found);

  // The value under `key`, which is known from now on; nullptr when absent.
  [[nodiscard]] const value* find(const std::string& key);
  // Each of these leaves `out` as it is when the key is absent or wrong; true when it was set.
  bool text(const std::string& key, std::string& out);
  // A string that must not be empty.
  bool filled_text(const std::string& key, std::string& out, const std::string& hint = {});
  // The key "name": not empty, of a length and of characters that can stand in logs and file names.
  bool name(std::string& out, const std::string& hint = {});
  bool integer(const std::string& key, std::int64_t minimum, std::int64_t maximum,
               std::int64_t& out);
  bool number(const std::string& key, double minimum, double maximum, double& out);
  // true or false.
  bool flag(const std::string& key, bool& out);
  bool duration(const std::string& key, std::int64_t minimum_ms, std::chrono::milliseconds& out);
  bool size(const std::string& key, std::int64_t minimum, std::uint64_t& out);
  bool choice(const std::string& key, const std::vector<std::string>& choices, std::size_t& out);
  template <typename Unsigned>
  bool count(const std::string& key, std::int64_t minimum, std::int64_t maximum, Unsigned& out) {
    std::int64_t read = 0;
    if (!integer(key, minimum, maximum, read)) return false;
    out = static_cast<Unsigned>(read);
    return true;
  }
  // A sub-table or a list; nullptr when absent or of another type (which is reported).
  [[nodiscard]] const value* sub_table(const std::string& key);
  [[nodiscard]] const value* list(const std::string& key);

  // Says of `key`, when it is there, that it is an error or only a warning.
  void refuse(const std::string& key, const std::string& reason, const std::string& hint = {});
  void ignore(const std::string& key, const std::string& reason);
  void complain(const base::location& where, std::string text, std::string hint = {});

  // Reports the keys that were never asked for, with the nearest key or all that are of use.
  void finish();
  [[nodiscard]] const base::location& where() const { return table_.where; }

 private:
  // As find, but nullptr too when the value could not be told, which was said.
  const value* told(const std::string& key);
  void wrong(const std::string& key, const value& given, const std::string& expected);
  [[nodiscard]] std::string what_there_is() const;

  const value& table_;
  std::string name_;
  base::problems& found_;
  std::vector<std::string> known_;
  std::vector<std::string> useless_; // known, to be refused or ignored
};

} // namespace tempest::config
