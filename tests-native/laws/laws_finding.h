// Finding: a heap neither grows nor refuses anything while a block that fits lies free.
#pragma once

#include "tests-native/laws/blocks.h"
#include "tests-native/laws/heap_view.h"
#include "tests-native/laws/mix.h"

namespace granary::test {

// Blocks of two sizes, a fiftieth apart, between spacers; all are freed, the larger ones first, so
// that whoever looks at the latest free blocks of a bin alone sees small ones.
template <class Heap>
void finds_what_lies_deep(Heap& heap, Trial& trial) {
  constexpr unsigned count = 200;
  constexpr ByteCount lesser = 100'000;
  constexpr ByteCount larger = 102'000;
  heap.start(60'000, {4096});
  BlockList<count> lesser_blocks;
  BlockList<count> larger_blocks;
  Random none(0);
  for (unsigned index = 0; index < count; ++index) {
    lesser_blocks.add(heap.alloc(lesser));
    heap.alloc(3000);
    larger_blocks.add(heap.alloc(larger));
    heap.alloc(3000);
  }
  larger_blocks.free_all(heap, Order::as_allocated, none);
  lesser_blocks.free_all(heap, Order::as_allocated, none);
  const ByteCount pages = heap.pages().value;
  trial.figure("pages before", pages);
  unsigned found = 0;
  for (unsigned index = 0; index < count; ++index) {
    if (heap.alloc(larger).address != 0 && heap.pages().value == pages) ++found;
  }
  for (unsigned index = 0; index < count; ++index) {
    if (heap.alloc(lesser).address != 0 && heap.pages().value == pages) ++found;
  }
  trial.figure("pages after", heap.pages().value);
  trial.figure("blocks had before it grew", found);
  trial.require(found == 2 * count, "blocks that fit are found before the memory grows");
}

// The same when the memory has hardly anything left to grow by: what is not found is refused.
template <class Heap>
void refuses_nothing_that_lies_deep(Heap& heap, Trial& trial) {
  constexpr unsigned count = 200;
  heap.start(60'000, {650});
  BlockList<2 * count> blocks;
  const Random none(0);
  for (unsigned index = 0; index < count; ++index) {
    blocks.add(heap.alloc(index % 2 == 0 ? 102'000 : 100'000));
    heap.alloc(3000);
    blocks.add(heap.alloc(index % 2 == 0 ? 100'000 : 102'000));
    heap.alloc(3000);
  }
  trial.figure("blocks", blocks.count());
  const unsigned had = blocks.count();
  constexpr ByteCount lengths[] = {102'000, 100'000};
  for (const ByteCount length : lengths) {
    blocks.free_some(heap, [&](unsigned index) { return blocks[index].length == length; });
  }
  unsigned refused = 0;
  for (unsigned index = 0; index < had; ++index) {
    if (heap.alloc(index < had / 2 ? 102'000 : 100'000).address == 0) ++refused;
  }
  trial.figure("pages", heap.pages().value);
  trial.figure("refused", refused);
  trial.require(refused == 0, "blocks that fit are found before anything is refused");
}

// How many blocks begin in each 16 KiB of a heap: tells of a span whether any lives in it.
class Occupancy {
 public:
  void clear(Address origin) {
    origin_ = origin;
    __builtin_memset(counts_, 0, sizeof(counts_));
  }
  void add(Address address) { ++counts_[place_of(address)]; }
  void remove(Address address) { --counts_[place_of(address)]; }
  bool is_idle(Address span) const { return counts_[place_of(span)] == 0; }

 private:
  static constexpr unsigned capacity = 4096;

  unsigned place_of(Address address) const {
    return static_cast<unsigned>((address - origin_) >> span_log2) % capacity;
  }

  Address origin_ = 0;
  uint16_t counts_[capacity] = {};
};

// The smallest class whose slots hold a small block.
inline SizeClass class_for(ByteCount last_byte) {
  uint8_t index = 0;
  while (slot_size(SizeClass{index}) <= last_byte) ++index;
  return SizeClass{index};
}

// Random calls in a memory that is nearly full or grows. Before each allocation it is found out
// what would serve it; afterwards, whether it was overlooked.
template <class Heap>
void overlooks_nothing(Heap& heap, Trial& trial) {
  using Room = HeapView<Heap>::Room;
  static constinit Occupancy occupancy;
  constexpr unsigned maxima[] = {1, 2, 3, 8, 32, 256};
  Random random(trial.seed());
  const unsigned maximum = maxima[random.below(6)] + 1;
  heap.start(random.one_in(2) ? 60'000 : 3000, {maximum});
  occupancy.clear(heap.memory_begin());
  ManyBlocks& blocks = all_blocks();
  blocks.clear();
  const Mix mix(random);
  unsigned calls = 0;
  // Filled and then emptied to some share, again and again.
  for (unsigned phase = 0; phase < 12 && trial.holds(); ++phase) {
    unsigned refused = 0;
    for (unsigned step = 0; step < 400 && refused < 20 && trial.holds(); ++step) {
      const Wish wish = mix.wish(random);
      const ByteCount pages = heap.pages().value;
      const HeapView<Heap> view(heap);
      const auto is_idle = [](Address span) { return occupancy.is_idle(span); };
      const auto room = view.room_for(wish.length, wish.alignment, is_idle);
      const ByteCount last_byte = last_byte_of(wish.length, wish.alignment);
      const bool small = is_small(last_byte, wish.alignment);
      const SizeClass own = small ? class_for(last_byte) : SizeClass{};
      const SizeClass largest{size_class_count - 1};
      const bool has_own_slot = small && view.has_free_slot(own, own, wish.alignment);
      const bool has_slot = small && view.has_free_slot(own, largest, wish.alignment);
      const Block block = heap.alloc(wish.length, wish.alignment);
      ++calls;
      const bool was_refused = block.address == 0;
      const bool grew = heap.pages().value != pages;
      trial.figure("call", calls);
      trial.figure("maximum of pages", maximum);
      trial.figure("pages", pages);
      trial.figure("length", wish.length);
      trial.figure("alignment", wish.alignment.bytes());
      trial.figure("refused", was_refused);
      // A small block may leave the top to the spans, as long as the memory grows.
      const bool in_sight = small && !was_refused ? room == Room::block : room != Room::none;
      trial.require(!(grew || was_refused) || !in_sight, "free memory that fits is found");
      trial.require(!(grew || was_refused) || !has_own_slot,
                    "a free slot of its own class is found");
      trial.require(!was_refused || !has_slot, "a free slot of a larger class is found");
      if (was_refused) {
        ++refused;
      } else {
        occupancy.add(block.address);
        blocks.add(block);
      }
    }
    if (!trial.require(HeapView<Heap>(heap).is_whole(), "the heap is whole")) return;
    blocks.shuffle(random);
    const auto kept = static_cast<unsigned>(random.below(blocks.count() + 1));
    while (blocks.count() > kept) {
      const Block block = blocks.take(blocks.count() - 1);
      occupancy.remove(block.address);
      heap.free(block);
    }
  }
}

}  // namespace granary::test
