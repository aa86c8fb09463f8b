// libFuzzer target: the default engine, inspected along the way, and beside it now and then one
// that is built as the product is.
#define GRANARY_FUZZ_RUN InspectedRun
#include "fuzz/fuzz_target.h"
