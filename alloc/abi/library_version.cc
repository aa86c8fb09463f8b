// The version of the library, which a program may compare with that of the header it was compiled
// with.
#include "include/granary.h"

extern "C" uint32_t granary_version() { return GRANARY_VERSION; }
