/* The library that is removed after others were linked against it. */
int tempest_test_gone(void);
int tempest_test_gone(void) {
  return 0;
}
