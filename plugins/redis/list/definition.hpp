// What `redis_list` is called, and every option with its meaning.
#pragma once

#include <tempest/sink.hpp>
#include <tempest/source.hpp>

#include "plugins/redis/list/list_sink.hpp"
#include "plugins/redis/list/list_source.hpp"

namespace redis::list {

using tempest::option;

[[nodiscard]] inline auto source_definition() {
  return tempest::source<list_source>(
             "redis_list", "Reads Redis lists, each element kept until it is acknowledged.",
             uri_option(), option<std::string>("key", "The list; or see `keys`.").by_default(""),
             option<tempest::list>("keys",
                                   "Several lists instead of `key`: the first is read first, the "
                                   "next when it is empty.")
                 .by_default("[]"),
             option<tempest::choice>("from", "The end that is read.")
                 .choices({"left", "right"})
                 .by_default("left"),
             option<std::string>(
                 "consumer",
                 "This consumer's name, used by no other process; by default "
                 "topology@host:N-ID with the lowest N that is free in `state_folder`.")
                 .by_default(""),
             option<std::string>("state_folder",
                                 "Where the files lie that keep N and ID; by default "
                                 "$XDG_STATE_HOME/tempest or ~/.local/state/tempest.")
                 .by_default(""),
             option<std::int64_t>("read_msg_count", "The most elements that one read asks for.")
                 .by_default(1000)
                 .between(1, 100000),
             option<milliseconds>("block_read",
                                  "How long the server holds a wait that finds nothing; it ends as "
                                  "soon as an element arrives.")
                 .by_default("5s")
                 .between(1, hour_ms),
             option<tempest::table>(
                 "ack_policy",
                 "{ type = \"batch\", n }: up to n elements a step of the server; { type = "
                 "\"individual\" }: a step each; { type = \"none\" }: the server forgets an "
                 "element "
                 "once it was read, at most once.")
                 .by_default(R"({"type":"batch","n":1000})"),
             option<milliseconds>("ack_interval",
                                  "The longest that an acknowledgement waits for the next read.")
                 .by_default("100ms")
                 .between(1, hour_ms),
             option<milliseconds>("lease",
                                  "What a consumer has in hand goes back to the list when its "
                                  "heartbeat has not been heard for so long.")
                 .by_default("60s")
                 .between(100, 24 * hour_ms),
             timeout_option(), tls_ca_option(), tls_cert_option(), tls_key_option(),
             option<tempest::choice>("payload",
                                     "\"element\": an element is a payload; \"envelope\": it is a "
                                     "JSON object that holds payload, key, headers and time.")
                 .choices({"element", "envelope"})
                 .by_default("element"))
      .validate([](const tempest::options& given) { (void)read_source_options(given); });
}

[[nodiscard]] inline auto sink_definition() {
  return tempest::sink<list_sink>(
             "redis_list", "Adds messages to a Redis list.", uri_option(),
             option<std::string>("key", "The list; made when it is missing.").required(),
             option<tempest::choice>("to", "The end at which messages are added.")
                 .choices({"left", "right"})
                 .by_default("right"),
             option<std::int64_t>("max_length",
                                  "The list is trimmed to so many elements, the oldest go; 0 = "
                                  "never.")
                 .by_default(0)
                 .at_least(0),
             timeout_option(), tls_ca_option(), tls_cert_option(), tls_key_option(),
             option<tempest::choice>(
                 "payload",
                 "\"element\": the payload alone is added; \"envelope\": a JSON "
                 "object that holds payload, key, headers and time.")
                 .choices({"element", "envelope"})
                 .by_default("element"))
      .validate([](const tempest::options& given) { (void)read_sink_options(given); });
}

} // namespace redis::list
