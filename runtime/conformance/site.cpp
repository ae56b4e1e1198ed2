#include "runtime/conformance/site.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/conformance/hook.hpp"
#include "runtime/conformance/value_json.hpp"

namespace tempest::conformance {
namespace {

namespace fs = std::filesystem;

constexpr int most_removals = 100;
constexpr std::chrono::milliseconds removal_pause{10};
// Of a command, when that is more than a minute: it cannot show that it gets on.
constexpr int patiences = 4;

void replace_mark(std::string& text, const std::string& mark, const std::string& by) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), by);
    at += by.size();
  }
}

std::string new_folder() {
  std::string name = (fs::temp_directory_path() / "tempest-check-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw base::failure(base::exit_code::io, "cannot make the folder " + name);
  }
  fs::create_directory(name + "/files");
  fs::create_directory(name + "/own");
  return name;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

} // namespace

site::site(const subject& what, const settings& given, std::string name, conduct& seen,
           const stop_flag& stop, std::function<void(std::size_t)> look)
    : what_(what),
      given_(given),
      name_(fmt::format("{}-{:x}-{:x}", name, ::getpid(), base::calendar_ms() & 0xffffff)),
      seen_(seen),
      stop_(stop),
      look_(std::move(look)),
      folder_(new_folder()) {
  std::ofstream(output_file()).flush(); // there before the plugin prints
  if (!given_.broker_host.empty()) {
    relay_ = std::make_unique<relay>(given_.broker_host, given_.broker_port);
  }
}

// What was killed a moment ago may still add a file to it.
site::~site() {
  std::error_code error;
  for (int i = 0; i < most_removals; ++i) {
    fs::remove_all(folder_, error);
    if (!error) break;
    std::this_thread::sleep_for(removal_pause);
  }
}

std::string site::own_file(const std::string& name) const {
  return folder_ + "/own/" + name;
}

std::string site::output_file() const {
  return folder_ + "/files/stdout";
}

std::string site::replaced(std::string text) const {
  replace_mark(text, "{case}", name_);
  replace_mark(text, "{folder}", folder_ + "/files");
  replace_mark(text, "{instance}", std::to_string(instances_));
  return text;
}

void site::replace_all(nlohmann::json& value) const {
  if (value.is_structured()) {
    for (auto& one : value) replace_all(one);
  } else if (value.is_string()) {
    auto text = replaced(value.get<std::string>());
    if (relay_) replace_mark(text, "{broker}", fmt::format("127.0.0.1:{}", relay_->port()));
    value = text;
  }
}

nlohmann::json site::next_options() {
  ++instances_;
  const auto& options = what_.kind == "source" ? given_.source : given_.sink;
  nlohmann::json made = options ? to_json(*options) : nlohmann::json::object();
  replace_all(made);
  return made;
}

std::vector<nlohmann::json> site::wrong_options() const {
  std::vector<nlohmann::json> made;
  for (const config::value& one :
       what_.kind == "source" ? given_.wrong_source : given_.wrong_sink) {
    replace_all(made.emplace_back(to_json(one)));
  }
  return made;
}

relay& site::broker() {
  if (!relay_) throw not_applicable("`broker` is not given: there is no connection to cut");
  return *relay_;
}

std::vector<std::string> site::payloads(std::size_t count, std::size_t bytes) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(numbered_payload(++numbers_, bytes));
  return made;
}

std::vector<std::string> site::fill(std::size_t count, std::size_t bytes) {
  filled_.add(numbers_ + 1, count, bytes);
  std::vector<std::string> made = payloads(count, bytes);
  if (given_.generator) return made;
  std::string lines;
  for (const std::string& one : made) lines += one + "\n";
  run("fill", given_.fill, lines);
  return made;
}

const filled_messages* site::filled() const {
  return given_.generator || given_.fill.empty() ? nullptr : &filled_;
}

std::string site::read() {
  return run("read", given_.read);
}

std::optional<std::vector<std::string>> site::keys() {
  if (given_.keys.empty()) return std::nullopt;
  return lines_of(run("keys", given_.keys));
}

std::optional<std::vector<std::string>> site::headers() {
  if (given_.headers.empty()) return std::nullopt;
  return lines_of(run("headers", given_.headers));
}

std::vector<std::string> site::failed() {
  return lines_of(run("failed", given_.failed));
}

void site::restart() {
  run("restart", given_.restart);
}

std::string site::run(const std::string& key, const std::string& command, std::string input) const {
  if (command.empty()) throw not_applicable(fmt::format("the command `{}` is not given", key));
  hook made{key, replaced(command), folder_ + "/own", std::move(input)};
  made.time_limit = std::max(made.time_limit, patiences * patience());
  return run_hook(made, [this] { need_go_on(); });
}

void site::note(const nlohmann::json& answer) {
  for (const auto& one : answer.at("offences")) seen_.offences.insert(one.get<std::string>());
  seen_.calls += answer.at("calls").get<std::uint64_t>();
}

} // namespace tempest::conformance
