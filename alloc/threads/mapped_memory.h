// The memory of a heap that threads share: it has a class map, which has a byte for each span of a
// page before the page is handed out. Where pages for the map are refused, the memory is at its end.
// A growth by one page takes a spare page, if there is one.
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

  Address grow(PageCount count) {
    // Whatever grows lies below this end, but for strangers' pages in between.
    if (!cover({this->size().value + count.value})) return 0;
    const Address spare = count.value == 1 ? spares_.take() : 0;
    if (spare != 0) return spare;
    const Address begin = Memory::grow(count);
    return begin != 0 && cover({(begin >> wasm_page_log2) + count.value}) ? begin : 0;
  }

  // Any thread may leave a page of zeros.
  void leave_spare(Address page) { spares_.leave(page); }

  // Must be called before any address of the slack is handed out.
  void cover_slack() {
    const Region slack = this->slack();
    map_.cover(slack.begin, slack.end - 1, static_cast<Memory&>(*this));
  }

  const ClassMap& map() const { return map_; }

 private:
  // The pages end where so many from the address 0 on end.
  bool cover(PageCount end) {
    return map_.cover(this->slack().begin, (end.value << wasm_page_log2) - 1,
                      static_cast<Memory&>(*this));
  }

  ClassMap map_;
  SparePages<Atomics> spares_;
};

}  // namespace granary
