#include "plugins/file/file_source.hpp"

#include <tempest/errors.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
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

// What tells a file from others that had its path before, or will have it later.
std::string random_mark() {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", std::random_device{}());
  return digits.data();
}

constexpr std::string_view dropped_header = "file-dropped-bytes";

} // namespace

file_source::file_source(tempest::source_context& context) try
    : context_(context), follow_(context.get<bool>("follow")), reader_(queue()) {
} catch (const unreadable& why) {
  throw tempest::no_input(why.what());
}

std::unique_ptr<file_queue> file_source::queue() {
  const std::vector<std::string> paths = paths_of(context_.options());
  const line_rules rules = rules_of(context_);
  if (!follow_) {
    return std::make_unique<listed_files>(existing_files(paths), rules, false, *this);
  }
  return std::make_unique<followed_files>(paths, std::vector<std::string>{}, rules, follow_rules{},
                                          false, *this);
}

void file_source::begins(source_file& file) {
  file.name = file.path + "@" + random_mark();
}

tempest::source_traits file_source::traits(const tempest::options&) {
  return {};
}

void file_source::check(const tempest::options& given) {
  const std::vector<std::string> paths = paths_of(given);
  if (given.get<bool>("follow") && std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    throw std::runtime_error("standard input cannot be followed; it is read to its end as it is");
  }
}

tempest::poll_status file_source::poll(std::size_t max_messages, std::size_t max_bytes,
                                       tempest::deadline until) {
  if (max_messages == 0 && !ended_) reader_.wait(until);
  bytes_ = count_ = 0;
  for (bool read = false; !ended_ && max_messages > 0; read = true) {
    const bool full = gather(max_messages, max_bytes);
    push();
    // A line may take longer to read than there is time.
    if (full || (read && reader_.is_within_line() && reader_.is_called_off(until))) break;
    const fill_result found = reader_.fill(count_ == 0 ? until : tempest::deadline{});
    ended_ = found == fill_result::end;
    if (found == fill_result::nothing) break;
  }
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
  made.token = ++tokens_;
  made.deliveries = 1;
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

// There is nobody to tell: confirmed at once, row by row of equal outcomes.
void file_source::settle(std::span<const std::uint64_t> tokens,
                         std::span<const tempest::outcome> outcomes) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i + 1 < tokens.size() && outcomes[i + 1] == outcomes[i]) continue;
    context_.settled(tokens.subspan(start, i + 1 - start), outcomes[i], tempest::settled::ok);
    start = i + 1;
  }
}

} // namespace file_lines
