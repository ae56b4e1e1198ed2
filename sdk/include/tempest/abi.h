/* The contract between Tempest and the libraries it loads, in C11.
 *
 * A plugin library exports one function, named by TEMPEST_ENTRY_SYMBOL, that yields its
 * descriptors. Everything else is function tables and plain structs. Most authors never include
 * this file: <tempest/task.hpp>, <tempest/source.hpp> and <tempest/sink.hpp> are a header-only C++
 * layer over it. A plugin in another language needs this file alone.
 *
 * Conventions
 *  1. Structs only grow at their end and carry their size in bytes in the first field, `size`,
 * written by the side that made them. A side reads a field only when `size` covers it
 * (TEMPEST_HAS). Arrays of such structs come with a stride.
 *  2. A slice is a pointer and a length; the bytes are not terminated and may be anything. data ==
 * NULL means absent, which differs from empty. `const char*` members are NUL-terminated UTF-8.
 *  3. What a function receives belongs to the caller and is valid until the function returns,
 * unless said otherwise. Whoever wants to keep it copies it. No allocation crosses: nobody frees
 * what the other side allocated.
 *  4. No exception may leave a function of either side.
 *  5. Every function says in brackets who may call it: [main-thread] while nothing of that plugin
 * instance runs, [worker-thread] the one thread of that task instance, [source-thread] the one
 * thread of that source, [sink-thread] the one thread of that sink instance, [any-thread] all
 * threads at any time, [pure] any thread, no instance needed, no side effects. After `&`: the state
 * in which the call is allowed.
 *  6. Times: `_ms` milliseconds, `_ns` nanoseconds. A deadline is a CLOCK_MONOTONIC time. A
 * timestamp is milliseconds since 1970-01-01 UTC.
 */
#ifndef TEMPEST_ABI_H
#define TEMPEST_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TEMPEST_ABI_MAJOR 1
#define TEMPEST_ABI_MINOR 1
/* The name carries the major version: a library of another major is seen in its symbol table and
 * never loaded. */
#define TEMPEST_ENTRY_SYMBOL tempest_plugin_abi1
#define TEMPEST_ENTRY_SYMBOL_NAME "tempest_plugin_abi1"

/* Whether the struct behind `pointer`, as its maker wrote it, has `field`. */
#define TEMPEST_HAS(pointer, type, field) \
  ((pointer)->size >= offsetof(type, field) + sizeof((pointer)->field))

typedef struct tempest_slice {
  const char* data;
  size_t length;
} tempest_slice;

/* Names that begin with "t-" are Tempest's own. */
typedef struct tempest_header {
  tempest_slice name;
  tempest_slice value;
} tempest_header;

/* Of a message that was put back from the dead letters: the id of its letter, the same however
 * often it is put back. */
#define TEMPEST_HEADER_DEAD_LETTER "t-dead-letter"

typedef enum tempest_error_kind {
  TEMPEST_ERROR_OTHER = 0,
  TEMPEST_ERROR_NO_INPUT = 1 /* of a source's create: a file that it is to read is missing or
                                unreadable */
} tempest_error_kind;

/* Where a function writes why it failed. Made and owned by the caller; the text is always
 * terminated and cut to fit. */
typedef struct tempest_error {
  uint32_t size;
  uint32_t kind; /* a tempest_error_kind */
  char text[1016];
} tempest_error;

/* ---------------------------------------------------------------- options */

typedef enum tempest_option_type {
  TEMPEST_OPTION_BOOL = 1,     /* value.integer: 0 or 1 */
  TEMPEST_OPTION_INTEGER = 2,  /* value.integer */
  TEMPEST_OPTION_FLOAT = 3,    /* value.number */
  TEMPEST_OPTION_DURATION = 4, /* value.integer, milliseconds */
  TEMPEST_OPTION_SIZE = 5,     /* value.integer, bytes */
  TEMPEST_OPTION_STRING = 6,   /* value.text */
  TEMPEST_OPTION_SECRET = 7,   /* value.text; never printed */
  TEMPEST_OPTION_ENUM = 8,     /* value.text, one of the choices */
  TEMPEST_OPTION_LIST = 9,     /* value.text, a JSON array */
  TEMPEST_OPTION_TABLE = 10    /* value.text, a JSON object */
} tempest_option_type;

enum { TEMPEST_OPTION_REQUIRED = 1u << 0 };

