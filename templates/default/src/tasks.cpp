// The library build/libtasks.so: all tasks of {{name}}, listed once.
#include "count_items.hpp"
#include "drop_trials.hpp"
#include "split_order.hpp"

TEMPEST_LIBRARY({{identifier}}::drop_trials_task(), {{identifier}}::split_order_task(),
                {{identifier}}::count_items_task())
