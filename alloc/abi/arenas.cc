// The face of arenas: the four calls, whose `ctx` is an arena or 0 for the heap itself, and what
// else one does with an arena (docs/arenas.md).
#include "alloc/abi/arenas.h"

#include "alloc/abi/module_calls.h"

using granary::Address;
using granary::Alignment;
using granary::Block;
using granary::ByteCount;

namespace {

// The module's own `free` is a copy that exists already.
struct HeapOfModule : granary::HeapAsParent<> {
  const HeapOfModule* operator->() const { return this; }

  [[gnu::always_inline]] static void free(Block block) {
    const auto [address, length, alignment] = block;
    const unsigned log2 = alignment.log2();
    [[clang::noinline]] ::free(0, address, length, log2, 0);
  }
};

using Arenas = granary::Arenas<HeapOfModule>;

}  // namespace

extern "C" {

Address alloc(Address ctx, ByteCount length, unsigned alignment, Address ret_addr) {
  if (ctx == 0) return granary::raw::alloc(ctx, length, alignment, ret_addr);
  return Arenas::alloc(ctx, length, Alignment::from_log2(alignment), ret_addr);
}

bool resize(Address ctx, Address address, ByteCount length, unsigned alignment,
            ByteCount new_length, Address ret_addr) {
  if (ctx == 0) return granary::raw::resize(ctx, address, length, alignment, new_length, ret_addr);
  return Arenas::resize(ctx, {address, length, Alignment::from_log2(alignment)}, new_length,
                        ret_addr);
}

Address remap(Address ctx, Address address, ByteCount length, unsigned alignment,
              ByteCount new_length, Address ret_addr) {
  if (ctx == 0) return granary::raw::remap(ctx, address, length, alignment, new_length, ret_addr);
  return Arenas::remap(ctx, {address, length, Alignment::from_log2(alignment)}, new_length,
                       ret_addr);
}

void free(Address ctx, Address address, ByteCount length, unsigned alignment, Address ret_addr) {
  if (ctx == 0) {
    granary::raw::free(ctx, address, length, alignment, ret_addr);
  } else {
    Arenas::free(ctx, {address, length, Alignment::from_log2(alignment)}, ret_addr);
  }
}

// Returns 0 when there is no memory.
Address arena_new(ByteCount first_bytes) { return Arenas::create(first_bytes); }

// Returns 0 when the buffer is too small.
Address arena_over(Address buffer, ByteCount bytes) { return Arenas::over(buffer, bytes); }

void arena_reset(Address arena) { Arenas::reset(arena); }

void arena_destroy(Address arena) {
  if (arena != 0) Arenas::destroy(arena);
}

}  // extern "C"
