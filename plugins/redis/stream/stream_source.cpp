#include "plugins/redis/stream/stream_source.hpp"

namespace redis::stream {

namespace {

static_assert(static_cast<int>(outcome::ack) == TEMPEST_ACK);
static_assert(static_cast<int>(outcome::fail) == TEMPEST_FAIL);
static_assert(static_cast<int>(outcome::give_back) == TEMPEST_RETURN);
static_assert(static_cast<int>(confirmation::ok) == TEMPEST_SETTLED_OK);
static_assert(static_cast<int>(confirmation::retry) == TEMPEST_SETTLED_RETRY);
static_assert(static_cast<int>(confirmation::gone) == TEMPEST_SETTLED_GONE);

} // namespace

stream_source::stream_source(tempest::source_context& context) : context_(context) {
  source_options given = read_source_options(context);
  if (given.clients.front().name.empty()) {
    const std::filesystem::path folder =
        given.state_folder.empty() ? state_folder() : std::filesystem::path(given.state_folder);
    for (consumer_settings& one : given.clients) take_number(folder, one);
  }
  payload_field_ = given.shape.payload_field;
  shape_.emplace(std::move(given.shape));
  client_.emplace(std::move(given.clients), static_cast<listener&>(*this));
}

// A number at each stream: others may read some of them, and others beside.
void stream_source::take_number(const std::filesystem::path& folder, consumer_settings& client) {
  const std::string lock = lock_name(
      "redis_stream", context_.topology(),
      {client.server.address(), std::to_string(client.server.database), client.key, client.group});
  numbers_.push_back(instance_number::take(folder, lock));
  client.siblings = std::string(context_.topology()) + "@";
  client.name = client.siblings + numbers_.back().name();
}

tempest::source_traits stream_source::traits(const tempest::options& given) {
  // Only what decides: `sources list` asks without the options that are required.
  const bool acknowledges =
      parse_ack_policy(given.get<tempest::table>("ack_policy").json).acknowledge;
  if (!acknowledges) return {tempest::guarantee::at_most_once, false, milliseconds{0}};
  return {tempest::guarantee::at_least_once, true, given.get<milliseconds>("lease")};
}

void stream_source::connect() {
  try {
    client_->connect();
  } catch (const std::exception& error) {
    why_unhealthy_ = error.what();
    throw;
  }
}

tempest::poll_status stream_source::poll(std::size_t max_messages, std::size_t max_bytes,
                                         tempest::deadline until) {
  try {
    client_->poll({max_messages, max_bytes, until});
  } catch (const std::exception& error) {
    why_unhealthy_ = error.what();
    client_->hang_up();
    throw;
  }
  return client_->more_comes() ? tempest::poll_status::more : tempest::poll_status::ok;
}

void stream_source::settle(std::span<const std::uint64_t> tokens,
                           std::span<const tempest::outcome> outcomes) {
  client_->settle(tokens,
                  {reinterpret_cast<const std::uint8_t*>(outcomes.data()), outcomes.size()});
}

// One round renews all that is due, whichever tokens are named.
void stream_source::extend(std::span<const std::uint64_t> tokens) {
  if (!tokens.empty()) client_->renew_soon();
}

bool stream_source::healthy(std::string& reason) {
  if (client_->connected()) return true;
  reason = why_unhealthy_;
  return false;
}

void stream_source::close(tempest::deadline until) {
  client_->close(until);
}

void stream_source::deliver(const reply& from, std::span<const handed_entry> batch) {
  const bool first_without = shape_->without_payload() == 0;
  context_.push(shape_->shape(from, batch));
  if (first_without && shape_->without_payload() > 0) {
    context_.warn("an entry has no field '" + payload_field_ +
                  "': its payload is empty and all its fields are headers (said once); "
                  "payload = \"json\" makes one object of all fields");
  }
}

void stream_source::settled(std::span<const token> which, outcome of, confirmation result) {
  context_.settled(which, static_cast<tempest::outcome>(of), static_cast<tempest::settled>(result));
}

void stream_source::withdrawn(std::span<const token> which) {
  context_.withdraw(which);
}

// Asked for at the moment of need, which is rare: most sources have no pending handlers.
void stream_source::pending_handled(pending_action how, std::uint64_t count) {
  context_
      .counter(
          "pending_handled",
          "Pending entries that pending_handlers, or the claiming of what others left, dealt with.",
          {{"action", word(how)}})
      .add(static_cast<double>(count));
}

void stream_source::pending_refused(pending_action how) {
  context_
      .counter("pending_refused", "Times that the server refused what a pending handler is to do.",
               {{"action", word(how)}})
      .add();
}

void stream_source::log(severity level, const std::string& text) {
  if (level == severity::warn) {
    context_.warn(text);
  } else {
    context_.info(text);
  }
}

} // namespace redis::stream
