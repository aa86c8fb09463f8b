/* Calls through granary_vtable, as Zig's std.mem.Allocator does. */
#include <granary.h>

__attribute__((export_name("run"))) int run(void) {
  char* block = granary_vtable.alloc(NULL, 100, 4, 0);
  if (block == NULL || (uintptr_t)block % 16 != 0) return 1;
  block[0] = 7;
  if (!granary_vtable.resize(NULL, block, 100, 4, 90, 0)) return 2;
  char* moved = granary_vtable.remap(NULL, block, 90, 4, 91, 0);
  if (moved == NULL || moved[0] != 7) return 3;
  granary_vtable.free(NULL, moved, 91, 4, 0);
  return granary_alloc(100, 16) == moved ? 0 : 4;
}
