/* Sound until a message comes. */
#include "plain_task.h"

static int* volatile nowhere;

static void handle(void* task, tempest_batch* batch) {
  (void)task;
  batch->current = 0;
  *nowhere = 1;
}

static const tempest_task_functions functions = {
    sizeof functions, 0, plain_create, plain_started, handle, plain_end, plain_end};
static const tempest_descriptor descriptor = {sizeof descriptor,
                                              TEMPEST_KIND_TASK,
                                              0,
                                              0,
                                              "crashes_in_handle",
                                              "1.0",
                                              "Writes to nowhere when a message comes.",
                                              NULL,
                                              sizeof(tempest_option),
                                              0,
                                              &functions,
                                              NULL};
PLAIN_LIBRARY(&descriptor);
