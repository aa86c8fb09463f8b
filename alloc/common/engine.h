// What an engine offers. The four calls of docs/abi.md, on typed values, are all that the
// conformance tests and the faces of these calls need. The faces of C, C++ and components need more
// (SizeKnowingEngine), the checks need to know where the memory ends (EngineOverMemory), and
// inspection reads the state that an engine shows.
#pragma once

#include "alloc/common/alignment.h"
#include "runtime/integers.h"
#include "runtime/pages.h"

namespace granary {

// A live block as its owner names it: the length of its latest successful alloc, resize or remap,
// and the alignment of its alloc.
struct Block {
  Address address;
  ByteCount length;
  Alignment alignment;
};

template <class T>
concept Engine = requires(T engine, Block block, ByteCount length, Alignment alignment) {
  // Returns the address of a new block of `length` bytes, or 0 when there is no memory.
  requires __is_same(decltype(engine.alloc(length, alignment)), Address);
  // Returns whether the block now has `length` bytes where it is; if not, nothing has changed.
  requires __is_same(decltype(engine.resize(block, length)), bool);
  // Returns where the block now is, with `length` bytes; 0 when nothing has changed.
  requires __is_same(decltype(engine.remap(block, length)), Address);
  requires __is_same(decltype(engine.free(block)), void);
};

// What the faces of C, C++ and components need as well: the engine knows the size of a block by its
// address, and knows which memory is zero.
template <class T>
concept SizeKnowingEngine =
    Engine<T> && requires(T engine, Address address, ByteCount length, Alignment alignment) {
      // Does the same as `alloc`, and every byte of the block is zero.
      requires __is_same(decltype(engine.alloc_zeroed(length, alignment)), Address);
      // Returns how many bytes the live block has room for: at least its length.
      requires __is_same(decltype(engine.usable_size(address)), ByteCount);
      // Does the same as `free`, without the length.
      requires __is_same(decltype(engine.free_unsized(address)), void);
    };

// What the checks need as well: the size of the memory in which addresses may lie.
template <class T>
concept EngineOverMemory = SizeKnowingEngine<T> && requires(const T engine) {
  requires __is_same(decltype(engine.memory().size()), PageCount);
};

}  // namespace granary
