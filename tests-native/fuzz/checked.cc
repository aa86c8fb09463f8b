// libFuzzer target: the checked wrapper over the default engine; what it is told to do is all
// allowed.
#define GRANARY_TEST_RUN CheckedRun
#include "tests-native/fuzz/target.h"
