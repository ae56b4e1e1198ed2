/* A library, but no plugin. */
int nothing_for_tempest(void);
int nothing_for_tempest(void) {
  return 42;
}
