/* A main module that loads the side module of the argument, whose blocks are blocks of its heap: it
 * reads and frees what the side module allocated and grew, and the memory grows on the way. */
#include <dlfcn.h>
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>

#include "granary_inspect.h"

enum { rounds = 60, size = 1 << 20 };

typedef unsigned char* make_function(size_t);

int main(int count, char** arguments) {
  void* const side = dlopen(count > 1 ? arguments[1] : "", RTLD_NOW);
  if (side == NULL) {
    printf("%s\n", dlerror());
    return 1;
  }
  make_function* const make = (make_function*)dlsym(side, "make");
  unsigned char* blocks[rounds];
  int wrong = 0;
  for (int round = 0; round < rounds; round++) {
    blocks[round] = make(size);
    if (blocks[round] == NULL) return 1;
    for (int at = 0; at < size; at++) wrong += blocks[round][at] != 7;
  }
  const int read = EM_ASM_INT({ return HEAPU8[$0]; }, blocks[rounds - 1]);
  for (int round = 0; round < rounds; round++) free(blocks[round]);
  printf("wrong bytes: %d\nthe byte that JavaScript read: %d\n", wrong, read);
  printf("broken rules: %u\n", (unsigned)granary_verify());
  return 0;
}
