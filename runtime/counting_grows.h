// A memory that counts how often it has grown. In everything else it is the memory that it derives
// from.
#pragma once

#include "runtime/page_source.h"

namespace granary {

template <PageSourceWithSlack Memory>
class CountingGrows : public Memory {
 public:
  Address grow(PageCount count) {
    const Address begin = Memory::grow(count);
    if (begin != 0) ++grow_count_;
    return begin;
  }

  ByteCount grow_count() const { return grow_count_; }

 private:
  ByteCount grow_count_ = 0;
};

}  // namespace granary
