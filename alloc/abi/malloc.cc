// The face of C: the malloc family of include/granary.h, to the letter of C17 and POSIX.1-2017 but
// for errno, which a bare program does not have. All of it is one member of the library, so a
// program cannot get some of these names from one allocator and some from another.
//
// Small blocks have no tag: the engine finds their size by their address.
#include "alloc/abi/heap.h"
#include "alloc/abi/objects.h"
#include "include/granary.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::alloc_object;
using granary::alloc_zeroed_object;
using granary::ByteCount;
using granary::is_power_of_two;
using granary::multiply_overflows;
using granary::pointer_to;

// Every pointer of the family has at least this alignment, even when less was asked for: a realloc
// may keep the block where it is, and must return a pointer that fits any object.
constexpr Alignment fundamental = Alignment::from_log2(4);

static_assert(fundamental.bytes() >= alignof(max_align_t),
              "malloc returns what is aligned for every object");

// Whether the target's instructions multiply two sizes into twice as many bits: then the builtin,
// for which the compiler needs no function, is the shorter code.
constexpr bool has_wide_product = granary::address_bits == 32;

// `align` must be a power of two.
void* allocate(size_t size, size_t align) {
  Alignment alignment = Alignment::from_bytes(align);
  if (alignment.log2() < fundamental.log2()) alignment = fundamental;
  return alloc_object(size, alignment);
}

// Shrinks a block for which there is no better place, because shrinking must not fail. The block
// keeps the alignment that its address happens to have.
void* shrink_in_place(granary::Address address, size_t size) {
  const Alignment kept = Alignment::from_bytes(address & (0 - address));
  const granary::Address result = granary::heap().remap_unsized(address, kept, size);
  return pointer_to(result != 0 ? result : address);
}

}  // namespace

extern "C" {

void* malloc(size_t size) { return alloc_object(size, fundamental); }

void free(void* ptr) {
  if (ptr != nullptr) granary::heap().free_unsized(address_of(ptr));
}

void* calloc(size_t count, size_t size) {
  size_t bytes = 0;
  if (has_wide_product ? __builtin_mul_overflow(count, size, &bytes)
                       : multiply_overflows(count, size, bytes)) {
    return nullptr;
  }
  return alloc_zeroed_object(bytes, fundamental);
}

void* realloc(void* ptr, size_t size) {
  if (ptr == nullptr) return malloc(size);
  if (size > granary::largest_object) return nullptr;
  // A block of 0 bytes keeps one byte: if it were freed, NULL would mean success.
  if (size == 0) size = 1;
  const granary::Address address = address_of(ptr);
  const ByteCount held = granary::heap().usable_size(address);
  // A block of another face may have a smaller alignment than the family's.
  if (granary::is_multiple_of_power_of_two(address, fundamental.log2())) {
    void* const kept = pointer_to(granary::heap().remap_unsized(address, fundamental, size));
    if (kept != nullptr) return kept;
  }
  void* const moved = malloc(size);
  if (moved == nullptr) return size <= held ? shrink_in_place(address, size) : nullptr;
  __builtin_memcpy(moved, ptr, held < size ? held : size);
  free(ptr);
  return moved;
}

void* reallocarray(void* ptr, size_t count, size_t size) {
  size_t bytes = 0;
  if (has_wide_product ? __builtin_mul_overflow(count, size, &bytes)
                       : multiply_overflows(count, size, bytes)) {
    return nullptr;
  }
  return realloc(ptr, bytes);
}

void* aligned_alloc(size_t align, size_t size) {
  return is_power_of_two(align) ? allocate(size, align) : nullptr;
}

void* memalign(size_t align, size_t size) { return aligned_alloc(align, size); }

int posix_memalign(void** result, size_t align, size_t size) {
  if (!is_power_of_two(align) || align < sizeof(void*)) return GRANARY_EINVAL;
  void* const ptr = allocate(size, align);
  if (ptr == nullptr) return GRANARY_ENOMEM;
  *result = ptr;
  return 0;
}

size_t malloc_usable_size(void* ptr) {
  return ptr == nullptr ? 0 : granary::heap().usable_size(address_of(ptr));
}

// wasi-libc's own members call these names: without them the linker would also take its allocator.
// NOLINTBEGIN(bugprone-reserved-identifier)
[[gnu::alias("malloc")]] void* __libc_malloc(size_t size);
[[gnu::alias("calloc")]] void* __libc_calloc(size_t count, size_t size);
[[gnu::alias("free")]] void __libc_free(void* ptr);
// NOLINTEND(bugprone-reserved-identifier)

}  // extern "C"
