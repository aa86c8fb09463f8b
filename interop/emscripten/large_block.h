/* A block that makes the memory grow, for what JavaScript beside the program sees of it. */
#ifndef INTEROP_LARGE_BLOCK_H
#define INTEROP_LARGE_BLOCK_H

#include <stdio.h>
#include <stdlib.h>

static const size_t large_size = (size_t)50 << 20;

/* Returns NULL, and says so, when there is no memory. Every 4096th byte has its number. */
static inline unsigned char* make_large_block(void) {
  unsigned char* const bytes = malloc(large_size);
  if (bytes == NULL) {
    printf("no 50 MiB\n");
    return NULL;
  }
  for (size_t at = 0; at < large_size; at += 4096) bytes[at] = (unsigned char)(at >> 12);
  return bytes;
}

/* Says what JavaScript made of the block: how many of these bytes it read right, and what it wrote.
 */
static inline void say_what_javascript_did(const unsigned char* bytes, int read) {
  printf("bytes that JavaScript read right: %d of %lu\n", read, (unsigned long)(large_size >> 12));
  printf("the byte that JavaScript wrote: %d\n", bytes[1]);
}

#endif