/* One option that a plugin understands, as data. */
typedef struct tempest_option {
  uint32_t size;
  uint32_t type;  /* tempest_option_type */
  uint32_t flags; /* TEMPEST_OPTION_REQUIRED */
  uint32_t choice_count;
  const char* name; /* snake_case */
  const char* help; /* one sentence */
  const char*
      default_value; /* as it would stand in Topology.toml, strings without quotes; NULL = none */
  const char* const* choices; /* of an ENUM */
  int64_t minimum;            /* INTEGER, DURATION, SIZE; minimum > maximum = no bounds;
                                 FLOAT: bounds only where minimum < maximum */
  int64_t maximum;
} tempest_option;

/* The value of one option, checked against its type, choices and bounds; defaults are filled in. */
typedef struct tempest_value {
  tempest_slice name;
  uint32_t type;    /* tempest_option_type */
  uint32_t present; /* 0: neither given nor defaulted; the rest is zero */
  int64_t integer;
  double number;
  tempest_slice text;
} tempest_value;

/* All options of a descriptor, in its order. Valid during the call that passes it. */
typedef struct tempest_options {
  uint32_t size;
  uint32_t count;
  uint32_t value_size; /* stride of `values` */
  uint32_t reserved;
  const tempest_value* values;
} tempest_options;

/* ---------------------------------------------------------------- the host, for every kind of
 * plugin */

typedef enum tempest_log_level {
  TEMPEST_LOG_DEBUG = 1,
  TEMPEST_LOG_INFO = 2,
  TEMPEST_LOG_WARN = 3,
  TEMPEST_LOG_ERROR = 4
} tempest_log_level;

typedef enum tempest_metric_kind {
  TEMPEST_METRIC_COUNTER = 1,  /* update adds, value >= 0 */
  TEMPEST_METRIC_GAUGE = 2,    /* update sets */
  TEMPEST_METRIC_HISTOGRAM = 3 /* update observes */
} tempest_metric_kind;

typedef struct tempest_metric tempest_metric; /* the host's; lives as long as the process */

typedef struct tempest_host {
  uint32_t size;
  uint32_t minor; /* TEMPEST_ABI_MINOR of the host */
  void* self;     /* first argument of the functions below */
  const char*
      name; /* the instance: the task's name in the topology, or the type of a source or sink */
  const char* topology; /* the topology's name */
  uint32_t worker;      /* index of this worker within its task, from 0; 0 for sources and sinks */
  uint32_t reserved;
  /* One line of log, without a line end; the host adds topology, task and message. [any-thread] */
  void (*log)(void* self, uint32_t level, tempest_slice text);
  /* The metric of that name and those labels, made at first use; never NULL. Names are
   * [a-z_][a-z0-9_]*; an impossible name or another kind under a known name is logged once and
   * yields a metric that counts nothing. [any-thread] */
  tempest_metric* (*metric)(void* self, uint32_t kind, const char* name, const char* help,
                            const tempest_header* labels, size_t label_count);
  /* Adds, sets or observes, by the metric's kind. [any-thread] */
  void (*update)(tempest_metric* metric, double value);
} tempest_host;

/* ---------------------------------------------------------------- tasks */

/* A message on its way to one task. Lives until the delivery is finished (a deferred one: until its
 * handle is). */
typedef struct tempest_delivery {
  tempest_slice id; /* the source's name for the message */
  tempest_slice payload;
  tempest_slice key; /* data == NULL: none */
  const tempest_header* headers;
  const uint32_t* path; /* ordinals of the outputs that led here; with id a stable key */
  uint32_t header_count;
  uint32_t path_length;
  uint32_t attempt;     /* 1 at first; counts failures of this delivery */
  uint32_t deliveries;  /* how often the source handed the message over, 1 at first */
  int64_t timestamp_ms; /* the source's; 0 = unknown */
  uint64_t host_token;  /* the host's; plugins leave it alone */
} tempest_delivery;

typedef struct tempest_batch {
  uint32_t size;
  uint32_t delivery_size; /* stride of `deliveries` */
  uint32_t count;         /* at least 1 */
  uint32_t current; /* written by the plugin: index of the delivery it handles now, before it begins
                       with it */
  const tempest_delivery* deliveries;
  /* Read (relaxed, atomic) before each next delivery is begun: when not 0, `handle` returns. What
   * it has not touched is still the host's, which offers it again or takes it back. Never NULL. */
  const uint32_t* interrupt;
} tempest_batch;

typedef enum tempest_failure {
  TEMPEST_FAILED = 1,  /* this delivery failed; the policy decides */
  TEMPEST_REJECTED = 2 /* this message can never be processed */
} tempest_failure;

