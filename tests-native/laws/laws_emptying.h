// Emptying: once everything is freed, a heap can give what a fresh one can, whatever was in it and
// in whatever order that went.
#pragma once

#include "tests-native/laws/blocks.h"
#include "tests-native/laws/heap_view.h"
#include "tests-native/laws/mix.h"

namespace granary::test {

// Of a heap in which nothing lives: whether it is as good as new. The checked heap keeps its
// records in a block of its own; all else has to be free, in one piece on either side of that.
template <class Heap>
void require_as_good_as_new(Heap& heap, Trial& trial) {
  const ByteCount largest = heap.largest_block();
  trial.figure("pages", heap.pages().value);
  trial.figure("largest block", largest);
  if constexpr (Heap::is_checked) {
    const HeapView<Heap> view(heap);
    trial.figure("blocks in use", view.used_items());
    trial.figure("free pieces", view.free_items());
    trial.require(view.used_items() <= 1 && view.free_items() <= 2,
                  "a heap in which nothing lives is one free piece, but for its records");
  } else {
    const ByteCount fresh = heap.largest_block_when_fresh();
    trial.figure("of a fresh heap", fresh);
    trial.require(largest >= fresh - fresh / 100,
                  "a heap in which nothing lives gives what a fresh one gives");
  }
}

// Eighteen blocks in a memory of one page, and then one large block.
template <class Heap>
void is_empty_after_eighteen_blocks(Heap& heap, Trial& trial) {
  heap.start(58'000, {1});
  ManyBlocks& blocks = all_blocks();
  blocks.clear();
  Random none(0);
  for (unsigned index = 0; index < 18; ++index) blocks.add(heap.alloc(1000));
  trial.require(blocks.count() == 18, "nothing is refused");
  blocks.free_all(heap, Order::as_allocated, none);
  const Block block = heap.alloc(50'000);
  trial.require(block.address != 0, "50,000 bytes can be had in a page in which nothing lives");
  if (block.address != 0) heap.free(block);
  require_as_good_as_new(heap, trial);
}

// Some blocks of every size class, or of every `step`th, in a memory of four pages.
template <class Heap>
void is_empty_after_every_class(Heap& heap, Trial& trial) {
  for (unsigned order = 0; order < order_count && trial.holds(); ++order) {
    for (unsigned step = 1; step <= 8 && trial.holds(); step *= 2) {
      heap.start(60'000, {4});
      ManyBlocks& blocks = all_blocks();
      blocks.clear();
      Random random(order);
      for (unsigned round = 0; round < 64; ++round) {
        for (unsigned index = 0; index < size_class_count; index += step) {
          blocks.add(heap.alloc(slot_size(SizeClass{static_cast<uint8_t>(index)})));
        }
      }
      trial.figure("order", order);
      trial.figure("step", step);
      trial.figure("blocks", blocks.count());
      blocks.free_all(heap, static_cast<Order>(order), random);
      require_as_good_as_new(heap, trial);
    }
  }
}

// Any mix, in a memory of any size, as far as it goes or as far as the seed says.
template <class Heap>
void is_empty_after_any_mix(Heap& heap, Trial& trial) {
  constexpr unsigned maxima[] = {1, 2, 4, 16, 64, 256};
  constexpr ByteCount slacks[] = {0, 16, 20'000, 60'000, 65'536};
  Random random(trial.seed());
  const unsigned maximum = maxima[random.below(6)];
  heap.start(slacks[random.below(5)], {maximum + 1});
  ManyBlocks& blocks = all_blocks();
  blocks.clear();
  const Mix mix(random);
  const ByteCount most = random.one_in(2) ? 20'000 : random.between(1, 2000);
  unsigned refused = 0;
  for (ByteCount step = 0; step < most && refused < 8; ++step) {
    const Wish wish = mix.wish(random);
    if (!blocks.add(heap.alloc(wish.length, wish.alignment))) ++refused;
    if (blocks.count() == 0) continue;
    const auto index = static_cast<unsigned>(random.below(blocks.count()));
    if (random.one_in(4)) heap.free(blocks.take(index));
    if (random.one_in(8) && blocks.count() != 0) {
      const auto other = static_cast<unsigned>(random.below(blocks.count()));
      Block block = blocks[other];
      heap.realloc(block, random.between(1, 2 * block.length));
      blocks.set(other, block);
    }
  }
  trial.figure("blocks", blocks.count());
  const auto order = static_cast<unsigned>(random.below(order_count));
  trial.figure("order", order);
  blocks.free_all(heap, static_cast<Order>(order), random);
  require_as_good_as_new(heap, trial);
}

}  // namespace granary::test
