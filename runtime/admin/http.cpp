#include "runtime/admin/http.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>
#include <utility>

#include "runtime/admin/event_stream.hpp"

namespace tempest::admin {
namespace {

namespace http = boost::beast::http;

constexpr std::uint64_t max_answer_bytes = 64 << 20;

std::string text(boost::beast::string_view from) {
  return {from.data(), from.size()};
}

} // namespace

struct request_reader::parser : http::request_parser<http::empty_body> {};

request_reader::request_reader() : parser_(std::make_unique<parser>()) {
  parser_->header_limit(max_header_bytes);
}

request_reader::~request_reader() = default;

void request_reader::refuse(unsigned status, std::string_view why) {
  now_ = state::refused;
  refusal_ = {status, fmt::format("{}\n", why), {}};
}

std::size_t request_reader::read(std::string_view bytes) {
  boost::beast::error_code error;
  const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::header_limit) {
    refuse(431, fmt::format("request line and headers have more than {} bytes", max_header_bytes));
  } else if (error == http::error::body_limit ||
             (parser_->is_header_done() && !parser_->is_done())) {
    refuse(413, "nothing here takes a body");
  } else if (error && error != http::error::need_more) {
    refuse(400, fmt::format("this is no HTTP request: {}", error.message()));
  } else if (parser_->is_done()) {
    now_ = state::complete;
  }
  return taken;
}

request request_reader::asked() const {
  const auto& said = parser_->get();
  const std::string target = text(said.target());
  const std::size_t query = std::min(target.find('?'), target.size());
  request made;
  made.method = text(said.method_string());
  made.path = target.substr(0, query);
  if (query < target.size()) made.query = target.substr(query + 1);
  made.authorization = text(said[http::field::authorization]);
  made.host = text(said[http::field::host]);
  made.origin = text(said[http::field::origin]);
  made.version = said.version();
  made.keep_alive = said.keep_alive();
  return made;
}

std::string bytes_of(const answer& said, std::string_view method, unsigned version,
                     bool keep_alive) {
  http::response<http::string_body> made(http::int_to_status(said.status), version);
  if (!said.body.empty()) made.set(http::field::content_type, "text/plain; charset=utf-8");
  for (const auto& [name, value] : said.fields) made.set(name, value);
  made.set(http::field::cache_control, "no-store");
  made.keep_alive(keep_alive);
  if (said.stream == nullptr) made.content_length(said.body.size());
  if (method != "HEAD") made.body() = said.body;
  std::ostringstream out;
  out << made;
  return std::move(out).str();
}

std::string request_bytes(const std::string& method, const std::string& target,
                          const std::string& host, const std::string& token) {
  http::request<http::empty_body> made(http::string_to_verb(method), target, 11);
  made.set(http::field::host, host);
  if (!token.empty()) made.set(http::field::authorization, "Bearer " + token);
  if (method == "POST") made.set(http::field::content_length, "0");
  made.keep_alive(false);
  std::ostringstream out;
  out << made;
  return std::move(out).str();
}

struct answer_reader::parser : http::response_parser<http::string_body> {};

answer_reader::answer_reader() : parser_(std::make_unique<parser>()) {
  parser_->eager(true);
  parser_->body_limit(max_answer_bytes);
}

answer_reader::~answer_reader() = default;

std::size_t answer_reader::read(std::string_view bytes) {
  boost::beast::error_code error;
  const std::size_t taken = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error && error != http::error::need_more) fault_ = error.message();
  return taken;
}

void answer_reader::end() {
  boost::beast::error_code error;
  if (parser_->got_some()) parser_->put_eof(error);
  if (error) fault_ = error.message();
}

bool answer_reader::is_stream() const {
  if (!fault_.empty() || !parser_->is_header_done()) return false;
  const auto& head = parser_->get();
  return head.result() == http::status::ok &&
         text(head[http::field::content_type]).starts_with(event_stream_type);
}

std::string answer_reader::take_body() {
  parser_->body_limit(boost::none);
  return std::exchange(parser_->get().body(), {});
}

bool answer_reader::is_complete() const {
  return fault_.empty() && parser_->is_done();
}

answer answer_reader::said() const {
  return {parser_->get().result_int(), parser_->get().body(), {}};
}

} // namespace tempest::admin
