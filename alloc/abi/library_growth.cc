// The default growth policy of the library. It is weak: a program that defines its own replaces it.
#include "alloc/common/growth.h"
#include "include/granary.h"

extern "C" [[gnu::weak]] const granary_growth_policy granary_growth = {
    .share_from = granary::default_growth.share_from.value,
    .share_log2 = granary::default_growth.share_log2,
};
