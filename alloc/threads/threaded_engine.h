// One heap for many threads: an engine for one thread behind a lock, and in front of it lists of
// free blocks for each thread (thread_lists.h).
//
//   alloc    the first block of the thread's list of the class
//            or else, locked: a block, and a batch for the list
//   free     onto the thread's list of the block's class
//            or else, locked: blocks go back until the lists are half full
//   a block of more than 2 KiB: locked
//
// No thread owns memory: a block goes onto the list of the thread that frees it. So nothing has to
// go home, and no thread works for another. A thread that ends loses what its lists hold unless it
// calls `flush`.
//
//   - A block is in one place: its user's, one thread's list, or the engine's.
//   - The engine, its memory and the class map change under the lock only.
//   - What a thread reads without the lock is its own lists, the byte of the class map for a block
//     that it has, and the size in the tag of such a block.
#pragma once

#include "alloc/common/engine.h"
#include "alloc/threads/class_map.h"
#include "alloc/threads/engine_behind_lock.h"
#include "alloc/threads/thread_lists.h"

namespace granary {

// What belongs to a thread. `lists` returns the thread's lists: those that it was given by `set`,
// or else `none`.
template <class T>
concept ThreadLocal = WaitingThread<T> && requires(ThreadLists& none, ThreadLists& own) {
  requires __is_same(decltype(T::lists(none)), ThreadLists&);
  T::set_lists(own, none);
};

template <class Inner, Sync Atomics, ThreadLocal Thread>
class ThreadedEngine : public EngineBehindLock<Inner, Atomics, Thread> {
  using Base = EngineBehindLock<Inner, Atomics, Thread>;
  using Base::inner_;

 public:
  using typename Base::Held;

  constexpr ThreadedEngine() = default;

  [[gnu::always_inline]] Address alloc(ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    if (ThreadLists::is_listed(last_byte, alignment)) [[likely]] {
      ThreadLists& own = lists();
      const Address block = own.pop(own.classes.class_of(last_byte));
      if (block != 0) [[likely]]
        return block;
    }
    return alloc_slow(length, alignment);
  }

  [[gnu::always_inline]] void free(Block block) { free_unsized(block.address); }

  // Does the same as `free`, for callers that do not know the length.
  [[gnu::always_inline]] void free_unsized(Address address) {
    ThreadLists& own = lists();
    if (own.has_room()) [[likely]] {
      const unsigned blocks = map().at(address);
      if (blocks != ClassMap::no_slots) [[likely]] {
        own.push(SizeClass{blocks - 1}, address);
        return;
      }
    }
    free_slow(address);
  }

  // Returns how many bytes the block at `address` has room for: at least its length.
  [[gnu::noinline, clang::minsize]] ByteCount usable_size(Address address) const {
    const unsigned blocks = map().at(address);
    return blocks != ClassMap::no_slots ? slot_size(SizeClass{blocks - 1})
                                        : Inner::tagged_size(address);
  }

  [[gnu::always_inline]] bool resize(Block block, ByteCount new_length) {
    return change(block.address, block.alignment, new_length, false) != 0;
  }

  [[gnu::always_inline]] Address remap(Block block, ByteCount new_length) {
    return change(block.address, block.alignment, new_length, true);
  }

  // Does the same as `remap`, for callers that do not know the length.
  [[gnu::always_inline]] Address remap_unsized(Address address, Alignment alignment,
                                               ByteCount new_length) {
    return change(address, alignment, new_length, true);
  }

  // Does the same as `alloc`, and every byte of the block is zero.
  Address alloc_zeroed(ByteCount length, Alignment alignment) {
    const Address address = alloc(length, alignment);
    if (address != 0) __builtin_memset(reinterpret_cast<void*>(address), 0, length);
    return address;
  }

  // Gives back all that the thread holds. It may go on to allocate, which is as for a new thread.
  [[gnu::noinline, clang::minsize]] void flush() {
    ThreadLists& own = lists();
    if (!exist(own)) return;
    const Held held(*this);
    give_up(own);
  }

  // Calls `use` with the engine behind the lock.
  template <class Use>
  auto locked(Use use) {
    const Held held(*this);
    return use(held.engine());
  }

  // Other threads may hold blocks on their lists, so the heap cannot forget all of them: a program
  // that calls this does not link.
  void reset() { Thread::refuse_reset(); }

  // Any thread may leave a page of zeros that it does not need, without the lock.
  void leave_spare(Address page) { inner_.memory().leave_spare(page); }

  // The lists of a thread that has none.
  ThreadLists& no_lists() { return none_; }

 private:
  static bool exist(const ThreadLists& lists) { return lists.lists[0].block_bytes != 0; }

  [[gnu::always_inline]] ThreadLists& lists() { return Thread::lists(none_); }
  [[gnu::always_inline]] const ClassMap& map() const { return inner_.memory().map(); }

  // A small block stays as long as it fits and moves else, whether it is a slot or not, and needs
  // no lock for that.
  static bool is_small_block(ByteCount usable_size) {
    return usable_size < largest_small + TaggedBlock::unit;
  }

  // Does the same as `remap`, or where the block must not move, as `resize`: then the result is its
  // address or 0.
  [[gnu::noinline, clang::minsize]] Address change(Address address, Alignment alignment,
                                                   ByteCount new_length, bool may_move) {
    const ByteCount size = usable_size(address);
    if (!is_small_block(size)) {
      const Held held(*this);
      return noted(inner_.remap_tagged(address, alignment, new_length, may_move));
    }
    if (new_length <= size) {
      // The block may fill down to half of itself, as in a span, but for the unit by which a block
      // of the large heap may be larger than a slot. For less, a smaller block is worth the move.
      const ByteCount rounded = last_byte_of(new_length, alignment) + 1;
      if (2 * rounded + TaggedBlock::unit >= size) return address;
    }
    if (new_length > size || !may_move) return 0;
    const Address moved = alloc_slow(new_length, alignment);
    // Where there is no smaller place, the block stays.
    if (moved == 0) return address;
    __builtin_memcpy(reinterpret_cast<void*>(moved), reinterpret_cast<const void*>(address),
                     new_length);
    free_slow(address);
    return moved;
  }

