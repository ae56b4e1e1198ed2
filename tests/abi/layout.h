/* The layout of the plugin contract, as every plugin built so far knows it. Numbers here never
 * change within a major version: a struct that grows gets new lines before its PIN_SIZE, which then
 * changes too. Compiled as C11, C17, C++17 and C++20; there is nothing to run. */
#include <tempest/abi.h>
#include <tempest/version.h>

#if defined(__cplusplus)
#define PIN(condition, text) static_assert(condition, text)
#else
#define PIN(condition, text) _Static_assert(condition, text)
#endif
#define PIN_FIELD(type, field, at) PIN(offsetof(type, field) == (at), #type "." #field)
#define PIN_SIZE(type, bytes) PIN(sizeof(type) == (bytes), #type)
#define PIN_VALUE(name, value) PIN((name) == (value), #name)

PIN(sizeof(void*) == 8, "the numbers below are those of 64-bit systems");

/* tempest_slice */
PIN_FIELD(tempest_slice, data, 0);
PIN_FIELD(tempest_slice, length, 8);
PIN_SIZE(tempest_slice, 16);

/* tempest_header */
PIN_FIELD(tempest_header, name, 0);
PIN_FIELD(tempest_header, value, 16);
PIN_SIZE(tempest_header, 32);

/* tempest_error */
PIN_FIELD(tempest_error, size, 0);
PIN_FIELD(tempest_error, kind, 4);
PIN_FIELD(tempest_error, text, 8);
PIN_SIZE(tempest_error, 1024);

/* tempest_option */
PIN_FIELD(tempest_option, size, 0);
PIN_FIELD(tempest_option, type, 4);
PIN_FIELD(tempest_option, flags, 8);
PIN_FIELD(tempest_option, choice_count, 12);
PIN_FIELD(tempest_option, name, 16);
PIN_FIELD(tempest_option, help, 24);
PIN_FIELD(tempest_option, default_value, 32);
PIN_FIELD(tempest_option, choices, 40);
PIN_FIELD(tempest_option, minimum, 48);
PIN_FIELD(tempest_option, maximum, 56);
PIN_SIZE(tempest_option, 64);

/* tempest_value */
PIN_FIELD(tempest_value, name, 0);
PIN_FIELD(tempest_value, type, 16);
PIN_FIELD(tempest_value, present, 20);
PIN_FIELD(tempest_value, integer, 24);
PIN_FIELD(tempest_value, number, 32);
PIN_FIELD(tempest_value, text, 40);
PIN_SIZE(tempest_value, 56);

/* tempest_options */
PIN_FIELD(tempest_options, size, 0);
PIN_FIELD(tempest_options, count, 4);
PIN_FIELD(tempest_options, value_size, 8);
PIN_FIELD(tempest_options, reserved, 12);
PIN_FIELD(tempest_options, values, 16);
PIN_SIZE(tempest_options, 24);

/* tempest_host */
PIN_FIELD(tempest_host, size, 0);
PIN_FIELD(tempest_host, minor, 4);
PIN_FIELD(tempest_host, self, 8);
PIN_FIELD(tempest_host, name, 16);
PIN_FIELD(tempest_host, topology, 24);
PIN_FIELD(tempest_host, worker, 32);
PIN_FIELD(tempest_host, reserved, 36);
PIN_FIELD(tempest_host, log, 40);
PIN_FIELD(tempest_host, metric, 48);
PIN_FIELD(tempest_host, update, 56);
PIN_SIZE(tempest_host, 64);

/* tempest_delivery */
PIN_FIELD(tempest_delivery, id, 0);
PIN_FIELD(tempest_delivery, payload, 16);
PIN_FIELD(tempest_delivery, key, 32);
PIN_FIELD(tempest_delivery, headers, 48);
PIN_FIELD(tempest_delivery, path, 56);
PIN_FIELD(tempest_delivery, header_count, 64);
PIN_FIELD(tempest_delivery, path_length, 68);
PIN_FIELD(tempest_delivery, attempt, 72);
PIN_FIELD(tempest_delivery, deliveries, 76);
PIN_FIELD(tempest_delivery, timestamp_ms, 80);
PIN_FIELD(tempest_delivery, host_token, 88);
PIN_SIZE(tempest_delivery, 96);

