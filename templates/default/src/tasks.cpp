// The library build/libtasks.so: all tasks of {{name}}, listed once.
#include "count_items.hpp"
#include "drop_trials.hpp"
#include "split_order.hpp"

using namespace {{identifier}};

TEMPEST_LIBRARY(
    tempest::task<drop_trials>("drop_trials", "Lets real orders pass, skips trials."),
    tempest::task<split_order>("split_order", "Splits an order into its items.",
                               tempest::option<std::string>("separator", "What stands between items.")
                                   .by_default(",")),
    tempest::task<count_items>("count_items", "Adds up what was ordered.").single())
