/* A C program for wasm32-wasi with Granary's malloc in place of wasi-libc's. From the repository's
 * root:
 *
 *   make dist/libgranary.a
 *   clang-19 --target=wasm32-wasi -Os examples/wasi/list.c dist/libgranary.a -o build/list.wasm
 *   node examples/wasi/run.js build/list.wasm
 *
 * Nothing in the program names Granary: the linker takes malloc and its kin from the first library
 * that has them, and wasi-libc comes last. Without dist/libgranary.a on that line the program is
 * the same with wasi-libc's own malloc. Debian's packages: clang-19 lld-19 wasi-libc
 * libclang-rt-19-dev-wasm32; for C++ also libc++-19-dev-wasm32 libc++abi-19-dev-wasm32. */

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  size_t count = 0;
  size_t capacity = 0;
  unsigned* squares = NULL;
  while (count < 50000) {
    if (count == capacity) {
      capacity = capacity == 0 ? 4 : 2 * capacity;
      unsigned* larger = realloc(squares, capacity * sizeof *squares);
      if (larger == NULL) {
        fprintf(stderr, "no memory for %zu squares\n", capacity);
        free(squares);
        return 1;
      }
      squares = larger;
    }
    squares[count] = (unsigned)(count * count);
    count++;
  }
  printf("%zu squares, the last is %u\n", count, squares[count - 1]);
  free(squares);
  return 0;
}