  // Each of these is one function for all that need it.
  [[gnu::noinline, clang::minsize]] Address take(ByteCount length, Alignment alignment) {
    return noted(inner_.alloc_seldom(length, alignment));
  }
  [[gnu::noinline]] void give(Address block) {
    expect(block != 0);
    inner_.free_unsized(block);
  }

  [[gnu::noinline, clang::minsize]] Address alloc_slow(ByteCount length, Alignment alignment) {
    // Blocks of length 0 come from a list, too: otherwise each would be a new one, and the lists
    // would fill with them.
    length += length == 0;
    const ByteCount last_byte = last_byte_of(length, alignment);
    const bool small = is_small(last_byte, alignment);
    if (small) {
      const Address block = lists().pop_near(last_byte, alignment);
      if (block != 0) return block;
    }
    const Held held(*this);
    ThreadLists& own = own_lists();
    SizeClass size_class{0};
    ByteCount size = length;
    const bool listed = small && exist(own);
    if (listed) {
      size_class = own.classes.class_of(last_byte);
      size = slot_size(size_class);
    }
    const Address address = take(size, alignment);
    if (address == 0) {
      // What the thread holds may be what is missing, or the rest of the slot.
      if (exist(own)) give_up(own);
      return take(length, alignment);
    }
    if (listed) refill(own, size_class, alignment);
    return address;
  }

  [[gnu::noinline, clang::minsize]] void free_slow(Address address) {
    ThreadLists& mine = lists();
    if (mine.has_room() && map().at(address) == ClassMap::no_slots) {
      const ByteCount size = Inner::tagged_size(address);
      if (is_small_block(size)) {
        mine.push(mine.class_within(size), address);
        return;
      }
    }
    const Held held(*this);
    if (!mine.has_room()) make_room(own_lists(), 1);
    give(address);
  }

  // Returns the lists of the thread, which get a block of the heap if they have none.
  [[gnu::noinline, clang::minsize]] ThreadLists& own_lists() {
    ThreadLists& own = lists();
    if (exist(own)) return own;
    inner_.memory().start();
    // A small block would count for its class, which might get a span for the lists alone.
    const Address block = take(largest_small + 1, Alignment::from_bytes(alignof(ThreadLists)));
    static_assert(sizeof(ThreadLists) <= largest_small + 1);
    if (block == 0) return own;
    ThreadLists& fresh = *reinterpret_cast<ThreadLists*>(block);
    fresh.start();
    Thread::set_lists(fresh, none_);
    return fresh;
  }

  // Notes in the map what kind of block is handed out.
  [[gnu::noinline, clang::minsize]] Address noted(Address address) {
    if (address != 0) {
      map().set(address, inner_.is_slot(address) ? ClassMap::slots_of(inner_.class_of_slot(address))
                                                 : ClassMap::no_slots);
    }
    return address;
  }

  // Fetches a batch of blocks for the list of the class, unless it has some.
  [[clang::minsize]] void refill(ThreadLists& own, SizeClass size_class, Alignment alignment) {
    ThreadLists::List& list = own.lists[index_of(size_class)];
    if (list.first != 0) return;
    const ByteCount batch = list.batch_bytes;
    make_room(own, batch);
    Address* link = &list.first;
    for (ByteCount bytes = list.block_bytes; bytes < batch; bytes += list.block_bytes) {
      Address block = inner_.pop_waiting(size_class);
      // The map is right about a span since a slot of it was first handed out.
      if (block == 0) block = take(list.block_bytes, alignment);
      if (block == 0) break;
      *link = block;
      link = &ThreadLists::link_of(block);
      ++list.count;
      own.room -= static_cast<int32_t>(list.block_bytes);
    }
    *link = 0;
    if (batch < ThreadLists::largest_batch) list.batch_bytes *= 2;
  }

  // Makes room for so many bytes, at most half of the capacity: if there is less, the longest lists
  // give blocks back until half is left.
  [[gnu::noinline, clang::minsize]] void make_room(ThreadLists& own, ByteCount bytes) {
    for (ByteCount kept = ThreadLists::capacity / 4;
         own.room < static_cast<int32_t>(bytes) && exist(own); kept /= 2) {
      give_back(own, kept);
      bytes = ThreadLists::capacity / 2;
    }
  }

  // Gives all that the thread holds back, also its lists.
  [[gnu::noinline, clang::minsize]] void give_up(ThreadLists& own) {
    give_back(own, 0);
    Thread::set_lists(none_, none_);
    give(reinterpret_cast<Address>(&own));
  }

  // Gives all blocks back but so many bytes of each list. Those that were freed last go first,
  // because the caches still have them.
  [[gnu::noinline, clang::minsize]] void give_back(ThreadLists& own, ByteCount kept) {
    for (unsigned index = 0; index < size_class_count; ++index) {
      ThreadLists::List& list = own.lists[index];
      const ByteCount most = kept / list.block_bytes;
      if (list.count <= most) continue;
      if (list.batch_bytes > ThreadLists::first_batch) list.batch_bytes /= 2;
      while (list.count > most) give(own.pop(SizeClass{index}));
    }
  }

  // The lists of a thread that has none: all is zero, and stays so.
  ThreadLists none_ = {};
};

}  // namespace granary
