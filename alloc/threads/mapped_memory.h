// The memory of a heap that threads share: it has a class map, which has a byte for each span of a
// page before the page is handed out. A growth by one page takes a spare page, if there is one.
#pragma once

#include "alloc/threads/class_map.h"
#include "alloc/threads/spare_pages.h"
#include "runtime/page_source.h"

namespace granary {

template <PageSourceWithSlack Memory, Sync Atomics>
class MappedMemory : public Memory {
 public:
  constexpr MappedMemory() = default;
  constexpr explicit MappedMemory(Memory memory) : Memory(memory) {}

  // Pages for the map come with the others, right behind them: so a refused growth changes nothing.
  [[gnu::noinline]] Address grow(PageCount count) {
    PageCount more = {0};
    // Whatever grows lies below this end, but for strangers' pages in between.
    if (!map_.cover((this->size().value + count.value) << wasm_page_log2, more)) {
      more = ClassMap::most_pages(count);
    } else if (count.value == 1) {
      const Address spare = spares_.take();
      if (spare != 0) return spare;
    }
    const Address begin = Memory::grow({count.value + more.value});
    if (begin == 0) return 0;
    return map_.cover(begin + (count.value << wasm_page_log2), more) ? begin : 0;
  }

  // Any thread may leave a page of zeros.
  void leave_spare(Address page) { spares_.leave(page); }

  // Must be called before any address of the slack is handed out.
  void cover_slack() {
    const Region slack = this->slack();
    map_.start(slack.begin);
    map_.cover(slack.end, {0});
  }

  const ClassMap& map() const { return map_; }

 private:
  ClassMap map_;
  SparePages<Atomics> spares_;
};

}  // namespace granary
