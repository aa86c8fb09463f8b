// A memory with a class map of all that has grown: no page is handed out before the map has a byte
// for each of its spans. Where pages for the map are refused, the memory is at its end.
#pragma once

#include "alloc/threads/class_map.h"
#include "runtime/page_source.h"

namespace granary {

template <PageSourceWithSlack Memory>
class MappedMemory : public Memory {
 public:
  constexpr MappedMemory() = default;
  constexpr explicit MappedMemory(Memory memory) : Memory(memory) {}

  Address grow(PageCount count) {
    const PageCount before = this->size();
    if (!cover({before.value + count.value})) return 0;
    const Address begin = Memory::grow(count);
    if (begin == 0) return 0;
    // A stranger may have grown the memory in between.
    if (begin >> wasm_page_log2 != before.value &&
        !cover({(begin >> wasm_page_log2) + count.value}))
      return 0;
    return begin;
  }

  // Must be called before any address of the slack is handed out.
  bool cover_slack() { return cover(this->size()); }

  const ClassMap& map() const { return map_; }

 private:
  // The pages end where so many from the address 0 on end.
  bool cover(PageCount end) {
    return map_.cover(this->slack().begin, (end.value << wasm_page_log2) - 1,
                      [this] { return Memory::grow({1}); });
  }

  ClassMap map_;
};

}  // namespace granary
