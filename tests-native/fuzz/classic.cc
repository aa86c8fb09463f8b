// libFuzzer target: `classic`, and now and then the default engine beside it.
#define GRANARY_TEST_RUN ClassicRun
#include "tests-native/fuzz/target.h"
