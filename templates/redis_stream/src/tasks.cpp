// The library build/libtasks.so: all tasks of {{name}}, listed once.
#include "split_words.hpp"
#include "trim_line.hpp"

TEMPEST_LIBRARY({{identifier}}::trim_line_task(), {{identifier}}::split_words_task())
