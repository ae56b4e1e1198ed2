#include "runtime/net/client_link.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/net/report_check.hpp"
#include "runtime/wire/frame.hpp"

namespace tempest::net {
namespace {

constexpr std::uint32_t longest_heartbeat_ms = 8'000; // whoever is silent for longer is cut

// What was not begun is done by somebody else in any case.
std::uint64_t finished(std::span<const engine::result> results) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      results, [](const auto& one) { return one.what != engine::outcome::returned; }));
}

} // namespace

client_link::client_link(loop& serving, std::unique_ptr<transport> over,
                         const client_settings& settings, base::chunk_pool& pool, std::uint64_t id,
                         client_owner& owner, link_user& user)
    : settings_(settings),
      id_(id),
      owner_(owner),
      user_(user),
      connection_(
          std::make_shared<connection>(serving, std::move(over), pool, settings.limits, *this)),
      decoder_(pool) {}

client_link::~client_link() {
  if (!left_) connection_->close(); // else it says good-bye, to its end
}

void client_link::start() {
  wire::hello said;
  said.topology = settings_.topology;
  for (const client_task& task : settings_.tasks) {
    said.tasks.push_back({task.name, task.leaf, task.workers});
  }
  said.token = settings_.trusted.token;
  said.name = settings_.name;
  connection_->start(false);
  connection_->send(encoder_.encode(said));
}

void client_link::leave(std::string_view reason, std::int64_t until_ns) {
  left_ = true;
  const bool has_told_all = !let_in_ || unreported() == 0; // then nobody is waited for
  connection_->leave(encoder_.encode(wire::goodbye{reason}), has_told_all ? 0 : until_ns);
}

void client_link::grant(std::uint32_t task, std::uint64_t messages, std::uint64_t bytes) {
  connection_->send(encoder_.encode(wire::credit{task, messages, bytes}));
}

void client_link::report(std::uint32_t task, engine::worker_report& done) {
  const wire::report said{task, &done};
  for (std::size_t first = 0; first < done.results.size();) {
    wire::encoder::part part = encoder_.encode(said, first, usual_body_bytes);
    if (part.count == 0) part = encoder_.encode(said, first, max_frame_bytes_);
    if (part.count == 0) {
      // What the topology would say of them as well.
      reject(
          done, done.results[first],
          fmt::format("its outputs do not fit the longest frame that the topology takes, {} bytes",
                      max_frame_bytes_));
      continue;
    }
    connection_->send(part.bytes);
    said_.add(connection_->said(), finished(std::span(done.results).subspan(first, part.count)),
              [this] { return connection_->arrived(); });
    first += part.count;
  }
}

std::uint64_t client_link::announce() {
  heartbeat_due();
  return connection_->said();
}

bool client_link::has_heard(std::uint64_t mark) const {
  return connection_->arrived() >= mark;
}

std::uint64_t client_link::unreported() const {
  return said_.beyond(connection_->arrived());
}

void client_link::received(const wire::frame_reader::frame& frame) {
  const wire::message said = decoder_.decode(frame.body, frame.home);
  let_in_ ? heard(said) : answered(said);
}

// Throws protocol_error when the topology and this process cannot work together.
void client_link::check(const wire::welcome& said) const {
  if (const std::string wrong = wire::incompatible(said.major, said.minor); !wrong.empty()) {
    throw wire::protocol_error(wrong);
  }
  if (said.instance == 0 || said.max_frame_bytes < wire::max_hello_bytes ||
      said.heartbeat_ms == 0 || said.heartbeat_ms > longest_heartbeat_ms) {
    throw wire::protocol_error("a welcome that nobody can work by");
  }
}

void client_link::answered(const wire::message& said) {
  if (const auto* const no = std::get_if<wire::refusal>(&said)) {
    connection_->close();
    return user_.refused(no->reason);
  }
  const auto* const yes = std::get_if<wire::welcome>(&said);
  if (yes == nullptr) throw wire::protocol_error("something else than an answer to the hello");
  check(*yes);
  if (!user_.let_in(yes->instance)) return leave("another connection serves this topology");
  let_in_ = true;
  max_frame_bytes_ = yes->max_frame_bytes;
  connection_->open(max_frame_bytes_, std::chrono::milliseconds(yes->heartbeat_ms));
  owner_.joined(*this);
}

void client_link::heard(const wire::message& said) {
  if (const auto* const batch = std::get_if<wire::deliver>(&said)) {
    if (batch->task >= settings_.tasks.size()) {
      throw wire::protocol_error("deliveries of a task that the hello does not name");
    }
    owner_.delivered(*this, *batch);
  } else if (const auto* const useless = std::get_if<wire::cancel>(&said)) {
    owner_.cancelled(*this, useless->tokens);
  } else if (const auto* const last = std::get_if<wire::goodbye>(&said)) {
    const std::string reason(last->reason);
    connection_->close();
    ended(reason.empty() ? "it left"
                         : fmt::format("it said good-bye to this process: \"{}\"", reason));
  } else if (!std::holds_alternative<wire::heartbeat>(said) &&
             !std::holds_alternative<wire::unknown>(said)) {
    throw wire::protocol_error("something that only a task process says");
  }
}

void client_link::heartbeat_due() {
  wire::heartbeat said;
  owner_.alive(*this, said);
  connection_->send(encoder_.encode(said));
}

void client_link::ended(std::string_view reason) {
  if (let_in_) owner_.left(*this, reason);
  user_.ended(reason);
}

} // namespace tempest::net
