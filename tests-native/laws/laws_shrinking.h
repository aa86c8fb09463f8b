// Shrinking: what becomes smaller needs no memory, so it never fails for want of any.
#pragma once

#include "tests-native/laws/blocks.h"
#include "tests-native/laws/law_heap.h"
#include "tests-native/laws/mix.h"

namespace granary::test {

// A memory filled to the last byte; then a block of it gets smaller, and the memory is filled up
// again.
template <class Heap>
void shrinks_in_a_full_memory(Heap& heap, Trial& trial) {
  Random random(trial.seed());
  heap.start(random.one_in(2) ? 60'000 : 16, {static_cast<ByteCount>(1) + random.below(6)});
  ManyBlocks& blocks = all_blocks();
  blocks.clear();
  const Mix mix(random);
  for (unsigned refused = 0; refused < 50;) {
    const Wish wish = mix.wish(random);
    if (!blocks.add(heap.alloc(wish.length, wish.alignment))) ++refused;
  }
  const auto fill_up = [&] {
    constexpr ByteCount lengths[] = {2000, 500, 100, 16, 1};
    for (const ByteCount length : lengths) {
      fill(heap, blocks, length, Alignment::from_log2(0));
    }
  };
  fill_up();
  trial.figure("blocks", blocks.count());
  for (unsigned step = 0; step < 300 && blocks.count() != 0; ++step) {
    const auto index = static_cast<unsigned>(random.below(blocks.count()));
    const Block block = blocks[index];
    if (block.length == 1) continue;
    const ByteCount new_length = random.one_in(4) ? 1 : random.between(1, block.length - 1);
    const Address address = heap.engine().remap(block, new_length);
    trial.figure("length", block.length);
    trial.figure("new length", new_length);
    trial.figure("alignment", block.alignment.bytes());
    if (!trial.require(address != 0, "a block of a full memory can be made smaller")) return;
    trial.require(address % block.alignment.bytes() == 0, "and keeps its alignment");
    blocks.set(index, {address, new_length, block.alignment});
    fill_up();
  }
}

}  // namespace granary::test
