// Where one case takes place: names and files of its own, the broker behind a relay.
#pragma once

#include <tempest/abi.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/conformance/filled_messages.hpp"
#include "runtime/conformance/relay.hpp"
#include "runtime/conformance/settings.hpp"
#include "runtime/conformance/stopped.hpp"
#include "runtime/conformance/verdict.hpp"

namespace tempest::conformance {

// The plugin that is checked.
struct subject {
  const tempest_descriptor* descriptor = nullptr;
  std::string driver;  // program
  std::string library; // absolute path
  std::string kind;    // "source" or "sink"
  std::string name;
};

// What was seen of the plugin's calls, over all cases.
struct conduct {
  std::uint64_t calls = 0;
  std::set<std::string> offences;
};

// One thread.
class site {
 public:
  // `name` is the case's; the references outlive it. Throws base::failure.
  // `look` is called now and then with the number of messages that were made so far.
  site(const subject& what, const settings& given, std::string name, conduct& seen,
       const stop_flag& stop, std::function<void(std::size_t messages)> look);
  ~site();
  site(const site&) = delete;
  site& operator=(const site&) = delete;

  [[nodiscard]] const subject& what() const { return what_; }
  [[nodiscard]] const settings& given() const { return given_; }
  [[nodiscard]] std::chrono::milliseconds patience() const { return given_.patience; }
  // Whoever waits calls this now and then. Throws stopped when the check is to end.
  void need_go_on() const {
    conformance::need_go_on(stop_);
    look_(numbers_);
  }

  // Options of the next instance, marks replaced.
  [[nodiscard]] nlohmann::json next_options();
  // Options that the plugin must refuse, likewise: each a table of some, which replace the others.
  [[nodiscard]] std::vector<nlohmann::json> wrong_options() const;
  [[nodiscard]] int instances() const { return instances_; }
  // The broker as the plugin sees it. Throws not_applicable when no address was given.
  [[nodiscard]] relay& broker();

  // Puts `count` messages more on the broker, numbered payloads. Throws not_applicable without the
  // command, unless the source makes its messages itself.
  std::vector<std::string> fill(std::size_t count, std::size_t bytes = 0);
  // All that was put there; nullptr when that says nothing of what comes: the source makes its
  // messages itself, or there is no command.
  [[nodiscard]] const filled_messages* filled() const;
  // What the sink's destination holds, as the command prints it. Throws not_applicable without one.
  [[nodiscard]] std::string read();
  // The keys of the messages there, and the values of their header `kit-header`, line by line;
  // nothing without the command.
  [[nodiscard]] std::optional<std::vector<std::string>> keys();
  [[nodiscard]] std::optional<std::vector<std::string>> headers();
  // What the broker keeps elsewhere of what failed, line by line, likewise.
  [[nodiscard]] std::vector<std::string> failed();
  void restart(); // the broker, likewise
  // So many numbered payloads, without the broker.
  std::vector<std::string> payloads(std::size_t count, std::size_t bytes = 0);

  // Takes note of what an answer tells of the plugin's conduct.
  void note(const nlohmann::json& answer);

  [[nodiscard]] std::string own_file(const std::string& name) const;
  [[nodiscard]] std::string output_file() const; // {folder}/stdout

 private:
  std::string run(const std::string& key, const std::string& command, std::string input = {}) const;
  [[nodiscard]] std::string replaced(std::string text) const;
  void replace_all(nlohmann::json& value) const;

  const subject& what_;
  const settings& given_;
  const std::string name_; // in no other run, too
  conduct& seen_;
  const stop_flag& stop_;
  const std::function<void(std::size_t)> look_;
  std::string folder_;
  std::unique_ptr<relay> relay_;
  int instances_ = 0;
  std::size_t numbers_ = 0; // payloads made
  filled_messages filled_;
};

} // namespace tempest::conformance