enum {
  TEMPEST_OUTPUT_KEY = 1u << 0,      /* `key` replaces the input's (data == NULL removes it) */
  TEMPEST_OUTPUT_HEADERS = 1u << 1,  /* `headers` replace the input's */
  TEMPEST_OUTPUT_TIMESTAMP = 1u << 2 /* `timestamp_ms` replaces the input's */
};

/* What a task emits. What no flag names is inherited from the input by reference. */
typedef struct tempest_output {
  uint32_t size;
  uint32_t flags;
  tempest_slice payload;
  tempest_slice key;
  const tempest_header* headers;
  size_t header_count;
  int64_t timestamp_ms;
} tempest_output;

/* A delivery that outlives `handle`. A value: copy it freely. Once finished it is stale, and every
 * call with it does nothing and returns 0. */
typedef struct tempest_deferred {
  void* slot;
  uint64_t generation;
} tempest_deferred;

/* What a task may ask of its worker. `index` is the delivery's position in the batch that `handle`
 * was given. Exactly one of succeed, skip, fail, defer ends each delivery that was begun; one that
 * `handle` leaves without counts as failed when index <= batch->current, and is still the host's
 * otherwise. A second end is counted and ignored. */
typedef struct tempest_task_host {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* Copies the payload; everything else is inherited. Returns 0 when the output is over a limit:
   * the delivery is then rejected whatever ends it, and more outputs of it are ignored.
   * [worker-thread & in handle] */
  int (*emit)(void* self, uint32_t index, const char* data, size_t length);
  /* The same with key, headers or timestamp replaced. [worker-thread & in handle] */
  int (*emit_output)(void* self, uint32_t index, const tempest_output* output);
  /* Emits the input itself, without a copy. [worker-thread & in handle] */
  int (*forward)(void* self, uint32_t index);
  /* Done: outputs flow on. [worker-thread & in handle] */
  void (*succeed)(void* self, uint32_t index);
  /* Not for this task: done, outputs are dropped. [worker-thread & in handle] */
  void (*skip)(void* self, uint32_t index);
  /* kind: tempest_failure; text: the reason, for people. Outputs are dropped. [worker-thread & in
   * handle] */
  void (*fail)(void* self, uint32_t index, uint32_t kind, tempest_slice text);
  /* Still at work: restarts the delivery's clock (msg_timeout) and renews the source's lease.
   * [worker-thread & in handle] */
  void (*progress)(void* self, uint32_t index);
  /* The delivery will be ended later, through the functions below. [worker-thread & in handle] */
  tempest_deferred (*defer)(void* self, uint32_t index);
  /* As above, for deferred deliveries. Return 1, or 0 when the handle is stale. Calls for one
   * delivery must not overlap. [any-thread] */
  int (*deferred_emit)(tempest_deferred deferred, const tempest_output* output);
  int (*deferred_succeed)(tempest_deferred deferred);
  int (*deferred_skip)(tempest_deferred deferred);
  int (*deferred_fail)(tempest_deferred deferred, uint32_t kind, tempest_slice text);
  int (*deferred_progress)(tempest_deferred deferred);
} tempest_task_host;

typedef struct tempest_task_functions {
  uint32_t size;
  uint32_t reserved;
  /* A new instance, or NULL with the reason. Both host tables live as long as the instance.
   * [worker-thread] */
  void* (*create)(const tempest_host* host, const tempest_task_host* task_host,
                  const tempest_options* options, tempest_error* error);
  /* Once, before the first handle. Returns 0 with the reason when the task cannot work.
   * [worker-thread] */
  int (*started)(void* task, tempest_error* error);
  /* Handles the batch, delivery by delivery or as a whole. [worker-thread & started] */
  void (*handle)(void* task, tempest_batch* batch);
  /* Once, after the last handle; deferred deliveries may still be open. [worker-thread] */
  void (*shutdown)(void* task);
  /* Frees the instance. No deferred delivery is open. [worker-thread] */
  void (*destroy)(void* task);
} tempest_task_functions;

/* ---------------------------------------------------------------- sources */

typedef enum tempest_guarantee {
  TEMPEST_AT_MOST_ONCE = 1, /* what is lost stays lost */
  TEMPEST_AT_LEAST_ONCE = 2 /* what was not acknowledged is handed out again */
} tempest_guarantee;

