/* Sound until an instance is made. */
#include "plain_task.h"

static int* volatile nowhere;

static void* create(const tempest_host* host, const tempest_task_host* task_host,
                    const tempest_options* options, tempest_error* error) {
  *nowhere = 1;
  return plain_create(host, task_host, options, error);
}

static const tempest_task_functions functions = {
    sizeof functions, 0, create, plain_started, plain_handle, plain_end, plain_end};
static const tempest_descriptor descriptor = {sizeof descriptor,
                                              TEMPEST_KIND_TASK,
                                              0,
                                              0,
                                              "crashes_in_create",
                                              "1.0",
                                              "Writes to nowhere when it is made.",
                                              NULL,
                                              sizeof(tempest_option),
                                              0,
                                              &functions,
                                              NULL};
PLAIN_LIBRARY(&descriptor);
