/* A C library of years to come, as far as the linker is concerned. */
int tempest_test_future(void);
int tempest_test_future(void) {
  return 0;
}
