/* Granary: a memory allocator for bare WebAssembly. Link libgranary.a; it needs no C library, no
 * start function and nothing from the host.
 *
 * Sizes are bytes. One above PTRDIFF_MAX is no memory, however much there is: the difference of the
 * ends of such a block would be negative. (The calls of granary_vtable, which are not for C, go on
 * to the last byte.) An alignment is a power of two in bytes, up to 2 GiB; any other is refused.
 * The `size` and `align` of granary_resize, granary_remap and granary_free are those of the block:
 * the size of its latest successful alloc, resize or remap, the alignment of its alloc.
 *
 * A call that fails has changed nothing. None of this is thread-safe: the linker refuses it with
 * --shared-memory. */
#ifndef GRANARY_H
#define GRANARY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
typedef bool granary_bool;
#else
typedef _Bool granary_bool;
#endif

/* A block of `size` bytes whose contents are undefined; NULL when there is no memory. A size of 0
 * gives a block of its own. */
void* granary_alloc(size_t size, size_t align);

/* The same with every byte 0. Memory that was never used is known to be zero and is not cleared. */
void* granary_alloc_zeroed(size_t size, size_t align);

/* 1: the block now has `new_size` (at least 1) bytes, at the same address. 0: it would have to
 * move. */
int granary_resize(void* ptr, size_t size, size_t align, size_t new_size);

/* The address where the block now has `new_size` (at least 1) bytes, its contents kept up to the
 * smaller size. NULL: moving it would be no cheaper than alloc, copy and free; the block is as it
 * was. Never NULL for a `new_size` up to `size`. */
void* granary_remap(void* ptr, size_t size, size_t align, size_t new_size);

/* Ends the block. `ptr` must not be NULL. */
void granary_free(void* ptr, size_t size, size_t align);

/* The four calls with the signatures of docs/abi.md, in the layout of Zig 0.16's
 * std.mem.Allocator.VTable. `alignment` is the logarithm here. */
typedef struct granary_vtable_layout {
  void* (*alloc)(void* ctx, size_t len, uint32_t alignment, uintptr_t ret_addr);
  granary_bool (*resize)(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                         uintptr_t ret_addr);
  void* (*remap)(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                 uintptr_t ret_addr);
  void (*free)(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret_addr);
} granary_vtable_layout;

extern const granary_vtable_layout granary_vtable;

/* The malloc family, as in C17 and POSIX.1-2017, every pointer a multiple of 16 and of what was
 * asked for. NULL: no memory, a product that overflows, or an alignment that is no power of two.
 * None sets errno. Linked before a C library, these replace the library's own.
 *
 * malloc(0) and calloc(0, n) give a block of their own. realloc(ptr, 0) keeps a block: only free
 * ends one. realloc and reallocarray never fail to make a block smaller: without memory for another
 * one they leave it where it is, at the alignment that it has. A block of any call of this header
 * may be given to realloc, free and malloc_usable_size. */
void* malloc(size_t size);
void free(void* ptr);
/* Memory that was never used is known to be zero and is not cleared. */
void* calloc(size_t count, size_t size);
void* realloc(void* ptr, size_t size);
void* reallocarray(void* ptr, size_t count, size_t size);
void* aligned_alloc(size_t align, size_t size);
void* memalign(size_t align, size_t size);
/* How many bytes from `ptr` on are the caller's, at least as many as it asked for; 0 for NULL. */
size_t malloc_usable_size(void* ptr);

/* 0; or one of these, with *result as it was. Their values are those of WASI's C library. */
int posix_memalign(void** result, size_t align, size_t size);
#define GRANARY_EINVAL 28 /* `align` is no power of two, or less than a pointer */
#define GRANARY_ENOMEM 48 /* no memory */

/* For hosts of the component model (Canonical ABI, `realloc`): export it with
 * -Wl,--export=cabi_realloc. With an `old_size` of 0 a new block; with a `new_size` of 0 the block
 * ends and the result is an aligned address that is not to be used. Traps when there is no memory,
 * which a `new_size` up to `old_size` always has. Weak. */
void* cabi_realloc(void* ptr, size_t old_size, size_t align, size_t new_size);

/* The library also has every replaceable form of C++20's operator new and operator delete, each
 * weak. Without memory each form of operator new calls the handler of std::set_new_handler and
 * tries again, where a C++ library is linked that has one. Where operator new would throw
 * std::bad_alloc it calls this, which traps: the name is for stack traces. Weak: a program may
 * report in its own way, and must not return. */
#ifdef __cplusplus
[[noreturn]]
#endif
void granary_operator_new_found_no_memory(void);

/* By how much the memory grows. A program that defines `granary_growth` itself replaces the default
 * of the library, {64, 5}. */
typedef struct granary_growth_policy {
  /* While the heap has grown by fewer pages (64 KiB each) than this: exactly what is needed. */
  size_t share_from;
  /* From then on: at least 1/2^share_log2 of what it has grown by, and exactly what is needed when
   * that is refused. Below the number of bits of a size_t. */
  size_t share_log2;
} granary_growth_policy;

extern const granary_growth_policy granary_growth;

#ifdef __cplusplus
}
#endif

#endif
