// What `redis_stream` is called, and every option with its meaning.
#pragma once

#include <tempest/sink.hpp>
#include <tempest/source.hpp>

#include "plugins/redis/stream/stream_sink.hpp"
#include "plugins/redis/stream/stream_source.hpp"

namespace redis::stream {

using tempest::option;

[[nodiscard]] inline auto payload_option(const char* help) {
  return option<tempest::choice>("payload", help).choices({"field", "json"}).by_default("field");
}

[[nodiscard]] inline auto source_definition() {
  return tempest::source<stream_source>(
             "redis_stream", "Reads a Redis stream as a consumer of a group.", uri_option(),
             option<std::string>("key", "The stream; or see `keys`.").by_default(""),
             option<tempest::list>("keys", "Several streams instead of `key`; they take turns.")
                 .by_default("[]"),
             option<std::string>("group", "The consumer group; made when it is missing.")
                 .required(),
             option<std::string>("group_starting_id",
                                 "Where a new group begins: \"0\" is the stream's first entry, "
                                 "\"$$\" what comes after now (in Topology.toml, $ alone begins a "
                                 "variable).")
                 .by_default("0"),
             option<std::string>(
                 "consumer",
                 "This consumer's name, used by no other process; by default "
                 "topology@host:N-ID with the lowest N that is free in `state_folder`.")
                 .by_default(""),
             option<std::string>("state_folder",
                                 "Where the files lie that keep N and ID; by default "
                                 "$XDG_STATE_HOME/tempest or ~/.local/state/tempest.")
                 .by_default(""),
             option<std::int64_t>("read_msg_count", "The most entries that one read asks for.")
                 .by_default(1000)
                 .between(1, 100000),
             option<milliseconds>("block_read",
                                  "How long the server holds a read that finds nothing; it ends "
                                  "as soon as an entry arrives.")
                 .by_default("5s")
                 .between(1, hour_ms),
             option<tempest::table>(
                 "ack_policy",
                 "{ type = \"batch\", n }: up to n ids an XACK; { type = \"individual\" }: an XACK "
                 "each, so that each is confirmed by itself; { type = \"none\" }: the server "
                 "forgets an entry once it was read, at most once.")
                 .by_default(R"({"type":"batch","n":1000})"),
             option<milliseconds>("ack_interval",
                                  "The longest that an acknowledgement waits for the next read.")
                 .by_default("100ms")
                 .between(1, hour_ms),
             option<milliseconds>("lease",
                                  "An entry is claimed by another consumer when its own has not "
                                  "renewed it for so long, and a failed one is delivered again.")
                 .by_default("60s")
                 .between(100, 24 * hour_ms),
             option<tempest::list>(
                 "pending_handlers",
                 "What is done with pending entries that nobody has renewed: the first applies of "
                 "{ action = \"claim\", \"ack\" or \"delete\", min_idle_time, times_delivered } "
                 "and { action = \"move\", to = \"list\", \"stream\" or \"sorted_set\", key, ... "
                 "}. "
                 "By default each is claimed after `lease`.")
                 .by_default("[]"),
             timeout_option(), tls_ca_option(), tls_cert_option(), tls_key_option(),
             payload_option("\"field\": one field is the payload and the others are headers; "
                            "\"json\": an object of all fields."),
             option<std::string>("payload_field", "The field that is the payload.")
                 .by_default("payload"),
             option<std::string>("key_field",
                                 "The field that is the message's key; none by default.")
                 .by_default(""))
      .validate([](const tempest::options& given) { (void)read_source_options(given); });
}

[[nodiscard]] inline auto sink_definition() {
  return tempest::sink<stream_sink>(
             "redis_stream", "Adds messages to a Redis stream.", uri_option(),
             option<std::string>("key", "The stream; made when it is missing.").required(),
             option<std::int64_t>("max_length",
                                  "The stream is trimmed to about so many entries; 0 = never.")
                 .by_default(0)
                 .at_least(0),
             timeout_option(), tls_ca_option(), tls_cert_option(), tls_key_option(),
             payload_option("\"field\": the payload is one field, key and headers are others; "
                            "\"json\": the payload is an object and each member is a field."),
             option<std::string>("payload_field", "The field that takes the payload.")
                 .by_default("payload"),
             option<std::string>("key_field",
                                 "The field that takes the message's key, if it has one; empty = "
                                 "not written.")
                 .by_default("key"))
      .validate([](const tempest::options& given) { (void)read_sink_options(given); });
}

} // namespace redis::stream
