// What a client asks and what it is answered, as plain data.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tempest::admin {

class answer_stream;

struct request {
  std::string method;        // "GET"
  std::string path;          // "/readyz": of the target, up to its ?
  std::string query;         // "verbose": behind it
  std::string authorization; // that header
  std::string host;          // that header: "localhost:9091"; empty where HTTP/1.0 has none
  std::string origin;        // that header: what a browser says of the page that asks
  unsigned version = 11;     // of HTTP: 10 or 11
  bool keep_alive = true;

  // Whether the query has that parameter, with a value or without.
  [[nodiscard]] bool asks_for(std::string_view name) const;
  // Its value, with %xx and + decoded; empty where it has none. Nothing: the query does not have
  // it.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  // The values of all that have that name.
  [[nodiscard]] std::vector<std::string> parameters(std::string_view name) const;
  // The first parameter that is none of these, as it was written; empty: there is none.
  [[nodiscard]] std::string unknown_parameter(std::initializer_list<std::string_view> known) const;
};

struct answer {
  unsigned status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields; // headers beyond those that all have
  std::shared_ptr<answer_stream> stream{}; // follows in place of a body, if it is any
};

// `value` as it may stand in a query.
[[nodiscard]] std::string query_text(std::string_view value);

// Takes the answer to one request, once, soon or late, on any thread; `make` is run on the
// server's thread, which has time for what is much to write. A client that is gone by then is
// not told.
using reply = std::function<void(std::function<answer()> make)>;

} // namespace tempest::admin
