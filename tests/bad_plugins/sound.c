/* Nothing is wrong with this one: it shows that the others fail for their own reasons. */
#include "plain_task.h"

PLAIN_TASK("sound");
PLAIN_LIBRARY(&plain_descriptor);