/* tempest_batch */
PIN_FIELD(tempest_batch, size, 0);
PIN_FIELD(tempest_batch, delivery_size, 4);
PIN_FIELD(tempest_batch, count, 8);
PIN_FIELD(tempest_batch, current, 12);
PIN_FIELD(tempest_batch, deliveries, 16);
PIN_FIELD(tempest_batch, interrupt, 24);
PIN_SIZE(tempest_batch, 32);

/* tempest_output */
PIN_FIELD(tempest_output, size, 0);
PIN_FIELD(tempest_output, flags, 4);
PIN_FIELD(tempest_output, payload, 8);
PIN_FIELD(tempest_output, key, 24);
PIN_FIELD(tempest_output, headers, 40);
PIN_FIELD(tempest_output, header_count, 48);
PIN_FIELD(tempest_output, timestamp_ms, 56);
PIN_SIZE(tempest_output, 64);

/* tempest_deferred */
PIN_FIELD(tempest_deferred, slot, 0);
PIN_FIELD(tempest_deferred, generation, 8);
PIN_SIZE(tempest_deferred, 16);

/* tempest_task_host */
PIN_FIELD(tempest_task_host, size, 0);
PIN_FIELD(tempest_task_host, reserved, 4);
PIN_FIELD(tempest_task_host, self, 8);
PIN_FIELD(tempest_task_host, emit, 16);
PIN_FIELD(tempest_task_host, emit_output, 24);
PIN_FIELD(tempest_task_host, forward, 32);
PIN_FIELD(tempest_task_host, succeed, 40);
PIN_FIELD(tempest_task_host, skip, 48);
PIN_FIELD(tempest_task_host, fail, 56);
PIN_FIELD(tempest_task_host, progress, 64);
PIN_FIELD(tempest_task_host, defer, 72);
PIN_FIELD(tempest_task_host, deferred_emit, 80);
PIN_FIELD(tempest_task_host, deferred_succeed, 88);
PIN_FIELD(tempest_task_host, deferred_skip, 96);
PIN_FIELD(tempest_task_host, deferred_fail, 104);
PIN_FIELD(tempest_task_host, deferred_progress, 112);
PIN_SIZE(tempest_task_host, 120);

/* tempest_task_functions */
PIN_FIELD(tempest_task_functions, size, 0);
PIN_FIELD(tempest_task_functions, reserved, 4);
PIN_FIELD(tempest_task_functions, create, 8);
PIN_FIELD(tempest_task_functions, started, 16);
PIN_FIELD(tempest_task_functions, handle, 24);
PIN_FIELD(tempest_task_functions, shutdown, 32);
PIN_FIELD(tempest_task_functions, destroy, 40);
PIN_SIZE(tempest_task_functions, 48);

/* tempest_source_traits */
PIN_FIELD(tempest_source_traits, size, 0);
PIN_FIELD(tempest_source_traits, guarantee, 4);
PIN_FIELD(tempest_source_traits, counts_deliveries, 8);
PIN_FIELD(tempest_source_traits, reserved, 12);
PIN_FIELD(tempest_source_traits, lease_ms, 16);
PIN_SIZE(tempest_source_traits, 24);

/* tempest_source_message */
PIN_FIELD(tempest_source_message, token, 0);
PIN_FIELD(tempest_source_message, id, 8);
PIN_FIELD(tempest_source_message, payload, 24);
PIN_FIELD(tempest_source_message, key, 40);
PIN_FIELD(tempest_source_message, headers, 56);
PIN_FIELD(tempest_source_message, header_count, 64);
PIN_FIELD(tempest_source_message, deliveries, 68);
PIN_FIELD(tempest_source_message, timestamp_ms, 72);
PIN_FIELD(tempest_source_message, failures, 80);
PIN_FIELD(tempest_source_message, reserved, 84);
PIN_SIZE(tempest_source_message, 88);

/* tempest_source_host */
PIN_FIELD(tempest_source_host, size, 0);
PIN_FIELD(tempest_source_host, reserved, 4);
PIN_FIELD(tempest_source_host, self, 8);
PIN_FIELD(tempest_source_host, push, 16);
PIN_FIELD(tempest_source_host, settled, 24);
PIN_FIELD(tempest_source_host, withdraw, 32);
PIN_SIZE(tempest_source_host, 40);

