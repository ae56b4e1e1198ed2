// The library build/libtasks.so: all sources and tasks of {{name}}, listed once.
#include "folder_source.hpp"

TEMPEST_LIBRARY({{identifier}}::folder_source_source())
