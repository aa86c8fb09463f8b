// What engines offer. The four calls of docs/abi.md, on typed values, are all that a wrapper, the
// conformance tests and the faces of these calls need; the faces of C, C++ and components need more
// (SizeKnowingEngine), checks where its memory ends (EngineOverMemory), and inspection what an
// engine shows of itself.
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
  // The address of `length` bytes, or 0 when there is no memory.
  requires __is_same(decltype(engine.alloc(length, alignment)), Address);
  // Whether the block now has `length` bytes where it is; if not, nothing has changed.
  requires __is_same(decltype(engine.resize(block, length)), bool);
  // Where the block now is, with `length` bytes; 0 when nothing has changed.
  requires __is_same(decltype(engine.remap(block, length)), Address);
  requires __is_same(decltype(engine.free(block)), void);
};

// What the faces of C, C++ and components need as well: the engine knows the size of a block by its
// address, and which memory is zero.
template <class T>
concept SizeKnowingEngine =
    Engine<T> && requires(T engine, Address address, ByteCount length, Alignment alignment) {
      // As `alloc`, and every byte of the block is zero.
      requires __is_same(decltype(engine.alloc_zeroed(length, alignment)), Address);
      // How many bytes the live block has room for: at least its length.
      requires __is_same(decltype(engine.usable_size(address)), ByteCount);
      // As `free`.
      requires __is_same(decltype(engine.free_unsized(address)), void);
    };

// What checks of misuse need as well: how far the memory reaches that addresses may lie in.
template <class T>
concept EngineOverMemory = SizeKnowingEngine<T> && requires(const T engine) {
  requires __is_same(decltype(engine.memory().size()), PageCount);
};

}  // namespace granary
