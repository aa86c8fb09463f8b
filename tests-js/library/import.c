/* A program without an allocator that gets one from a module beside it: the functions as imports,
 * or, where it shares the table, through `vtable`. Reverses a list that it built of blocks. */
#include <stddef.h>
#include <stdint.h>

#define IMPORT(name) __attribute__((import_module("granary"), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

/* As docs/abi.md has them: the alignment is a logarithm. */
IMPORT("alloc") void* imported_alloc(void* ctx, size_t len, uint32_t alignment, uintptr_t ret);
IMPORT("free")
void imported_free(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret);

struct node {
  struct node* next;
  int value;
};

/* Data of the program, which nobody else may touch. */
static int data[3000] = {1, 2, 3};
static int zero[3000];

static int doubled(int value) { return 2 * value; }
static int (*volatile transform)(int) = doubled;

static void* allocate(size_t size) { return imported_alloc(NULL, size, 4, 0); }
static void release(void* block, size_t size) { imported_free(NULL, block, size, 4, 0); }

/* The sum of the doubled values of a list of `count` nodes; -1 when there is no memory. */
EXPORT("sum") int sum(int count) {
  struct node* list = NULL;
  for (int i = 0; i < count; i++) {
    struct node* node = allocate(sizeof *node);
    if (node == NULL) return -1;
    *node = (struct node){list, i};
    list = node;
  }
  int total = 0;
  while (list != NULL) {
    struct node* next = list->next;
    total += transform(list->value);
    release(list, sizeof *list);
    list = next;
  }
  return total;
}

/* Whether the program's data is as it was. */
EXPORT("intact") int intact(void) {
  for (int i = 0; i < 3000; i++) {
    if (data[i] != (i < 3 ? i + 1 : 0) || zero[i] != 0) return 0;
  }
  return 1;
}

/* Calls through the table whose address is given, as std.mem.Allocator does. */
typedef struct {
  void* (*alloc)(void*, size_t, uint32_t, uintptr_t);
  _Bool (*resize)(void*, void*, size_t, uint32_t, size_t, uintptr_t);
  void* (*remap)(void*, void*, size_t, uint32_t, size_t, uintptr_t);
  void (*free)(void*, void*, size_t, uint32_t, uintptr_t);
} vtable_layout;

EXPORT("through") int through(const vtable_layout* vtable) {
  char* block = vtable->alloc(NULL, 100, 4, 0);
  if (block == NULL) return 1;
  block[0] = 42;
  if (!vtable->resize(NULL, block, 100, 4, 90, 0)) return 2;
  char* moved = vtable->remap(NULL, block, 90, 4, 91, 0);
  if (moved == NULL || moved[0] != 42) return 3;
  vtable->free(NULL, moved, 91, 4, 0);
  return transform(21) == 42 ? 0 : 4;
}
