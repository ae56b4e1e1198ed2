/* A sound task against the C contract that does nothing: what the bad plugins deviate from. */
#ifndef TESTS_BAD_PLUGINS_PLAIN_TASK_H
#define TESTS_BAD_PLUGINS_PLAIN_TASK_H

#include <tempest/abi.h>

#define PLAIN_EXPORT __attribute__((visibility("default")))

static char plain_instance;

static void* plain_create(const tempest_host* host, const tempest_task_host* task_host,
                          const tempest_options* options, tempest_error* error) {
  (void)host, (void)task_host, (void)options, (void)error;
  return &plain_instance;
}

static int plain_started(void* task, tempest_error* error) {
  (void)task, (void)error;
  return 1;
}

static void plain_handle(void* task, tempest_batch* batch) {
  (void)task, (void)batch;
}

static void plain_end(void* task) {
  (void)task;
}

/* Tables that a file may change before it exports them. */
#define PLAIN_TASK(task_name)                                                            \
  static const tempest_task_functions plain_functions = {sizeof(tempest_task_functions), \
                                                         0,                              \
                                                         plain_create,                   \
                                                         plain_started,                  \
                                                         plain_handle,                   \
                                                         plain_end,                      \
                                                         plain_end};                     \
  static const tempest_descriptor plain_descriptor = {sizeof(tempest_descriptor),        \
                                                      TEMPEST_KIND_TASK,                 \
                                                      0,                                 \
                                                      0,                                 \
                                                      task_name,                         \
                                                      "1.0",                             \
                                                      "Does nothing.",                   \
                                                      NULL,                              \
                                                      sizeof(tempest_option),            \
                                                      0,                                 \
                                                      &plain_functions,                  \
                                                      NULL}

#define PLAIN_LIBRARY(...)                                                    \
  static const tempest_descriptor* const plain_descriptors[] = {__VA_ARGS__}; \
  static const tempest_library plain_library = {                              \
      sizeof(tempest_library),                                                \
      TEMPEST_ABI_MAJOR,                                                      \
      TEMPEST_ABI_MINOR,                                                      \
      "plain C",                                                              \
      plain_descriptors,                                                      \
      sizeof plain_descriptors / sizeof *plain_descriptors,                   \
      0};                                                                     \
  PLAIN_EXPORT const tempest_library* TEMPEST_ENTRY_SYMBOL(void);             \
  PLAIN_EXPORT const tempest_library* TEMPEST_ENTRY_SYMBOL(void) {            \
    return &plain_library;                                                    \
  }                                                                           \
  typedef int plain_library_ends_with_a_semicolon

#endif
