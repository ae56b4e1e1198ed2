/* A plugin in plain C, from the contract alone: task `c_echo` emits each payload `times` times,
 * source `c_letters` hands out messages a, b, c and takes single letters back, and sink `c_shelf`
 * keeps eight letters, which can be browsed and erased. */
#include <stdlib.h>
#include <string.h>
#include <tempest/abi.h>

static void explain(tempest_error* error, const char* text) {
  strncpy(error->text, text, sizeof error->text - 1);
  error->text[sizeof error->text - 1] = '\0';
}

static const tempest_value* value_at(const tempest_options* options, size_t index) {
  return (const tempest_value*)((const char*)options->values + index * options->value_size);
}

/* ---------------------------------------------------------------- task c_echo */

typedef struct echo {
  const tempest_task_host* host;
  int64_t times;
} echo;

static void* echo_create(const tempest_host* host, const tempest_task_host* task_host,
                         const tempest_options* options, tempest_error* error) {
  static const char text[] = "made in plain C";
  const tempest_slice line = {text, sizeof text - 1};
  echo* made = malloc(sizeof *made);
  if (made == NULL) {
    explain(error, "out of memory");
    return NULL;
  }
  made->host = task_host;
  made->times = value_at(options, 0)->integer;
  host->log(host->self, TEMPEST_LOG_INFO, line);
  return made;
}

static int echo_started(void* task, tempest_error* error) {
  (void)task, (void)error;
  return 1;
}

static void echo_handle(void* task, tempest_batch* batch) {
  const echo* self = task;
  const char* at = (const char*)batch->deliveries;
  for (uint32_t i = 0; i < batch->count; ++i, at += batch->delivery_size) {
    const tempest_delivery* input = (const tempest_delivery*)at;
    if (*batch->interrupt != 0) return;
    batch->current = i;
    for (int64_t n = 0; n < self->times; ++n) {
      self->host->emit(self->host->self, i, input->payload.data, input->payload.length);
    }
    self->host->succeed(self->host->self, i);
  }
}

static void echo_shutdown(void* task) {
  (void)task;
}

static void echo_destroy(void* task) {
  free(task);
}

static int echo_validate(const tempest_options* options, tempest_error* error) {
  if (value_at(options, 0)->integer != 13) return 1;
  explain(error, "13 brings bad luck");
  return 0;
}

static const tempest_task_functions echo_functions = {sizeof(tempest_task_functions),
                                                      0,
                                                      echo_create,
                                                      echo_started,
                                                      echo_handle,
                                                      echo_shutdown,
                                                      echo_destroy};

static const tempest_option echo_options[] = {{sizeof(tempest_option), TEMPEST_OPTION_INTEGER, 0, 0,
                                               "times", "How often each payload is emitted.", "1",
                                               NULL, 0, 100}};

/* ---------------------------------------------------------------- source c_letters */

typedef struct letters {
  const tempest_source_host* host;
  uint64_t next;
} letters;

static void letters_traits(const tempest_options* options, tempest_source_traits* traits) {
  (void)options;
  traits->guarantee = TEMPEST_AT_MOST_ONCE;
}

static void* letters_create(const tempest_host* host, const tempest_source_host* source_host,
                            const tempest_options* options, tempest_error* error) {
  letters* made = calloc(1, sizeof *made);
  (void)host, (void)options;
  if (made == NULL) {
    explain(error, "out of memory");
  } else {
    made->host = source_host;
  }
  return made;
}

static int letters_fine(void* source, tempest_error* error) {
  (void)source, (void)error;
  return 1;
}

static int letters_poll(void* source, size_t max_messages, size_t max_bytes, int64_t deadline_ns,
                        tempest_error* error) {
  static const char alphabet[] = "abc";
  letters* self = source;
  (void)max_bytes, (void)deadline_ns, (void)error;
  while (self->next < 3 && max_messages-- > 0) {
    tempest_source_message message;
    memset(&message, 0, sizeof message);
    message.payload.data = alphabet + self->next;
    message.payload.length = 1;
    message.id = message.payload;
    message.deliveries = 1;
    message.token = ++self->next;
    self->host->push(self->host->self, &message, 1, sizeof message);
  }
  return self->next == 3 ? TEMPEST_POLL_END : TEMPEST_POLL_OK;
}

static void letters_settle(void* source, const uint64_t* tokens, const uint8_t* outcomes,
                           size_t count) {
  const letters* self = source;
  for (size_t i = 0; i < count; ++i) {
    self->host->settled(self->host->self, tokens + i, 1, outcomes[i], TEMPEST_SETTLED_OK);
  }
}

static void letters_extend(void* source, const uint64_t* tokens, size_t count) {
  (void)source, (void)tokens, (void)count;
}

static void letters_interrupt(void* source) {
  (void)source;
}

static void letters_close(void* source, int64_t deadline_ns) {
  (void)source, (void)deadline_ns;
}

static int letters_requeue(const tempest_options* options, const tempest_requeue* what,
                           uint8_t* results, tempest_error* error) {
  const char* at = (const char*)what->messages;
  int good = 1;
  (void)options;
  for (size_t i = 0; i < what->count; ++i, at += what->stride) {
    const tempest_source_message* message = (const tempest_source_message*)at;
    results[i] = TEMPEST_REQUEUED;
    if (message->payload.length == 1) continue;
    results[i] = TEMPEST_REQUEUE_REJECTED;
    if (good) explain(error, "it is no letter");
    good = 0;
  }
  return good;
}

