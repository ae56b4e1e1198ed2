// What a client asks and what it is answered, as plain data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tempest::admin {

struct request {
  std::string method;        // "GET"
  std::string path;          // "/readyz": of the target, up to its ?
  std::string query;         // "verbose": behind it
  std::string authorization; // that header
  unsigned version = 11;     // of HTTP: 10 or 11
  bool keep_alive = true;

  // Whether the query has that parameter, with a value or without.
  [[nodiscard]] bool asks_for(std::string_view parameter) const;
};

struct answer {
  unsigned status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields; // headers beyond those that all have
};

} // namespace tempest::admin
