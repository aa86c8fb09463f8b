// How the faces of arenas reach them, by their handles: an arena over the heap by its address, and
// a checked one through the engine that keeps it.
#pragma once

#include "alloc/abi/heap.h"
#include "alloc/arenas/arena.h"

namespace granary {

// The one heap as the parent of arenas. It has no fields, so an arena is no larger for it. An arena
// asks seldom: its calls take the slow way where there are two, because the code of the short one
// would be a second copy. What takes a struct is inlined, as alloc/arenas/arena.h says.
template <class Of = ProductEngine>
struct HeapAsParent {
  const HeapAsParent* operator->() const { return this; }

  [[gnu::always_inline]] static Address alloc(ByteCount length, Alignment alignment) {
    Of& engine = heap();
    if constexpr (requires { engine.alloc_seldom(length, alignment); }) {
      return engine.alloc_seldom(length, alignment);
    } else {
      return engine.alloc(length, alignment);
    }
  }

  [[gnu::always_inline]] static bool resize(Block block, ByteCount new_length) {
    return heap().resize(block, new_length);
  }

  [[gnu::always_inline]] static void free(Block block) { free_at(block.address); }

 private:
  [[gnu::noinline]] static void free_at(Address address) { heap().free_unsized(address); }
};

// The arenas of a product whose engine is `Of`; each handle is that of an arena, and thus not 0.
template <class Parent, class Of = ProductEngine>
struct Arenas {
  using Kind = Arena<Parent>;

  static_assert(sizeof(Kind) == sizeof(granary_arena),
                "the fields of an arena are those of include/granary_arena.h");

  [[gnu::always_inline]] static Kind& at(Address handle) {
    return *reinterpret_cast<Kind*>(handle);
  }

  [[gnu::always_inline]] static Address create(ByteCount first_bytes) {
    return reinterpret_cast<Address>(Kind::create({}, first_bytes));
  }
  [[gnu::always_inline]] static Address over(Address buffer, ByteCount bytes) {
    return reinterpret_cast<Address>(Kind::over({}, buffer, bytes));
  }

  [[gnu::always_inline]] static Address alloc(Address arena, ByteCount length, Alignment alignment,
                                              Address /*caller*/) {
    return at(arena).alloc(length, alignment);
  }
  [[gnu::always_inline]] static bool resize(Address arena, Block block, ByteCount new_length,
                                            Address /*caller*/) {
    return at(arena).resize(block, new_length);
  }
  [[gnu::always_inline]] static Address remap(Address arena, Block block, ByteCount new_length,
                                              Address /*caller*/) {
    return at(arena).remap(block, new_length);
  }
  [[gnu::always_inline]] static void free(Address arena, Block block, Address /*caller*/) {
    at(arena).free(block);
  }
  [[gnu::always_inline]] static void reset(Address arena) { at(arena).reset(); }
  [[gnu::always_inline]] static void destroy(Address arena) { at(arena).destroy(); }
};

template <class T>
concept KeepsArenas = requires(T engine, Address arena) { engine.reset_arena(arena); };

// The arenas that a checked engine keeps. A handle that is no live arena's is reported.
template <class Parent, class Of>
  requires KeepsArenas<typename Holding<Of>::Engine>
struct Arenas<Parent, Of> {
  static Address create(ByteCount /*first_bytes*/) { return Holding<Of>().engine().new_arena(); }
  static Address over(Address /*buffer*/, ByteCount bytes) {
    return bytes <= sizeof(granary_arena)
               ? 0
               : Holding<Of>().engine().new_arena(bytes - sizeof(granary_arena));
  }
  static Address alloc(Address arena, ByteCount length, Alignment alignment, Address caller) {
    return Holding<Of>().engine().alloc_in(arena, length, alignment, caller);
  }
  static bool resize(Address arena, Block block, ByteCount new_length, Address caller) {
    return Holding<Of>().engine().resize_in(arena, block, new_length, caller);
  }
  static Address remap(Address arena, Block block, ByteCount new_length, Address caller) {
    return Holding<Of>().engine().remap_in(arena, block, new_length, caller);
  }
  static void free(Address arena, Block block, Address caller) {
    Holding<Of>().engine().free_in(arena, block, caller);
  }
  static void reset(Address arena) { Holding<Of>().engine().reset_arena(arena); }
  static void destroy(Address arena) { Holding<Of>().engine().destroy_arena(arena); }
};

}  // namespace granary
