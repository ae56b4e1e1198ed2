#include "runtime/conformance/plugin_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"

namespace tempest::conformance {

using nlohmann::json;

namespace {

constexpr std::int64_t end_look_ns = 20'000'000;

} // namespace

plugin_process::plugin_process(site& at) : site_(at), options_(at.next_options()) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw base::failure(base::exit_code::unavailable, "there is no socket to be had");
  }
  channel_ = ends[0];
  // Not the number that it gets there: copying it onto itself would close it.
  const int theirs = ::fcntl(ends[1], F_DUPFD_CLOEXEC, channel_descriptor + 1);
  ::close(ends[1]);
  printed_ = site_.own_file(fmt::format("errors-{}", site_.instances()));
  const subject& what = site_.what();
  try {
    process_ = std::make_unique<started_process>(
        std::vector<std::string>{what.driver, what.library, what.kind, what.name},
        process_files{{}, site_.output_file(), printed_, theirs}, leaving::ends_too);
  } catch (...) {
    ::close(theirs);
    ::close(channel_);
    throw;
  }
  ::close(theirs);
  json hello;
  const std::int64_t limit_ns = base::nanoseconds(site_.patience());
  const heard how = receive(hello, limit_ns);
  if (how == heard::late) end_hung("loading", limit_ns);
  if (how != heard::message) explain_end("loading");
  const auto reason = hello.at("reason").get<std::string>();
  if (!reason.empty()) throw base::failure(base::exit_code::bad_config, reason);
}

plugin_process::~plugin_process() {
  ::close(channel_);
}

json plugin_process::ask(json request, std::int64_t due_ms) {
  auto during = request.at("do").get<std::string>();
  json answer = {{entering, during}};
  if (!send(channel_, request)) explain_end(during);
  const std::int64_t limit_ns = base::nanoseconds(site_.patience()) + due_ms * 1'000'000;
  while (answer.contains(entering)) {
    during = answer.at(entering);
    const heard how = receive(answer, limit_ns);
    if (how == heard::late) end_hung(during, limit_ns);
    if (how != heard::message) explain_end(during);
    site_.need_go_on();
  }
  need_limited_output();
  site_.note(answer);
  return answer;
}

// A child that the plugin left holds the channel open: that its process has ended is the end.
heard plugin_process::receive(json& message, std::int64_t limit_ns) {
  const auto still = [this] {
    site_.need_go_on();
    need_limited_output();
    return !process_->ended_by(base::steady_ns());
  };
  return conformance::receive(channel_, message, base::steady_ns() + limit_ns, still);
}

// Nothing when it has not for the patience.
std::optional<int> plugin_process::ended() {
  const std::int64_t limit_ns = base::steady_ns() + base::nanoseconds(site_.patience());
  std::optional<int> status;
  while (!status && base::steady_ns() < limit_ns) {
    site_.need_go_on();
    need_limited_output();
    status = process_->ended_by(std::min(base::steady_ns() + end_look_ns, limit_ns));
  }
  return status;
}

// Its files would fill the disk.
void plugin_process::need_limited_output() const {
  for (const auto& [name, file] :
       {std::pair{"output", site_.output_file()}, std::pair{"error", printed_}}) {
    if (!is_beyond_limit(file)) continue;
    throw found(
        fmt::format("it prints more than {} MiB on its standard {}", output_limit >> 20, name));
  }
}

bool plugin_process::offers(json request) {
  return !ask(std::move(request)).contains("unknown");
}

void plugin_process::kill() {
  process_->signal(SIGKILL);
  static_cast<void>(process_->ended_by(base::never_ns));
}

void plugin_process::pause() {
  process_->signal(SIGSTOP);
}

void plugin_process::resume() {
  process_->signal(SIGCONT);
}

void plugin_process::leave() {
  ::shutdown(channel_, SHUT_RDWR);
  const auto status = ended();
  if (!status) throw found("its process does not end once the instance is destroyed");
  if (*status != 0) explain_end("the end");
}

void plugin_process::end_hung(const std::string& during, std::int64_t limit_ns) {
  process_->signal(SIGKILL);
  throw found(fmt::format("{} has not come back within {} ms", during, limit_ns / 1'000'000));
}

void plugin_process::explain_end(const std::string& during) {
  const auto status = ended();
  const std::string said = last_words(printed_);
  throw found(fmt::format("its process ended during {} ({}){}{}", during,
                          status ? end_words(*status) : "it hangs",
                          said.empty() ? "" : "; it said: ", said));
}

} // namespace tempest::conformance
