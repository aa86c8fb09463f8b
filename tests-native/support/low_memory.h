// A memory that several threads may grow at once, at addresses of 32 bits, as those of a shared
// WebAssembly memory are: what threads exchange holds no more. Growing gives no order to anything
// but the pages themselves, so a race detector still sees what the code above leaves unordered.
//
//   | PROT_NONE | slack | grown ...        | PROT_NONE |
//                       ^ a page           ^ size()
#pragma once

#include <sys/mman.h>

#include "runtime/page_source.h"
#include "tests-native/support/address_space.h"

namespace granary::test {

class LowMemory {
 public:
  static constexpr PageCount capacity = {4096};
  // All sanitizers leave these addresses to the program. A memory begins at the end of a page in
  // which nothing of it lies, and in the middle of 16 MiB.
  static constexpr Address first_begin = 0x1000'0000 + 0x83'0000;
  static constexpr Address distance = 0x1800'0000;
  static constexpr unsigned most_memories = 4;

  struct Pages {
    LowMemory* memory;

    Address grow(PageCount count) const { return memory->grow(count); }
    PageCount size() const { return memory->size(); }
    Region slack() const { return memory->slack_; }
  };

  // A slack of so many bytes, and so many pages that can be had beyond it.
  explicit LowMemory(ByteCount slack = 0, PageCount pages = {1024})
      : place_(take_place()),
        begin_(first_begin + place_ * distance),
        first_(begin_ + (slack + wasm_page_size - 1) / wasm_page_size * wasm_page_size),
        end_(first_),
        limit_(first_ + (pages.value << wasm_page_log2)),
        slack_{first_ - slack, first_} {
    reserve(begin_, capacity);
    if (limit_ > begin_ + (capacity.value << wasm_page_log2)) die("a memory is not as large");
    make_accessible(begin_, end_);
  }

  LowMemory(const LowMemory&) = delete;
  LowMemory& operator=(const LowMemory&) = delete;

  ~LowMemory() {
    unreserve(begin_, capacity);
    places_ &= ~(1U << place_);
  }

  Pages pages() { return {this}; }

  Address grow(PageCount count) {
    Address begin = __atomic_load_n(&end_, __ATOMIC_RELAXED);
    do {
      const Address limit = __atomic_load_n(&limit_, __ATOMIC_RELAXED);
      if (count.value > (limit - begin) >> wasm_page_log2) {
        __atomic_fetch_add(&refused_, 1, __ATOMIC_RELAXED);
        return 0;
      }
    } while (!__atomic_compare_exchange_n(&end_, &begin, begin + (count.value << wasm_page_log2),
                                          false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    make_accessible(begin, begin + (count.value << wasm_page_log2));
    return begin;
  }

  // As memory.size: counted from the address 0.
  PageCount size() const { return {__atomic_load_n(&end_, __ATOMIC_RELAXED) >> wasm_page_log2}; }

  ByteCount grown_pages() const { return size().value - (first_ >> wasm_page_log2); }
  ByteCount pages_left() const { return (limit_ >> wasm_page_log2) - size().value; }
  ByteCount refused_growths() const { return refused_; }

  // From now on so many more pages can be had.
  void allow(PageCount count) {
    __atomic_store_n(&limit_, end_ + (count.value << wasm_page_log2), __ATOMIC_RELAXED);
  }

  // Makes the memory as it was at first, when nobody uses it.
  void reset() {
    const ByteCount length = end_ - begin_;
    if (length != 0 && madvise(reinterpret_cast<void*>(begin_), length, MADV_DONTNEED) != 0) {
      die("madvise refuses pages that are reserved");
    }
    make_inaccessible(first_, end_);
    end_ = first_;
  }

 private:
  static unsigned take_place() {
    const unsigned place = static_cast<unsigned>(__builtin_ctz(~places_));
    if (place >= most_memories) die("there are too many memories");
    places_ |= 1U << place;
    return place;
  }

  // A bit for each place where a memory is.
  static inline unsigned places_ = 0;

  unsigned place_;
  Address begin_;
  // What was not there at first begins here.
  Address first_;
  Address end_;
  // The memory never ends above this.
  Address limit_;
  ByteCount refused_ = 0;
  Region slack_;
};

}  // namespace granary::test
