// The growth policy of the library: whatever the program links as `granary_growth`.
#pragma once

#include "alloc/common/growth.h"
#include "include/granary.h"

namespace granary {

struct LinkedGrowth {
  static GrowthPolicy policy() {
    return {.share_from = {granary_growth.share_from}, .share_log2 = granary_growth.share_log2};
  }
};

static_assert(GrowthSource<LinkedGrowth>);

}  // namespace granary