/* What a source promises with given options. */
typedef struct tempest_source_traits {
  uint32_t size;
  uint32_t guarantee;         /* tempest_guarantee */
  uint32_t counts_deliveries; /* 1: message.deliveries is the broker's count, which has grown
                                 whenever a message comes that had failed */
  uint32_t reserved;
  int64_t lease_ms; /* how long an open message is ours without renewal; 0 = for ever */
} tempest_source_traits;

typedef struct tempest_source_message {
  uint64_t token; /* unique for the instance's life; everything later speaks of it */
  tempest_slice id;
  tempest_slice payload;
  tempest_slice key; /* data == NULL: none */
  const tempest_header* headers;
  uint32_t header_count;
  uint32_t deliveries; /* 1 at first, also when the broker does not count */
  int64_t timestamp_ms;
  uint32_t failures; /* how often it failed before, as the last one who had it was told by `failed`;
                        0 at first, and when the broker cannot keep it */
  uint32_t reserved;
} tempest_source_message;

typedef enum tempest_poll_status {
  TEMPEST_POLL_OK = 0, /* zero or more messages were pushed */
  TEMPEST_POLL_END =
      1, /* as OK, and there will never be more, except redeliveries of what is open or failed */
  TEMPEST_POLL_UNAVAILABLE =
      2,                /* the broker is away, for the reason in error; connect is called again */
  TEMPEST_POLL_MORE = 3 /* as OK, and more is on its way already: the source is not idle */
} tempest_poll_status;

typedef enum tempest_outcome {
  TEMPEST_ACK = 1,  /* processed: never again */
  TEMPEST_FAIL = 2, /* given up: what the broker does now is the source's business, but with
                       AT_LEAST_ONCE it comes again, some time, or is kept where people find it */
  TEMPEST_RETURN =
      3 /* not processed and not to blame (shutdown): hand it out again, to anyone, soon */
} tempest_outcome;

typedef enum tempest_settled {
  TEMPEST_SETTLED_OK = 1,    /* the broker confirmed */
  TEMPEST_SETTLED_RETRY = 2, /* not now; the host settles it again */
  TEMPEST_SETTLED_GONE = 3   /* the broker no longer knows it */
} tempest_settled;

typedef struct tempest_source_host {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* Hands messages to the topology, which has copied them when it returns. `stride` is
   * sizeof(tempest_source_message) as the plugin knows it. [source-thread & in poll] */
  void (*push)(void* self, const tempest_source_message* messages, size_t count, size_t stride);
  /* What became of the settlement of `tokens`; `outcome` is the tempest_outcome they were settled
   * with. Every settled token is answered once. [source-thread & in poll, settle, connect or close]
   */
  void (*settled)(void* self, const uint64_t* tokens, size_t count, uint32_t outcome,
                  uint32_t result);
  /* These can no longer be settled (connection lost, claimed by another): the topology forgets
   * them, and will not settle them. Who renews leases hears of it then at the latest, and says so.
   * [source-thread & in poll, connect or close] */
  void (*withdraw)(void* self, const uint64_t* tokens, size_t count);
} tempest_source_host;

typedef enum tempest_requeued {
  TEMPEST_REQUEUED = 1,         /* the broker has it */
  TEMPEST_REQUEUE_FAILED = 2,   /* may work later */
  TEMPEST_REQUEUE_REJECTED = 3, /* will never work with these options */
  TEMPEST_REQUEUE_MOVED = 4,    /* the broker has it, and in the same step the sink lost it */
  TEMPEST_REQUEUE_GONE = 5      /* the sink did not have it any more: nothing was done */
} tempest_requeued;

/* Messages to put back on a source's broker. Of each, token, id, deliveries, failures and timestamp
 * are not to be written: the broker gives it new ones. */
typedef struct tempest_requeue {
  uint32_t size;
  uint32_t stride; /* of `messages` */
  const tempest_source_message* messages;
  size_t count;
  int64_t deadline_ns;
  /* Where they lie until then: a sink of the same library, by name and options, and what it calls
   * each (tempest_stored.id). NULL: elsewhere; then nothing can be MOVED or GONE. */
  const char* sink;
  const tempest_options* sink_options;
  const tempest_slice* stored_ids;
} tempest_requeue;