static const tempest_source_functions letters_functions = {sizeof(tempest_source_functions),
                                                           0,
                                                           letters_traits,
                                                           letters_create,
                                                           letters_fine,
                                                           letters_poll,
                                                           letters_settle,
                                                           letters_extend,
                                                           letters_interrupt,
                                                           letters_fine,
                                                           letters_close,
                                                           free,
                                                           NULL,
                                                           NULL,
                                                           letters_requeue};

/* ---------------------------------------------------------------- sink c_shelf */

typedef struct shelf {
  char letters[8]; /* 0: an empty place */
} shelf;

static void* shelf_create(const tempest_host* host, const tempest_sink_host* sink_host,
                          const tempest_options* options, tempest_error* error) {
  shelf* made = calloc(1, sizeof *made);
  (void)host, (void)sink_host, (void)options;
  if (made == NULL) explain(error, "out of memory");
  return made;
}

static void shelf_write(void* sink, const tempest_delivery* messages, size_t count, size_t stride,
                        uint8_t* results) {
  shelf* self = sink;
  const char* at = (const char*)messages;
  for (size_t i = 0; i < count; ++i, at += stride) {
    char* place = memchr(self->letters, 0, sizeof self->letters);
    results[i] = place == NULL ? TEMPEST_WRITE_FAILED : TEMPEST_WRITTEN;
    if (place != NULL) *place = *((const tempest_delivery*)at)->payload.data;
  }
}

static void shelf_close(void* sink) {
  (void)sink;
}

/* The cursor is a digit: the place where the page begins. */
static int shelf_browse(void* sink, tempest_slice cursor, size_t max_messages, size_t max_bytes,
                        const tempest_page* page, tempest_error* error) {
  static const char digits[] = "01234567";
  const shelf* self = sink;
  size_t place = cursor.length == 0 ? 0 : (size_t)(cursor.data[0] - '0');
  (void)max_bytes, (void)error;
  for (; place < sizeof self->letters && max_messages > 0; ++place) {
    tempest_stored found;
    if (self->letters[place] == 0) continue;
    memset(&found, 0, sizeof found);
    found.id.data = digits + place;
    found.payload.data = self->letters + place;
    found.id.length = found.payload.length = 1;
    page->add(page->self, &found, 1, sizeof found);
    --max_messages;
  }
  if (place < sizeof self->letters) {
    tempest_slice next;
    next.data = digits + place;
    next.length = 1;
    page->next(page->self, next);
  }
  return 1;
}

static int shelf_erase(void* sink, const tempest_slice* ids, size_t count, size_t* erased,
                       tempest_error* error) {
  shelf* self = sink;
  (void)error;
  *erased = 0;
  for (size_t i = 0; i < count; ++i) {
    char* place = self->letters + (ids[i].data[0] - '0');
    *erased += *place != 0;
    *place = 0;
  }
  return 1;
}

static const tempest_sink_functions shelf_functions = {sizeof(tempest_sink_functions),
                                                       0,
                                                       shelf_create,
                                                       letters_fine,
                                                       shelf_write,
                                                       letters_fine,
                                                       letters_fine,
                                                       shelf_close,
                                                       free,
                                                       shelf_browse,
                                                       shelf_erase};

/* ---------------------------------------------------------------- the library */

static const tempest_descriptor echo_descriptor = {sizeof(tempest_descriptor),
                                                   TEMPEST_KIND_TASK,
                                                   0,
                                                   1,
                                                   "c_echo",
                                                   "1.2.3",
                                                   "Emits each payload some times.",
                                                   echo_options,
                                                   sizeof(tempest_option),
                                                   0,
                                                   &echo_functions,
                                                   echo_validate};
static const tempest_descriptor letters_descriptor = {sizeof(tempest_descriptor),
                                                      TEMPEST_KIND_SOURCE,
                                                      0,
                                                      0,
                                                      "c_letters",
                                                      "1.2.3",
                                                      "Hands out the letters a, b and c.",
                                                      NULL,
                                                      sizeof(tempest_option),
                                                      0,
                                                      &letters_functions,
                                                      NULL};
static const tempest_descriptor shelf_descriptor = {sizeof(tempest_descriptor),
                                                    TEMPEST_KIND_SINK,
                                                    0,
                                                    0,
                                                    "c_shelf",
                                                    "1.2.3",
                                                    "Keeps eight letters.",
                                                    NULL,
                                                    sizeof(tempest_option),
                                                    0,
                                                    &shelf_functions,
                                                    NULL};
static const tempest_descriptor* const descriptors[] = {&echo_descriptor, &letters_descriptor,
                                                        &shelf_descriptor};
static const tempest_library library = {
    sizeof(tempest_library), TEMPEST_ABI_MAJOR, TEMPEST_ABI_MINOR, "plain C", descriptors, 3, 0};

__attribute__((visibility("default"))) const tempest_library* TEMPEST_ENTRY_SYMBOL(void);
const tempest_library* TEMPEST_ENTRY_SYMBOL(void) {
  return &library;
}
