// From the options of Topology.toml to the settings of the client.
#pragma once

#include <tempest/options.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "plugins/redis/ack_policy.hpp"
#include "plugins/redis/key_options.hpp"
#include "plugins/redis/server_options.hpp"
#include "plugins/redis/stream/consumers.hpp"
#include "plugins/redis/stream/message_shape.hpp"
#include "plugins/redis/stream/writer.hpp"

namespace redis::stream {

struct source_options {
  std::vector<consumer_settings> clients; // one for each stream
  shape_settings shape;
  std::string state_folder; // empty: the user's
};

struct sink_options {
  writer_settings client;
  bool json = false;
  std::string payload_field;
  std::string key_field;
};

inline void check_starting_id(const std::string& id) {
  if (id == "$" || parse_id(id)) return;
  throw std::invalid_argument("group_starting_id: '" + id +
                              "' is neither \"0\" (all of the stream), \"$$\" (only what comes "
                              "after the group was made; $ alone begins a variable) nor the id of "
                              "an entry");
}

// `from`: tempest::options or the context of a plugin, which read alike. Throws
// std::invalid_argument with the option's name and what is wrong; never with a secret.
template <typename Values>
source_options read_source_options(const Values& from) {
  using std::chrono::milliseconds;
  source_options made;
  consumer_settings client;
  client.server = read_server(from);
  client.group = from.template get<std::string>("group");
  client.starting_id = from.template get<std::string>("group_starting_id");
  client.name = from.template get<std::string>("consumer");
  client.read_count = from.template get<std::size_t>("read_msg_count");
  client.block = from.template get<milliseconds>("block_read");
  const ack_policy policy = parse_ack_policy(from.template get<tempest::table>("ack_policy").json);
  client.acknowledge = policy.acknowledge;
  client.ack_batch = policy.batch;
  client.ack_interval = from.template get<milliseconds>("ack_interval");
  client.lease = from.template get<milliseconds>("lease");
  client.timeout = from.template get<milliseconds>("timeout");
  for (const std::string& key :
       parse_keys(from.template get<std::string>("key"),
                  from.template get<tempest::list>("keys").json, "stream")) {
    client.key = key;
    client.handlers = parse_pending_handlers(
        from.template get<tempest::list>("pending_handlers").json, client.lease, key);
    made.clients.push_back(client);
  }
  if (!client.acknowledge && !client.handlers.empty()) {
    throw std::invalid_argument(
        "pending_handlers: with ack_policy \"none\" nothing is ever pending");
  }
  if (made.clients.size() > 1) {
    for (const consumer_settings& one : made.clients) made.shape.prefixes.push_back(one.key + "/");
  }
  made.shape.json = from.template get<tempest::choice>("payload").word == "json";
  made.shape.payload_field = from.template get<std::string>("payload_field");
  made.shape.key_field = from.template get<std::string>("key_field");
  made.state_folder = from.template get<std::string>("state_folder");
  check_not_empty("group", client.group);
  check_starting_id(client.starting_id);
  return made;
}

template <typename Values>
sink_options read_sink_options(const Values& from) {
  sink_options made;
  made.client.server = read_server(from);
  made.client.key = from.template get<std::string>("key");
  made.client.max_length = from.template get<std::uint64_t>("max_length");
  made.client.timeout = from.template get<std::chrono::milliseconds>("timeout");
  made.json = from.template get<tempest::choice>("payload").word == "json";
  made.payload_field = from.template get<std::string>("payload_field");
  made.key_field = from.template get<std::string>("key_field");
  check_not_empty("key", made.client.key);
  return made;
}

} // namespace redis::stream