typedef struct tempest_source_functions {
  uint32_t size;
  uint32_t reserved;
  /* What these options promise. [pure] */
  void (*traits)(const tempest_options* options, tempest_source_traits* traits);
  /* A new instance without any network, or NULL with the reason. Both tables outlive it.
   * [source-thread] */
  void* (*create)(const tempest_host* host, const tempest_source_host* source_host,
                  const tempest_options* options, tempest_error* error);
  /* Reaches the broker, at first and after UNAVAILABLE. Returns 0 with the reason; the host backs
   * off and calls again. [source-thread] */
  int (*connect)(void* source, tempest_error* error);
  /* Sends what settle and extend queued, then pushes up to max_messages messages of up to max_bytes
   * payload in all (always at least one when there is one and max_messages > 0), waiting for the
   * first until deadline_ns at the latest. max_messages may be 0: then only settlements go out and
   * redelivery timers run. Returns tempest_poll_status. [source-thread & connected] */
  int (*poll)(void* source, size_t max_messages, size_t max_bytes, int64_t deadline_ns,
              tempest_error* error);
  /* Queues outcomes; outcomes[i] is a tempest_outcome. No network here. [source-thread] */
  void (*settle)(void* source, const uint64_t* tokens, const uint8_t* outcomes, size_t count);
  /* Queues the renewal of leases. No network here. Optional (NULL) where messages have none.
   * [source-thread] */
  void (*extend)(void* source, const uint64_t* tokens, size_t count);
  /* Ends a blocked poll or connect within 10 ms; one without effect is remembered for the next
   * poll. [any-thread] */
  void (*interrupt)(void* source);
  /* 1, or 0 with the reason. Cheap. [source-thread] */
  int (*healthy)(void* source, tempest_error* error);
  /* Sends what is queued until deadline_ns at the latest, answers every settlement, disconnects.
   * [source-thread] */
  void (*close)(void* source, int64_t deadline_ns);
  /* Frees the instance, closed or not. [source-thread] */
  void (*destroy)(void* source);
  /* Optional (NULL): how many messages wait at the broker; -1 = unknown. [source-thread &
   * connected] */
  int64_t (*depth)(void* source);
  /* Optional (NULL): each of these open messages has failed failures[i] times by now, for the
   * broker to keep, so that whoever gets it next goes on from there
   * (tempest_source_message.failures). Queues; no network here, and nothing is answered: a number
   * that is lost costs attempts, not the message. Comes before the settlement of a message that
   * failed for good. [source-thread] */
  void (*failed)(void* source, const uint64_t* tokens, const uint32_t* failures, size_t count);
  /* Optional (NULL), since minor 1: puts messages on the broker of a source with these options,
   * such that it reads them back with the same payload, key and headers. Needs no instance and
   * makes none, so that whoever calls it is no consumer: reaches the broker and leaves it.
   * results[i] is a tempest_requeued; where the sink that holds the message is on the same broker,
   * it is moved in one step. Returns 0 with the reason when one is FAILED or REJECTED, of the first
   * such; a message that is called FAILED because the connection broke may be on the broker all the
   * same. [main-thread] */
  int (*requeue)(const tempest_options* options, const tempest_requeue* what, uint8_t* results,
                 tempest_error* error);
} tempest_source_functions;

/* ---------------------------------------------------------------- sinks */

typedef enum tempest_write_result {
  TEMPEST_WRITTEN = 1,
  TEMPEST_WRITE_FAILED = 2,  /* may work later */
  TEMPEST_WRITE_REJECTED = 3 /* will never work */
} tempest_write_result;

typedef struct tempest_sink_host {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* Why message `index` of the running write was not written. [sink-thread & in write] */
  void (*explain)(void* self, size_t index, tempest_slice text);
} tempest_sink_host;

/* One message that a sink holds. */
typedef struct tempest_stored {
  tempest_slice id;      /* the sink's name for it, for erase: printable, without white space */
  tempest_slice payload; /* as write was given it */
  tempest_slice problem; /* data != NULL: why this is none that write has written, for people; then
                            there is no payload */
} tempest_stored;

/* Where browse puts what it finds. Made and owned by the caller. */
typedef struct tempest_page {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* The messages that follow, `stride` bytes apart, copied when it returns. [sink-thread & in
   * browse] */
  void (*add)(void* self, const tempest_stored* messages, size_t count, size_t stride);
  /* Where the next page begins; without this call there is none. [sink-thread & in browse] */
  void (*next)(void* self, tempest_slice cursor);
} tempest_page;

