// A sink that adds lines to a file, sound unless its option `flaw` names what is wrong with it.
#pragma once

#include <tempest/sink.hpp>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/conformance/toy_link.hpp"

namespace toys {

class toy_sink {
 public:
  explicit toy_sink(tempest::sink_context& context)
      : context_(context),
        flaw_(context.get<std::string>("flaw")),
        file_(context.get<std::string>("folder") + "/out"),
        link_(context.get<std::string>("broker"), context.get<std::string>("folder") + "/starts") {
    if (has("breaks on an empty option") && context.get<std::string>("word").empty()) std::abort();
    refuse_a_wrong_word(context.get<std::string>("word"), flaw_);
  }
  ~toy_sink() {
    if (has("leaves a thread")) std::thread([] { ::pause(); }).detach();
  }

  void connect() {
    if (has("connects once") && link_.connections() > 0) throw std::runtime_error("not again");
    link_.connect();
  }
  void write(const tempest::messages& batch, std::span<tempest::written> results) {
    ask();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      results[i] = outcome_of(batch[i].text());
      if (results[i] == tempest::written::ok) keep(std::string(batch[i].text()));
      if (batch[i].key() && !has("loses keys")) add_line("keys", *batch[i].key());
      const auto header = batch[i].header("kit-header");
      if (header && !has("loses headers")) add_line("headers", *header);
    }
  }
  void flush() {
    if (has("hangs after many") && ++flushes_ > 10) ::pause();
    if (has("explains outside of write")) context_.explain(0, "no reason");
    try {
      ask();
    } catch (const std::exception&) {
      if (!has("confirms what it lost")) throw;
      buffer_.clear();
    }
    if (has("flushes only at its end")) return;
    std::ofstream(file_, std::ios::app) << buffer_;
    buffer_.clear();
  }
  bool healthy(std::string& reason) const {
    if (!link_.good()) reason = "the toy's broker is away";
    return link_.good() || has("never notices");
  }
  void close() {
    if (has("loses its buffer at the end")) return;
    std::ofstream(file_, std::ios::app) << buffer_;
    buffer_.clear();
    link_.close();
  }

  tempest::page browse(std::string_view cursor, std::size_t most, std::size_t) {
    tempest::page made;
    if (cursor == "none") {
      made.next = cursor;
      return made;
    }
    const std::vector<std::string> all = lines();
    std::size_t at = cursor.empty() ? 0 : std::stoul(std::string(cursor));
    for (; at < all.size() && made.messages.size() < most; ++at) {
      made.messages.push_back({all[at], all[at], std::nullopt});
    }
    if (has("shows them backwards")) std::ranges::reverse(made.messages);
    if (has("has always a next page")) made.next = "none";
    if (at < all.size()) made.next = std::to_string(at);
    return made;
  }
  std::size_t erase(std::span<const std::string_view> ids) {
    std::vector<std::string> left;
    std::size_t erased = 0;
    for (const std::string& one : lines()) {
      const bool named = std::ranges::find(ids, one) != ids.end();
      erased += named ? 1 : 0;
      if (!named) left.push_back(one);
    }
    if (has("erases one too many") && !left.empty()) left.pop_back();
    std::ofstream file(file_);
    for (const std::string& one : left) file << one << '\n';
    return erased;
  }

 private:
  [[nodiscard]] bool has(std::string_view flaw) const { return flaw_ == flaw; }

  [[nodiscard]] tempest::written outcome_of(std::string_view text) const {
    const bool binary = text.find('\xff') != std::string_view::npos;
    if (binary && has("fails for ever")) return tempest::written::failed;
    const bool is_rejected =
        (binary && has("rejects what is no text, as it may")) ||
        (text.size() > 60'000 && has("rejects what is large, as it is told")) ||
        (text.size() > 100 && has("rejects all but small ones"));
    return is_rejected ? tempest::written::rejected : tempest::written::ok;
  }
  void add_line(const char* name, std::string_view text) const {
    std::ofstream(file_ + "." + name, std::ios::app) << text << '\n';
  }
  // To be written by the next flush, and all that may be wrong with that.
  void keep(std::string text) {
    constexpr std::size_t cut_at = 100;
    if (has("drops one") && text.ends_with('7')) return;
    if (has("drops one of many") && ++count_ % 97 == 0) return;
    if (has("drops what is empty") && text.empty()) return;
    if (has("cuts what is large") && text.size() > cut_at) text.resize(cut_at);
    if (has("strips zero bytes")) std::erase(text, '\0');
    if (has("strips blanks")) text.erase(text.find_last_not_of(' ') + 1);
    if (has("ends at a line end")) text.resize(std::min(text.find('\n'), text.size()));
    buffer_ += text + "\n";
    if (has("writes twice")) buffer_ += text + "\n";
    if (has("writes of its own")) buffer_ += "and one more\n";
    if (has("leaks")) leaked_.push_back(text);
  }
  void ask() {
    if (!has("never notices")) link_.ask(-1, has("waits for ever") ? -1 : 150);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> made;
    std::ifstream file(file_);
    for (std::string line; std::getline(file, line);) made.push_back(line);
    return made;
  }

  tempest::sink_context& context_;
  const std::string flaw_;
  const std::string file_;
  link link_;
  std::string buffer_;
  std::size_t count_ = 0;
  int flushes_ = 0;
  std::vector<std::string> leaked_;
};

} // namespace toys