/* tempest_source_functions */
PIN_FIELD(tempest_source_functions, size, 0);
PIN_FIELD(tempest_source_functions, reserved, 4);
PIN_FIELD(tempest_source_functions, traits, 8);
PIN_FIELD(tempest_source_functions, create, 16);
PIN_FIELD(tempest_source_functions, connect, 24);
PIN_FIELD(tempest_source_functions, poll, 32);
PIN_FIELD(tempest_source_functions, settle, 40);
PIN_FIELD(tempest_source_functions, extend, 48);
PIN_FIELD(tempest_source_functions, interrupt, 56);
PIN_FIELD(tempest_source_functions, healthy, 64);
PIN_FIELD(tempest_source_functions, close, 72);
PIN_FIELD(tempest_source_functions, destroy, 80);
PIN_FIELD(tempest_source_functions, depth, 88);
PIN_FIELD(tempest_source_functions, failed, 96);
PIN_FIELD(tempest_source_functions, requeue, 104);
PIN_SIZE(tempest_source_functions, 112);

/* tempest_requeue */
PIN_FIELD(tempest_requeue, size, 0);
PIN_FIELD(tempest_requeue, stride, 4);
PIN_FIELD(tempest_requeue, messages, 8);
PIN_FIELD(tempest_requeue, count, 16);
PIN_FIELD(tempest_requeue, deadline_ns, 24);
PIN_FIELD(tempest_requeue, sink, 32);
PIN_FIELD(tempest_requeue, sink_options, 40);
PIN_FIELD(tempest_requeue, stored_ids, 48);
PIN_SIZE(tempest_requeue, 56);

/* tempest_sink_host */
PIN_FIELD(tempest_sink_host, size, 0);
PIN_FIELD(tempest_sink_host, reserved, 4);
PIN_FIELD(tempest_sink_host, self, 8);
PIN_FIELD(tempest_sink_host, explain, 16);
PIN_SIZE(tempest_sink_host, 24);

/* tempest_sink_functions */
PIN_FIELD(tempest_sink_functions, size, 0);
PIN_FIELD(tempest_sink_functions, reserved, 4);
PIN_FIELD(tempest_sink_functions, create, 8);
PIN_FIELD(tempest_sink_functions, connect, 16);
PIN_FIELD(tempest_sink_functions, write, 24);
PIN_FIELD(tempest_sink_functions, flush, 32);
PIN_FIELD(tempest_sink_functions, healthy, 40);
PIN_FIELD(tempest_sink_functions, close, 48);
PIN_FIELD(tempest_sink_functions, destroy, 56);
PIN_FIELD(tempest_sink_functions, browse, 64);
PIN_FIELD(tempest_sink_functions, erase, 72);
PIN_SIZE(tempest_sink_functions, 80);

/* tempest_stored */
PIN_FIELD(tempest_stored, id, 0);
PIN_FIELD(tempest_stored, payload, 16);
PIN_FIELD(tempest_stored, problem, 32);
PIN_SIZE(tempest_stored, 48);

/* tempest_page */
PIN_FIELD(tempest_page, size, 0);
PIN_FIELD(tempest_page, reserved, 4);
PIN_FIELD(tempest_page, self, 8);
PIN_FIELD(tempest_page, add, 16);
PIN_FIELD(tempest_page, next, 24);
PIN_SIZE(tempest_page, 32);

/* tempest_topology_host */
PIN_FIELD(tempest_topology_host, size, 0);
PIN_FIELD(tempest_topology_host, reserved, 4);
PIN_FIELD(tempest_topology_host, self, 8);
PIN_FIELD(tempest_topology_host, task, 16);
PIN_FIELD(tempest_topology_host, edge, 24);
PIN_FIELD(tempest_topology_host, set, 32);
PIN_SIZE(tempest_topology_host, 40);

/* tempest_topology_functions */
PIN_FIELD(tempest_topology_functions, size, 0);
PIN_FIELD(tempest_topology_functions, reserved, 4);
PIN_FIELD(tempest_topology_functions, build, 8);
PIN_SIZE(tempest_topology_functions, 16);

/* tempest_descriptor */
PIN_FIELD(tempest_descriptor, size, 0);
PIN_FIELD(tempest_descriptor, kind, 4);
PIN_FIELD(tempest_descriptor, flags, 8);
PIN_FIELD(tempest_descriptor, option_count, 12);
PIN_FIELD(tempest_descriptor, name, 16);
PIN_FIELD(tempest_descriptor, version, 24);
PIN_FIELD(tempest_descriptor, summary, 32);
PIN_FIELD(tempest_descriptor, options, 40);
PIN_FIELD(tempest_descriptor, option_size, 48);
PIN_FIELD(tempest_descriptor, reserved, 52);
PIN_FIELD(tempest_descriptor, functions, 56);
PIN_FIELD(tempest_descriptor, validate, 64);
PIN_SIZE(tempest_descriptor, 72);

