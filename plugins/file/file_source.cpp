#include "plugins/file/file_source.hpp"

#include <fnmatch.h>
#include <tempest/errors.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "plugins/file/followed_files.hpp"
#include "plugins/file/listed_files.hpp"

namespace file_lines {
namespace {

std::vector<std::string> paths_of(const tempest::options& given) {
  std::vector<std::string> paths;
  if (given.has("path")) paths.push_back(given.get<std::string>("path"));
  if (given.has("paths")) {
    const auto listed = nlohmann::json::parse(given.get<tempest::list>("paths").json);
    for (const nlohmann::json& one : listed) {
      if (!one.is_string()) {
        throw std::runtime_error("paths holds " + one.dump() + ", which is not a string");
      }
      paths.push_back(one.get<std::string>());
    }
  }
  if (paths.empty()) throw std::runtime_error("give path or paths: what to read, \"-\" = stdin");
  return paths;
}

line_rules rules_of(const tempest::source_context& context) {
  return {static_cast<std::size_t>(context.get<tempest::size>("max_line").bytes),
          context.get<bool>("keep_cr")};
}

[[noreturn]] void refuse_cover(const std::string& path, const std::string& own) {
  throw std::runtime_error("'" + path + "' covers '" + own +
                           "', in which the state is kept: give that a place of its own");
}

// The same path is spelt in one way only: "./a" as "a".
std::string plain(const std::string& path) {
  return (std::filesystem::current_path() / path).lexically_normal().string();
}

// The same of a pattern: the folder that a relative one starts from is meant as it is written.
std::string plain_pattern(const std::string& pattern) {
  std::string folder;
  for (const char c : std::filesystem::current_path().string()) {
    if (std::string_view("*?[\\").find(c) != std::string_view::npos) folder += '\\';
    folder += c;
  }
  return (std::filesystem::path(folder) / pattern).lexically_normal().string();
}

// A pattern that covers the state would read it.
void refuse_to_read_state(const std::vector<std::string>& paths, const std::string& state) {
  for (const std::string& path : paths) {
    if (path == "-") {
      throw std::runtime_error("what was read of standard input cannot be remembered (state)");
    }
    for (const char* const end : {"", ".lock", ".new"}) {
      const std::string own = plain(state + end);
      const bool covers = ::fnmatch(plain_pattern(path).c_str(), own.c_str(), FNM_PATHNAME) == 0;
      if (plain(path) == own || covers) refuse_cover(path, state + end);
    }
  }
}

constexpr std::string_view dropped_header = "file-dropped-bytes";

} // namespace

file_source::file_source(tempest::source_context& context) try
    : context_(context),
      follow_(context.get<bool>("follow")),
      keeper_(context.options().has("state")
                  ? std::make_unique<line_keeper>(context.get<std::string>("state"), *this)
                  : nullptr),
      reader_(queue()) {
  if (keeper_ != nullptr)
    acked_.reserve(2 * many_unanswered); // grown bit by bit it takes twice as much
} catch (const unreadable& why) {
  throw tempest::no_input(why.what());
}

std::unique_ptr<file_queue> file_source::queue() {
  const std::vector<std::string> paths = paths_of(context_.options());
  const line_rules rules = rules_of(context_);
  const bool keep = keeper_ != nullptr;
  std::vector<std::string> first;
  if (keep) first = keeper_->memory().moved(paths, seconds_now());
  if (!follow_) {
    return std::make_unique<listed_files>(existing_files(paths), first, rules, keep, *this);
  }
  return std::make_unique<followed_files>(paths, first, rules, follow_rules{}, keep, *this);
}

void file_source::begins(source_file& file) {
  if (keeper_ != nullptr) {
    if (follow_) keeper_->hurry(); // it may be moved, and is known again by what is written
    return keeper_->memory().begins(file);
  }
  file.name = file.path + "@" + random_mark();
}

tempest::source_traits file_source::traits(const tempest::options& given) {
  if (!given.has("state")) return {};
  return {tempest::guarantee::at_least_once, true, std::chrono::milliseconds{0}};
}

void file_source::check(const tempest::options& given) {
  const std::vector<std::string> paths = paths_of(given);
  if (given.get<bool>("follow") && std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    throw std::runtime_error("standard input cannot be followed; it is read to its end as it is");
  }
  if (given.has("state") && given.get<std::string>("state").empty()) {
    throw std::runtime_error("state is an empty path: leave it out to remember nothing");
  }
  if (given.has("state")) refuse_to_read_state(paths, given.get<std::string>("state"));
}

tempest::poll_status file_source::poll(std::size_t max_messages, std::size_t max_bytes,
                                       tempest::deadline until) {
  save_if_due();
  const tempest::deadline rest = keeper_ == nullptr ? until : keeper_->before(until);
  if (ended_ ? rest < until : max_messages == 0) reader_.wait(rest);
  bytes_ = count_ = 0;
  for (bool read = false; !ended_ && max_messages > 0; read = true) {
    if (keeper_ != nullptr && keeper_->is_owed()) save();
    const bool full = gather(max_messages, max_bytes);
    push();
    // A line may take longer to read than there is time.
    if (full || (read && reader_.is_within_line() && reader_.is_called_off(until))) break;
    const fill_result found = reader_.fill(count_ == 0 ? rest : tempest::deadline{});
    ended_ = found == fill_result::end;
    if (found == fill_result::nothing) break;
  }
  // Nothing more is to be waited for.
  const bool has_answers = !acked_.empty() || !failed_.empty();
  if (ended_ && has_answers && keeper_->memory().lines().in_hand() == 0) save();
  if (rest < until) save_if_due();
  return ended_ ? tempest::poll_status::end : tempest::poll_status::ok;
}

bool file_source::gather(std::size_t max_messages, std::size_t max_bytes) {
  batch_.clear();
  line one;
  while (reader_.peek(one)) {
    if (count_ == max_messages) return true;
    if (count_ > 0 && bytes_ + one.text.size() > max_bytes) return true;
    add(one);
    reader_.pop();
  }
  return count_ == max_messages;
}

void file_source::add(const line& one) {
  if (ids_.size() == batch_.size()) ids_.emplace_back();
  std::string& id = ids_[batch_.size()];
  id.assign(reader_.file().name).append(":").append(std::to_string(one.number));
  tempest::source_message& made = batch_.emplace_back();
  made = {};
  if (keeper_ == nullptr) {
    made.token = ++tokens_;
    made.deliveries = 1;
  } else {
    const source_file& file = reader_.file();
    made.failures = file.todo.front().failures;
    made.deliveries = made.failures + 1;
    made.token = keeper_->memory().lines().add(file.number, one, made.failures);
  }
  // A pointer even when the line is empty: no data would mean that there is no payload.
  made.payload = {one.text.data(), one.text.size()};
  bytes_ += one.text.size();
  ++count_;
  if (one.dropped_bytes == 0) return;
  context_.warn(id + " is longer than max_line: its last " + std::to_string(one.dropped_bytes) +
                " bytes are left out");
  const std::string dropped = std::to_string(one.dropped_bytes);
  const tempest::header header{tempest::impl::slice(dropped_header), tempest::impl::slice(dropped)};
  made.id = tempest::impl::slice(id);
  made.headers = &header;
  made.header_count = 1;
  context_.push(std::span(&made, 1)); // now, while the header lives
  batch_.pop_back();
}

void file_source::push() {
  if (batch_.empty()) return;
  for (std::size_t i = 0; i < batch_.size(); ++i) batch_[i].id = tempest::impl::slice(ids_[i]);
  context_.push(batch_);
}

} // namespace file_lines
