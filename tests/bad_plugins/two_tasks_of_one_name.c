/* Which of the two is meant? */
#include "plain_task.h"

PLAIN_TASK("twin");
static const tempest_descriptor second = {sizeof second,
                                          TEMPEST_KIND_TASK,
                                          0,
                                          0,
                                          "twin",
                                          "1.0",
                                          "Does nothing either.",
                                          NULL,
                                          sizeof(tempest_option),
                                          0,
                                          &plain_functions,
                                          NULL};
PLAIN_LIBRARY(&plain_descriptor, &second);
