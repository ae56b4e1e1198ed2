// The library build/libtasks.so: all tasks of {{name}}, listed once.
#include "run_job.hpp"

TEMPEST_LIBRARY({{identifier}}::run_job_task())
