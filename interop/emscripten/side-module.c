/* A side module: it has no allocator, and calls that of the main module. */
#include <stdlib.h>
#include <string.h>

unsigned char* make(size_t size);

unsigned char* make(size_t size) {
  unsigned char* const half = malloc(size / 2);
  if (half == NULL) return NULL;
  memset(half, 7, size / 2);
  unsigned char* const whole = realloc(half, size);
  if (whole == NULL) {
    free(half);
    return NULL;
  }
  memset(whole + size / 2, 7, size - size / 2);
  return whole;
}
