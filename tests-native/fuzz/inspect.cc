// libFuzzer target: verify, the walk and the statistics over heaps of which a word was overwritten.
#define GRANARY_TEST_RUN DamagedRun
#include "tests-native/fuzz/target.h"
