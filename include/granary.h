/* Granary: a memory allocator for bare WebAssembly. Link libgranary.a; it needs no C library, no
 * start function and nothing from the host.
 *
 * Sizes are bytes. A size of more than PTRDIFF_MAX finds no memory, because the difference of the
 * ends of such a block would be negative. (The calls of granary_vtable, which are not for C, do not
 * refuse it.) An alignment is a power of two in bytes, up to 2 GiB; any other is refused. The
 * `size` and `align` of granary_resize, granary_remap and granary_free are those of the block: the
 * size of its latest successful alloc, resize or remap, and the alignment of its alloc.
 *
 * A call that fails has changed nothing. libgranary.a is for one thread: the linker refuses it with
 * --shared-memory. Programs with threads link libgranary-threads.a (granary_threads.h), those of
 * emscripten without threads libgranary-emscripten.a. */
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

/* The version of this header: two hexadecimal digits each for its first, second and third number,
 * so 0x010203 is version 1.2.3. */
#define GRANARY_VERSION 0x000400

/* Returns the GRANARY_VERSION of the library that is linked. */
uint32_t granary_version(void);

/* Returns a block of `size` bytes whose contents are undefined, or NULL when there is no memory. A
 * size of 0 gives a block of its own. */
void* granary_alloc(size_t size, size_t align);

/* Does the same, and every byte of the block is 0. Memory that was never used is known to be zero
 * and is not cleared. */
void* granary_alloc_zeroed(size_t size, size_t align);

/* Returns 1 when the block now has `new_size` (at least 1) bytes at the same address, and 0 when it
 * would have to move. */
int granary_resize(void* ptr, size_t size, size_t align, size_t new_size);

/* Returns the address where the block now has `new_size` (at least 1) bytes, its contents kept up
 * to the smaller size. Returns NULL when moving it would be no cheaper than alloc, copy and free;
 * then the block is as it was. The result is never NULL for a `new_size` up to `size`. */
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

/* The malloc family, as in C17 and POSIX.1-2017. Every pointer is a multiple of 16 and of the
 * alignment that was asked for. NULL means that there is no memory, that a product overflows, or
 * that an alignment is no power of two. None of these functions sets errno. Linked before a C
 * library, they replace the library's own.
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
/* Returns how many bytes from `ptr` on are the caller's, at least as many as it asked for; 0 for
 * NULL. */
size_t malloc_usable_size(void* ptr);

/* Returns 0, or one of the following with *result as it was. Their values are those of WASI's C
 * library. */
int posix_memalign(void** result, size_t align, size_t size);
#define GRANARY_EINVAL 28 /* `align` is no power of two, or less than a pointer */
#define GRANARY_ENOMEM 48 /* no memory */

/* Hosts of the component model call this (Canonical ABI, `realloc`): export it with
 * -Wl,--export=cabi_realloc. An `old_size` of 0 makes a new block. A `new_size` of 0 ends the
 * block, and the result is an aligned address that must not be used. The call traps when there is
 * no memory, but never for a `new_size` up to `old_size`. The function is weak. */
void* cabi_realloc(void* ptr, size_t old_size, size_t align, size_t new_size);

/* The library also has every replaceable form of C++20's operator new and operator delete, each
 * weak. Without memory each form of operator new calls the handler of std::set_new_handler and
 * tries again, where a C++ library with such a handler is linked. Where operator new would throw
 * std::bad_alloc it calls this function, which traps; its name is for stack traces. It is weak: a
 * program may define its own, which must not return. */
#ifdef __cplusplus
[[noreturn]]
#endif
void granary_operator_new_found_no_memory(void);

/* The growth policy says by how much the memory grows. A program that defines `granary_growth`
 * itself replaces the default of the library, {64, 5}. */
typedef struct granary_growth_policy {
  /* While the heap has grown by fewer pages (64 KiB each) than this, it grows by exactly what is
   * needed. */
  size_t share_from;
  /* From then on it grows by at least 1/2^share_log2 of what it has grown by, and by exactly what
   * is needed when that is refused. It is less than the number of bits of a size_t. */
  size_t share_log2;
} granary_growth_policy;

extern const granary_growth_policy granary_growth;

#ifdef __cplusplus
}
#endif

#endif
