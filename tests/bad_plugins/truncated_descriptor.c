/* Its descriptor ends before its functions. */
#include "plain_task.h"

PLAIN_TASK("sound");
static const tempest_descriptor truncated = {
    48, TEMPEST_KIND_TASK, 0, 0, "truncated", "1.0", NULL, NULL, 0, 0, NULL, NULL};
PLAIN_LIBRARY(&plain_descriptor, &truncated);
