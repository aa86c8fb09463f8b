// The memory of a heap that threads share: it has a class map, which has a byte for each span of a
// page before the page is handed out. What the map needs for this is grown together with the pages,
// at their end, so a growth that is refused takes nothing.
//
// A growth by one page takes a spare page instead, if the one at the top lies above all that was
// handed out before: an engine takes regions in only from below to above. Others stay unused.
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
    const PageCount lacking = map_.lacks({this->size().value + count.value});
    const PageCount all = {count.value + lacking.value};
    Address begin = all.value == 1 ? take_spare(latest_) : 0;
    if (begin == 0) begin = Memory::grow(all);
    if (begin == 0) return 0;
    const Address end = begin + (count.value << wasm_page_log2);
    map_.add_pages(end, lacking);
    // A stranger may have grown much meanwhile.
    if (!map_.covers({end >> wasm_page_log2})) return 0;
    return latest_ = begin;
  }

  // Any thread may leave a page of zeros.
  void leave_spare(Address page) { spares_.leave(page); }
  Address take_spare(Address above) { return spares_.take(above); }

  // Must be called before any address of the memory is handed out.
  [[clang::minsize]] void start() {
    if (map_.is_started()) return;
    const Region slack = Memory::slack();
    map_.start(slack.begin);
    latest_ = slack.begin;
    if constexpr (!has_small_slack) map_slack(slack);
  }

  Region slack() const {
    Region all = Memory::slack();
    if constexpr (!has_small_slack) all.end -= slack_of_map_;
    return all;
  }

  const ClassMap& map() const { return map_; }

 private:
  // Of a slack within a page the map has the bytes at once, and nothing has to be kept of it.
  static constexpr bool has_small_slack = requires { requires Memory::slack_is_within_a_page; };

  // The memory may not grow at all: a large slack has the bytes of its map itself, at its end.
  [[clang::minsize]] void map_slack(Region slack) {
    const PageCount lacking = map_.lacks({slack.end >> wasm_page_log2});
    slack_of_map_ = lacking.value << wasm_page_log2;
    const Address pages = slack.end - slack_of_map_;
    // The memory that the heap finds at its start need not be zero.
    __builtin_memset(reinterpret_cast<void*>(pages), 0, slack_of_map_);
    map_.add_pages(pages, lacking);
  }

  ClassMap map_;
  SparePages<Atomics> spares_;
  // The latest pages that were handed out begin here, or else the slack does.
  Address latest_ = 0;
  ByteCount slack_of_map_ = 0;
};

}  // namespace granary
