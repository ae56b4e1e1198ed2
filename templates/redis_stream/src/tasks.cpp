// The library build/libtasks.so: all tasks of {{name}}, listed once.
#include "split_words.hpp"
#include "trim_line.hpp"

using namespace {{identifier}};

TEMPEST_LIBRARY(
    tempest::task<trim_line>("trim_line", "Takes the blanks off both ends, skips blank lines."),
    tempest::task<split_words>("split_words", "Splits a line into words.",
                               tempest::option<std::string>("separator", "What stands between words.")
                                   .by_default(" ")))
