// Arenas for C++: an arena that ends with its scope, and where the standard library is there, the
// memory resource of such an arena for std::pmr. granary_arena.h says what an arena is.
//
// No destructor of what lies in an arena is called: reset and the end of the arena only give the
// memory back. Objects that own something else end it themselves.
#ifndef GRANARY_ARENA_HPP
#define GRANARY_ARENA_HPP

#include <stddef.h>

#include "granary_arena.h"

#if __STDC_HOSTED__ && __cplusplus >= 201703L
#if __has_include(<memory_resource>)
#include <memory_resource>
#include <new>
#define GRANARY_ARENA_HAS_RESOURCE
extern "C" [[noreturn]] void granary_operator_new_found_no_memory(void); /* granary.h */
#endif
#endif

namespace granary {

class Arena;

// The place of a new object, by a type of its own: a bare program has no header that declares the
// placement form of operator new.
struct PlaceInArena {
  void* address;
};

}  // namespace granary

inline void* operator new(size_t, granary::PlaceInArena place) noexcept { return place.address; }
// Called when a constructor throws; the memory stays the arena's.
inline void operator delete(void*, granary::PlaceInArena) noexcept {}

namespace granary {

class Arena {
 public:
  // The first block takes the first chunk, which has room for `first_size` bytes; 0 stands for
  // about a thousand.
  explicit Arena(size_t first_size = 0) noexcept : arena_(granary_arena_new(first_size)) {}

  // Over a buffer of the caller, which must live as long; it takes no other memory.
  Arena(void* buffer, size_t size) noexcept : arena_(granary_arena_over(buffer, size)) {}

  Arena(Arena&& other) noexcept : arena_(other.arena_) { other.arena_ = nullptr; }
  Arena& operator=(Arena&& other) noexcept {
    granary_arena* const moved = other.arena_;
    other.arena_ = nullptr;
    granary_arena_destroy(arena_);
    arena_ = moved;
    return *this;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { granary_arena_destroy(arena_); }

  // False: there was no memory for the arena, or it was moved from. Then no block can be had.
  explicit operator bool() const noexcept { return arena_ != nullptr; }

  // Returns null when there is no memory.
  void* allocate(size_t size, size_t align = alignof(max_align_t)) noexcept {
    return arena_ == nullptr ? nullptr : granary_arena_alloc(arena_, size, align);
  }

  // Ends a block early. Its memory is had again at once only if it was the last block.
  void deallocate(void* ptr, size_t size, size_t align = alignof(max_align_t)) noexcept {
    granary_arena_free(arena_, ptr, size, align);
  }

  // Returns whether the block now has `new_size` (at least 1) bytes at the same address.
  bool resize(void* ptr, size_t size, size_t new_size,
              size_t align = alignof(max_align_t)) noexcept {
    return granary_arena_resize(arena_, ptr, size, align, new_size) != 0;
  }

  // Makes an object; returns null when there is no memory.
  template <class T, class... Args>
  T* make(Args&&... args) {
    void* const at = allocate(sizeof(T), alignof(T));
    return at == nullptr ? nullptr : new (PlaceInArena{at}) T(static_cast<Args&&>(args)...);
  }

  // Makes `count` objects, each as T() does; returns null when there is no memory.
  template <class T>
  T* make_array(size_t count) {
    if (count > static_cast<size_t>(PTRDIFF_MAX) / sizeof(T)) return nullptr;
    T* const first = static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    if (first == nullptr) return nullptr;
    for (size_t index = 0; index < count; ++index) new (PlaceInArena{first + index}) T();
    return first;
  }

  // Ends every block; the largest chunk stays for the next ones.
  void reset() noexcept {
    if (arena_ != nullptr) granary_arena_reset(arena_);
  }

  // From now on, reset keeps no chunk of more than `size` bytes.
  void keep_at_most(size_t size) noexcept {
    if (arena_ != nullptr) arena_->kept_size = size;
  }

  // The `ctx` of granary_arena_vtable, and the arena for C.
  granary_arena* get() const noexcept { return arena_; }

 private:
  granary_arena* arena_;
};

#ifdef GRANARY_ARENA_HAS_RESOURCE

// The memory of containers that take a std::pmr::polymorphic_allocator. The arena has to live as
// long. Without memory it does what operator new does: it throws std::bad_alloc, or where there are
// no exceptions calls granary_operator_new_found_no_memory.
class ArenaResource : public std::pmr::memory_resource {
 public:
  explicit ArenaResource(Arena& arena) noexcept : arena_(&arena) {}

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    void* const block = arena_->allocate(bytes, alignment);
    if (block != nullptr) return block;
#ifdef __cpp_exceptions
    throw std::bad_alloc();
#else
    granary_operator_new_found_no_memory();
#endif
  }

  void do_deallocate(void* block, size_t bytes, size_t alignment) override {
    arena_->deallocate(block, bytes, alignment);
  }

  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  Arena* arena_;
};

#endif

}  // namespace granary

#endif
