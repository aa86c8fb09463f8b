// libFuzzer target: the default engine, inspected along the way, and beside it now and then one
// that is built as the product is.
#define GRANARY_TEST_RUN InspectedRun
#include "tests-native/fuzz/target.h"
