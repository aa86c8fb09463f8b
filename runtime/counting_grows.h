// A memory that is another one, and how often that was grown.
#pragma once

#include "runtime/page_source.h"

namespace granary {

template <PageSourceWithSlack Pages>
struct CountingGrows : Pages {
  static Address grow(PageCount count) {
    const Address begin = Pages::grow(count);
    if (begin != 0) ++grow_count_;
    return begin;
  }

  static ByteCount grow_count() { return grow_count_; }

 private:
  static inline ByteCount grow_count_ = 0;
};

}  // namespace granary
