#include "plugins/redis/list/list_source.hpp"

namespace redis::list {

list_source::list_source(tempest::source_context& context) : context_(context) {
  source_options given = read_source_options(context);
  consumer_settings& client = given.client;
  if (client.name.empty()) {
    std::string keys;
    for (const std::string& key : client.keys) keys += std::to_string(key.size()) + ":" + key;
    const std::filesystem::path folder =
        given.state_folder.empty() ? state_folder() : std::filesystem::path(given.state_folder);
    number_ = instance_number::take(
        folder, lock_name("redis_list", context.topology(),
                          {client.server.address(), std::to_string(client.server.database), keys}));
    client.name = std::string(context.topology()) + "@" + number_->name();
    client.sole_name = true;
  }
  shape_.emplace(client.keys, given.enveloped);
  client_.emplace(std::move(client), static_cast<listener&>(*this));
}

tempest::source_traits list_source::traits(const tempest::options& given) {
  // Only what decides: `sources list` asks without the options that are required.
  const bool acknowledges =
      parse_ack_policy(given.get<tempest::table>("ack_policy").json).acknowledge;
  if (!acknowledges) return {tempest::guarantee::at_most_once, false, milliseconds{0}};
  return {tempest::guarantee::at_least_once, true, given.get<milliseconds>("lease")};
}

void list_source::connect() {
  try {
    client_->connect();
  } catch (const std::exception& error) {
    why_unhealthy_ = error.what();
    throw;
  }
}

tempest::poll_status list_source::poll(std::size_t max_messages, std::size_t max_bytes,
                                       tempest::deadline until) {
  try {
    client_->poll({max_messages, max_bytes, until});
  } catch (const std::exception& error) {
    why_unhealthy_ = error.what();
    client_->hang_up();
    throw;
  }
  const bool is_idle = !client_->more_comes() && !client_->is_owed_an_answer();
  return is_idle ? tempest::poll_status::ok : tempest::poll_status::more;
}

void list_source::settle(std::span<const std::uint64_t> tokens,
                         std::span<const tempest::outcome> outcomes) {
  client_->settle(tokens,
                  {reinterpret_cast<const std::uint8_t*>(outcomes.data()), outcomes.size()});
}

// One heartbeat renews all that is in hand, whichever tokens are named.
void list_source::extend(std::span<const std::uint64_t> tokens) {
  if (!tokens.empty()) client_->renew_soon();
}

bool list_source::healthy(std::string& reason) {
  if (client_->connected()) return true;
  reason = why_unhealthy_;
  return false;
}

void list_source::deliver(std::span<const handed_element> batch) {
  const bool first_without = shape_->without_envelope() == 0;
  context_.push(shape_->shape(batch));
  if (first_without && shape_->without_envelope() > 0) {
    context_.warn(
        "an element is no envelope: it is taken as a payload without key and headers (said once)");
  }
}

void list_source::settled(std::span<const token> which, outcome of, confirmation result) {
  context_.settled(which, static_cast<tempest::outcome>(of), static_cast<tempest::settled>(result));
}

void list_source::log(severity level, const std::string& text) {
  if (level == severity::warn) {
    context_.warn(text);
  } else {
    context_.info(text);
  }
}

} // namespace redis::list
