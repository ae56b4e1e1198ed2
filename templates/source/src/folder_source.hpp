// Takes the files of a folder as messages, in the order of their names. A file is removed once its
// message is acknowledged, so nothing is lost when the process dies; one that was given up moves to
// failed/, under a name of its own. Write a file under a name that begins with a dot and rename it:
// then it is whole.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <tempest/source.hpp>
#include <tempest/source_pause.hpp>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace {{identifier}} {

namespace fs = std::filesystem;

class folder_source {
 public:
  // Touches nothing outside: that is for connect, which may fail and is tried again.
  explicit folder_source(tempest::source_context& context)
      : context_(context),
        folder_(context.get<std::string>("folder")),
        look_every_(context.get<std::chrono::milliseconds>("look_every")) {}
  ~folder_source() { close({}); }
  folder_source(const folder_source&) = delete;
  folder_source& operator=(const folder_source&) = delete;

  static tempest::source_traits traits(const tempest::options&) {
    return {tempest::guarantee::at_least_once, false, std::chrono::milliseconds{0}};
  }

  // Two that read one folder would both take each file, so it is locked. What is in hand stays so.
  void connect() {
    fs::create_directories(folder_ / "failed");
    if (lock_ < 0) lock_ = ::open((folder_ / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0) fail("cannot lock");
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) fail("another process reads, or it cannot lock,");
  }

  // Returns when there is something, and at `until` at the latest; interrupt ends the wait.
  tempest::poll_status poll(std::size_t max_messages, std::size_t max_bytes,
                            tempest::deadline until) {
    for (;;) {
      if (max_messages > 0 && hand_over(max_messages, max_bytes)) break;
      const auto next = std::chrono::steady_clock::now() + look_every_;
      if (pause_.wait(std::min(until, next)) || next >= until) break;
    }
    return tempest::poll_status::ok; // a folder has no end
  }

  // Each token is answered, now or later: here nothing needs to wait.
  void settle(std::span<const std::uint64_t> tokens, std::span<const tempest::outcome> outcomes) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      context_.settled(tokens[i], outcomes[i], settle_one(tokens[i], outcomes[i]));
    }
  }

  // From any thread, unlike all others.
  void interrupt() noexcept { pause_.interrupt(); }

  bool healthy(std::string& reason) {
    if (::access(folder_.c_str(), R_OK | W_OK | X_OK) == 0) return true;
    reason = "the folder '" + folder_.string() + "': " + std::strerror(errno);
    return false;
  }

  std::int64_t depth() { return static_cast<std::int64_t>(waiting_.size()); }

  void close(tempest::deadline) {
    if (lock_ >= 0) ::close(std::exchange(lock_, -1));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(what + " the folder '" + folder_.string() +
                             "': " + std::strerror(errno));
  }

  // Reads the folder anew once all that was found is handed over.
  void look() {
    for (const fs::directory_entry& one : fs::directory_iterator(folder_)) {
      const std::string name = one.path().filename();
      if (name.front() != '.' && one.is_regular_file() && !taken_.contains(name)) {
        waiting_.insert(name);
      }
    }
  }

  // Whether there was one. The first may be larger than max_bytes: it could never be read otherwise.
  bool hand_over(std::size_t max_messages, std::size_t max_bytes) {
    if (waiting_.empty()) look();
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < max_messages && !waiting_.empty()) {
      const std::string name = *waiting_.begin();
      const std::optional<std::string> payload = read(name);
      if (!payload) { // somebody removed it
        waiting_.erase(name);
        continue;
      }
      if (count > 0 && bytes + payload->size() > max_bytes) break;
      push(name, *payload);
      waiting_.erase(name);
      ++count;
      bytes += payload->size();
    }
    return count > 0;
  }

  // The whole of it, or nothing when it is gone. What cannot be read is said, and tried again later.
  std::optional<std::string> read(const std::string& name) const try {
    std::ifstream file(folder_ / name, std::ios::binary);
    if (!file.is_open() && errno == ENOENT) return std::nullopt;
    if (!file.is_open()) fail("cannot read '" + name + "' in");
    return std::string{std::istreambuf_iterator<char>(file), {}};
  } catch (const std::ios_base::failure& error) {
    errno = error.code().value();
    fail("cannot read '" + name + "' in");
  }

  void push(const std::string& name, const std::string& payload) {
    tempest::source_message made{};
    made.token = ++last_token_;
    made.deliveries = 1;
    made.id = {name.data(), name.size()};
    made.payload = {payload.data(), payload.size()};
    context_.push({&made, 1}); // the host copies what it needs
    open_.emplace(made.token, name);
    taken_.insert(name);
  }

  tempest::settled settle_one(std::uint64_t token, tempest::outcome how) {
    const auto at = open_.find(token);
    if (at == open_.end()) return tempest::settled::gone;
    const fs::path file = folder_ / at->second;
    std::error_code error;
    bool is_gone = false;
    if (how == tempest::outcome::ack) is_gone = !fs::remove(file, error) && !error;
    if (how == tempest::outcome::fail) fs::rename(file, free_place(at->second), error);
    if (error == std::errc::no_such_file_or_directory) is_gone = true;
    if (error && !is_gone) return tempest::settled::retry; // the host says it again later
    taken_.erase(at->second); // what was given back is found by the next look
    open_.erase(at);
    return is_gone ? tempest::settled::gone : tempest::settled::ok;
  }

  // Another file of that name may have been given up before.
  fs::path free_place(const std::string& name) const {
    fs::path place = folder_ / "failed" / name;
    for (int n = 2; fs::exists(fs::symlink_status(place)); ++n) {
      place = folder_ / "failed" / (name + "." + std::to_string(n));
    }
    return place;
  }

  tempest::source_context& context_;
  const fs::path folder_;
  const std::chrono::milliseconds look_every_;
  tempest::source_pause pause_;
  int lock_ = -1;
  std::set<std::string> waiting_;             // names that were found and not handed over
  std::map<std::uint64_t, std::string> open_; // handed over and not settled
  std::set<std::string> taken_;               // the names in open_
  std::uint64_t last_token_ = 0;
};

// What the library is to list.
inline auto folder_source_source() {
  return tempest::source<folder_source>(
      "folder", "Takes the files of a folder as messages, each removed once it is acknowledged.",
      tempest::option<std::string>("folder", "The folder; it is made when it is missing.").required(),
      tempest::option<std::chrono::milliseconds>("look_every",
                                                 "How often it is looked at for new files.")
          .by_default("200ms")
          .between(1, 3'600'000));
}

} // namespace {{identifier}}
