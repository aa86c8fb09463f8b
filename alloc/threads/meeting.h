// The meeting point of the instances that share a memory: 64 bits of it, through which each finds
// the state of the heap. The first instance of all grows a page for the state and shows its address
// there. When several are the first at once, one of them wins, and the others have a spare page.
// Nobody waits for another.
//
//   | "GRAN" | address of the state |   anything else means that there is no heap yet
//
// A heap whose state is all zero is right, as a fresh page is: nothing has to be done between
// growing the page and showing it.
#pragma once

#include "runtime/sync.h"

namespace granary {

// Returns the address of the state, or 0 when there is none and no page for it. `grow_page` returns
// the address of a fresh page, or 0. `leave_spare` gets the state and a page that is not needed.
template <Sync Atomics, class GrowPage, class LeaveSpare>
[[gnu::always_inline]] inline Address meet(SharedPair& point, GrowPage grow_page,
                                           LeaveSpare leave_spare) {
  constexpr unsigned address_width = 32;
  constexpr SharedPair magic = SharedPair{0x4e415247} << address_width;
  constexpr SharedPair magic_mask = ~SharedPair{0} << address_width;
  SharedPair seen = Atomics::load_acquire(point);
  Address page = 0;
  while ((seen & magic_mask) != magic) {
    if (page == 0) {
      page = grow_page();
      if (page == 0) return 0;
    }
    const SharedPair before =
        Atomics::compare_exchange_acquire_release(point, seen, magic | SharedPair{page});
    if (before == seen) return page;
    seen = before;
  }
  const Address state = static_cast<Address>(seen & ~magic_mask);
  if (page != 0) leave_spare(state, page);
  return state;
}

}  // namespace granary
