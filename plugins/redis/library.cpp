// What libtempest_redis.so offers.
#include <tempest/library.hpp>

#include "plugins/redis/list/definition.hpp"
#include "plugins/redis/stream/definition.hpp"

TEMPEST_LIBRARY(redis::list::source_definition(), redis::list::sink_definition(),
                redis::stream::source_definition(), redis::stream::sink_definition())