typedef struct tempest_sink_functions {
  uint32_t size;
  uint32_t reserved;
  /* A new instance without any network, or NULL with the reason. Both tables outlive it.
   * [sink-thread] */
  void* (*create)(const tempest_host* host, const tempest_sink_host* sink_host,
                  const tempest_options* options, tempest_error* error);
  /* Reaches the destination; 0 with the reason. Called again, with back-off, after healthy said no.
   * [sink-thread] */
  int (*connect)(void* sink, tempest_error* error);
  /* Writes messages, `stride` bytes apart; results[i] is a tempest_write_result, or 0: it broke off
   * before. WRITTEN may still be in a buffer until flush. [sink-thread & connected] */
  void (*write)(void* sink, const tempest_delivery* messages, size_t count, size_t stride,
                uint8_t* results);
  /* All that was written is now confirmed; 0 with the reason: then nothing since the last flush is.
   * [sink-thread] */
  int (*flush)(void* sink, tempest_error* error);
  /* 1, or 0 with the reason. Cheap. [sink-thread] */
  int (*healthy)(void* sink, tempest_error* error);
  /* Flushes and disconnects. [sink-thread] */
  void (*close)(void* sink);
  /* Frees the instance, closed or not. [sink-thread] */
  void (*destroy)(void* sink);
  /* Optional (NULL), since minor 1, with erase: reads what is there, oldest first, up to
   * max_messages messages of about max_bytes payload in all (one at least). An empty cursor begins;
   * others are those of `page->next`, of this instance. What is written after the beginning is not
   * read. Needs no connect, and makes nothing: a destination that is not there is empty. Returns 0
   * with the reason when it cannot be read. [sink-thread] */
  int (*browse)(void* sink, tempest_slice cursor, size_t max_messages, size_t max_bytes,
                const tempest_page* page, tempest_error* error);
  /* Optional (NULL), since minor 1, with browse: deletes these for good, all or, when it returns 0
   * with the reason, perhaps none; `erased` is how many were still there. Others may write
   * meanwhile and lose nothing. Needs no connect. [sink-thread] */
  int (*erase)(void* sink, const tempest_slice* ids, size_t count, size_t* erased,
               tempest_error* error);
} tempest_sink_functions;

/* ---------------------------------------------------------------- topologies */

typedef struct tempest_topology_host {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* Adds a task. [main-thread & in build] */
  void (*task)(void* self, tempest_slice name);
  /* Adds an edge between two tasks, added before or later. [main-thread & in build] */
  void (*edge)(void* self, tempest_slice from, tempest_slice to);
  /* Sets a key of [topology] (task.data == NULL) or of that task's [[task]], as it would stand in
   * Topology.toml: key "msg_timeout", toml "\"30s\"". Dots reach into tables: "config.separator".
   * [main-thread & in build] */
  void (*set)(void* self, tempest_slice task, tempest_slice key, tempest_slice toml);
} tempest_topology_host;

typedef struct tempest_topology_functions {
  uint32_t size;
  uint32_t reserved;
  /* Describes the pipeline; 0 with the reason when it cannot. [main-thread] */
  int (*build)(const tempest_topology_host* host, tempest_error* error);
} tempest_topology_functions;

/* ---------------------------------------------------------------- descriptors */

typedef enum tempest_kind {
  TEMPEST_KIND_TASK = 1,    /* functions: tempest_task_functions */
  TEMPEST_KIND_SOURCE = 2,  /* tempest_source_functions */
  TEMPEST_KIND_SINK = 3,    /* tempest_sink_functions */
  TEMPEST_KIND_TOPOLOGY = 4 /* tempest_topology_functions */
} tempest_kind;

enum {
  TEMPEST_TASK_SINGLE = 1u << 0 /* right only with workers = 1 */
};

typedef struct tempest_descriptor {
  uint32_t size;
  uint32_t kind;  /* tempest_kind; an unknown one is passed over */
  uint32_t flags; /* TEMPEST_TASK_SINGLE */
  uint32_t option_count;
  const char* name; /* [a-z][a-z0-9_]* */
  const char* version;
  const char* summary; /* one sentence */
  const tempest_option* options;
  uint32_t option_size; /* stride of `options` */
  uint32_t reserved;
  const void* functions; /* by kind; begins with its size */
  /* Optional (NULL): whether these options make sense together; 0 with the reason. [pure] */
  int (*validate)(const tempest_options* options, tempest_error* error);
} tempest_descriptor;

typedef struct tempest_library {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* build; /* compiler and flavour, for people; never a gate */
  const tempest_descriptor* const* descriptors;
  uint32_t count;
  uint32_t reserved;
} tempest_library;

/* Yields the library's description, the same at every call, valid for the life of the process. No
 * side effects. [main-thread] */
typedef const tempest_library* (*tempest_entry)(void);

#ifdef __cplusplus
}
#endif
#endif
