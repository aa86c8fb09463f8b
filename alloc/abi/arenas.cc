// The face of arenas: the four calls, whose `ctx` is an arena or 0 for the heap itself, and what
// else one does with an arena (docs/arenas.md).
#include "alloc/abi/arenas.h"

#include "alloc/abi/module_calls.h"

using granary::Address;
using granary::Alignment;
using granary::Block;
using granary::ByteCount;

namespace {

struct HeapOfModule : granary::HeapAsParent {
  const HeapOfModule* operator->() const { return this; }

  static void free(Block block) {
    [[clang::noinline]] ::free(0, block.address, block.length, block.alignment.log2(), 0);
  }
};

using ModuleArena = granary::Arena<HeapOfModule>;

static_assert(sizeof(ModuleArena) == sizeof(granary_arena),
              "the fields of an arena are those of include/granary_arena.h");

[[gnu::always_inline]] inline ModuleArena& arena_at(Address handle) {
  return *reinterpret_cast<ModuleArena*>(handle);
}

}  // namespace

extern "C" {

Address alloc(Address ctx, ByteCount length, unsigned alignment, Address ret_addr) {
  if (ctx != 0) return arena_at(ctx).alloc(length, Alignment::from_log2(alignment));
  return granary::raw::alloc(ctx, length, alignment, ret_addr);
}

bool resize(Address ctx, Address address, ByteCount length, unsigned alignment,
            ByteCount new_length, Address ret_addr) {
  if (ctx == 0) return granary::raw::resize(ctx, address, length, alignment, new_length, ret_addr);
  return arena_at(ctx).resize({address, length, Alignment::from_log2(alignment)}, new_length);
}

Address remap(Address ctx, Address address, ByteCount length, unsigned alignment,
              ByteCount new_length, Address ret_addr) {
  if (ctx == 0) return granary::raw::remap(ctx, address, length, alignment, new_length, ret_addr);
  return arena_at(ctx).remap({address, length, Alignment::from_log2(alignment)}, new_length);
}

void free(Address ctx, Address address, ByteCount length, unsigned alignment, Address ret_addr) {
  if (ctx == 0) return granary::raw::free(ctx, address, length, alignment, ret_addr);
  arena_at(ctx).free({address, length, Alignment::from_log2(alignment)});
}

// Returns 0 when there is no memory.
ModuleArena* arena_new(ByteCount first_bytes) { return ModuleArena::create({}, first_bytes); }

// Returns 0 when the buffer is too small.
ModuleArena* arena_over(Address buffer, ByteCount bytes) {
  return ModuleArena::over({}, buffer, bytes);
}

void arena_reset(ModuleArena* arena) { arena->reset(); }

void arena_destroy(ModuleArena* arena) {
  if (arena != nullptr) arena->destroy();
}

}  // extern "C"
