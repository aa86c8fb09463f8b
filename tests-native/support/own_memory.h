// A memory for the test of one engine, as many of them as a test needs: address space of its own
// that becomes readable and writable page by page as it grows, and a slack below its first page.
// The test says how far it grows, and sees what it was asked for.
//
//   | PROT_NONE | slack | grown ...        | PROT_NONE |
//                       ^ a page           ^ size()
//
// An engine holds a `Pages`, which names the memory. Addresses are below 2^46, which is as far as
// the records of spans reach (alloc/granary/span.h).
#pragma once

#include <vector>

#include "runtime/page_source.h"
#include "tests-native/support/address_space.h"

namespace granary::test {

class OwnMemory {
 public:
  static constexpr PageCount capacity = {2048};
  // Where the first memory of a test begins.
  static constexpr Address first_begin = 0x2000'0003'0000;

  struct Pages {
    OwnMemory* memory;

    Address grow(PageCount count) const { return memory->grow(count); }
    PageCount size() const { return memory->size(); }
    Region slack() const { return memory->slack_; }
  };

  // A slack of so many bytes, less than all pages.
  explicit OwnMemory(ByteCount slack = 0)
      : place_(static_cast<unsigned>(__builtin_ctzll(free_places_))),
        begin_(first_begin + 2 * place_ * (capacity.value << wasm_page_log2)),
        end_(begin_ + (slack + wasm_page_size - 1) / wasm_page_size * wasm_page_size),
        slack_{end_ - slack, end_} {
    free_places_ &= ~(uint64_t{1} << place_);
    reserve(begin_, capacity);
    make_accessible(begin_, end_);
  }

  OwnMemory(const OwnMemory&) = delete;
  OwnMemory& operator=(const OwnMemory&) = delete;

  ~OwnMemory() {
    unreserve(begin_, capacity);
    free_places_ |= uint64_t{1} << place_;
  }

  Pages pages() { return {this}; }

  Address grow(PageCount count) {
    requests.push_back(count.value);
    if (count.value > pages_left) return 0;
    return grow_by(count);
  }

  // Pages that no engine is told of, which therefore lie between those that it is given.
  Address grow_as_stranger(PageCount count) { return grow_by(count); }

  // As memory.size: counted from the address 0.
  PageCount size() const { return {end_ >> wasm_page_log2}; }

  // By how many pages each growth was to be, whether it was granted or refused.
  std::vector<ByteCount> requests;
  // How many pages can still be had.
  ByteCount pages_left = capacity.value / 2;

 private:
  Address grow_by(PageCount count) {
    const Address address = end_;
    end_ += count.value << wasm_page_log2;
    if (end_ > begin_ + (capacity.value << wasm_page_log2)) die("a memory has no such page");
    make_accessible(address, end_);
    pages_left -= count.value < pages_left ? count.value : pages_left;
    return address;
  }

  // A bit for each place where no memory is.
  static inline uint64_t free_places_ = ~uint64_t{0};

  unsigned place_;
  Address begin_;
  Address end_;
  Region slack_;
};

}  // namespace granary::test
