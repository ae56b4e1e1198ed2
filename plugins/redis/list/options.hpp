// From the options of Topology.toml to the settings of the client.
#pragma once

#include <tempest/options.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "plugins/redis/ack_policy.hpp"
#include "plugins/redis/key_options.hpp"
#include "plugins/redis/list/consumer.hpp"
#include "plugins/redis/list/own_names.hpp"
#include "plugins/redis/server_options.hpp"

namespace redis::list {

struct source_options {
  consumer_settings client;
  bool enveloped = false;
  std::string state_folder; // empty: the user's
};

struct sink_options {
  endpoint server;
  std::string key;
  end to = end::right;
  std::uint64_t max_length = 0; // 0 = never trimmed
  bool enveloped = false;
  std::chrono::milliseconds timeout{10000};
};

// `from`: tempest::options or the context of a plugin, which read alike. Throws
// std::invalid_argument with the option's name and what is wrong; never with a secret.
template <typename Values>
source_options read_source_options(const Values& from) {
  using std::chrono::milliseconds;
  source_options made;
  consumer_settings& client = made.client;
  client.server = read_server(from);
  client.keys = parse_keys(from.template get<std::string>("key"),
                           from.template get<tempest::list>("keys").json, "list");
  check_not_owned(client.keys);
  client.from = from.template get<tempest::choice>("from").word == "left" ? end::left : end::right;
  client.name = from.template get<std::string>("consumer");
  client.read_count = from.template get<std::size_t>("read_msg_count");
  client.block = from.template get<milliseconds>("block_read");
  const ack_policy policy = parse_ack_policy(from.template get<tempest::table>("ack_policy").json);
  client.acknowledge = policy.acknowledge;
  client.ack_batch = policy.batch;
  client.ack_interval = from.template get<milliseconds>("ack_interval");
  client.lease = from.template get<milliseconds>("lease");
  client.timeout = from.template get<milliseconds>("timeout");
  made.enveloped = from.template get<tempest::choice>("payload").word == "envelope";
  made.state_folder = from.template get<std::string>("state_folder");
  return made;
}

template <typename Values>
sink_options read_sink_options(const Values& from) {
  sink_options made;
  made.server = read_server(from);
  made.key = from.template get<std::string>("key");
  made.to = from.template get<tempest::choice>("to").word == "left" ? end::left : end::right;
  made.max_length = from.template get<std::uint64_t>("max_length");
  made.enveloped = from.template get<tempest::choice>("payload").word == "envelope";
  made.timeout = from.template get<std::chrono::milliseconds>("timeout");
  check_not_empty("key", made.key);
  return made;
}

} // namespace redis::list