/* tempest_library */
PIN_FIELD(tempest_library, size, 0);
PIN_FIELD(tempest_library, abi_major, 4);
PIN_FIELD(tempest_library, abi_minor, 6);
PIN_FIELD(tempest_library, build, 8);
PIN_FIELD(tempest_library, descriptors, 16);
PIN_FIELD(tempest_library, count, 24);
PIN_FIELD(tempest_library, reserved, 28);
PIN_SIZE(tempest_library, 32);

/* what numbers mean */
PIN_VALUE(TEMPEST_ABI_MAJOR, 1);
PIN_VALUE(TEMPEST_OPTION_BOOL, 1);
PIN_VALUE(TEMPEST_OPTION_INTEGER, 2);
PIN_VALUE(TEMPEST_OPTION_FLOAT, 3);
PIN_VALUE(TEMPEST_OPTION_DURATION, 4);
PIN_VALUE(TEMPEST_OPTION_SIZE, 5);
PIN_VALUE(TEMPEST_OPTION_STRING, 6);
PIN_VALUE(TEMPEST_OPTION_SECRET, 7);
PIN_VALUE(TEMPEST_OPTION_ENUM, 8);
PIN_VALUE(TEMPEST_OPTION_LIST, 9);
PIN_VALUE(TEMPEST_OPTION_TABLE, 10);
PIN_VALUE(TEMPEST_OPTION_REQUIRED, 1u << 0);
PIN_VALUE(TEMPEST_LOG_DEBUG, 1);
PIN_VALUE(TEMPEST_LOG_INFO, 2);
PIN_VALUE(TEMPEST_LOG_WARN, 3);
PIN_VALUE(TEMPEST_LOG_ERROR, 4);
PIN_VALUE(TEMPEST_METRIC_COUNTER, 1);
PIN_VALUE(TEMPEST_METRIC_GAUGE, 2);
PIN_VALUE(TEMPEST_METRIC_HISTOGRAM, 3);
PIN_VALUE(TEMPEST_FAILED, 1);
PIN_VALUE(TEMPEST_REJECTED, 2);
PIN_VALUE(TEMPEST_OUTPUT_KEY, 1u << 0);
PIN_VALUE(TEMPEST_OUTPUT_HEADERS, 1u << 1);
PIN_VALUE(TEMPEST_OUTPUT_TIMESTAMP, 1u << 2);
PIN_VALUE(TEMPEST_AT_MOST_ONCE, 1);
PIN_VALUE(TEMPEST_AT_LEAST_ONCE, 2);
PIN_VALUE(TEMPEST_POLL_OK, 0);
PIN_VALUE(TEMPEST_POLL_END, 1);
PIN_VALUE(TEMPEST_POLL_UNAVAILABLE, 2);
PIN_VALUE(TEMPEST_POLL_MORE, 3);
PIN_VALUE(TEMPEST_ACK, 1);
PIN_VALUE(TEMPEST_FAIL, 2);
PIN_VALUE(TEMPEST_SETTLED_OK, 1);
PIN_VALUE(TEMPEST_SETTLED_RETRY, 2);
PIN_VALUE(TEMPEST_SETTLED_GONE, 3);
PIN_VALUE(TEMPEST_REQUEUED, 1);
PIN_VALUE(TEMPEST_REQUEUE_FAILED, 2);
PIN_VALUE(TEMPEST_REQUEUE_REJECTED, 3);
PIN_VALUE(TEMPEST_REQUEUE_MOVED, 4);
PIN_VALUE(TEMPEST_REQUEUE_GONE, 5);
PIN_VALUE(TEMPEST_WRITTEN, 1);
PIN_VALUE(TEMPEST_WRITE_FAILED, 2);
PIN_VALUE(TEMPEST_WRITE_REJECTED, 3);
PIN_VALUE(TEMPEST_KIND_TASK, 1);
PIN_VALUE(TEMPEST_KIND_SOURCE, 2);
PIN_VALUE(TEMPEST_KIND_SINK, 3);
PIN_VALUE(TEMPEST_KIND_TOPOLOGY, 4);
PIN_VALUE(TEMPEST_TASK_SINGLE, 1u << 0);
