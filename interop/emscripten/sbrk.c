/* Four threads allocate blocks, and each moves the end of the memory by sbrk itself in between,
 * also by odd amounts: blocks and what sbrk gave keep their bytes. The argument is the seed. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random.h"

enum { threads = 4, pieces = 400 };

typedef struct {
  unsigned char* bytes;
  size_t size;
  int from_sbrk;
} piece;

static piece all[threads][pieces];
static uint32_t seed;

static unsigned char tag_of(size_t thread, size_t at) {
  return (unsigned char)(thread * 61 + at * 7 + 1);
}

/* Emscripten's sbrk also fails when another thread grows the memory at the same moment. */
static void* moved_end(size_t size) {
  for (;;) {
    const size_t before = __builtin_wasm_memory_size(0);
    void* const end = sbrk((intptr_t)size);
    if (end != (void*)-1) return end;
    if (__builtin_wasm_memory_size(0) == before) return NULL;
  }
}

static void* run(void* number) {
  const size_t thread = (size_t)number;
  uint32_t state = first_state(seed, (uint32_t)thread);
  for (size_t at = 0; at < pieces; at++) {
    const uint32_t choice = next_number(&state);
    piece* const it = &all[thread][at];
    it->from_sbrk = choice % 3 == 0;
    const size_t size = choice % 8 < 2 ? 1 + choice / 8 % 70000 : 1 + choice / 8 % 3000;
    it->bytes = it->from_sbrk ? moved_end(size) : malloc(size);
    if (it->bytes == NULL) return it;
    it->size = size;
    memset(it->bytes, tag_of(thread, at), it->size);
  }
  return NULL;
}

int main(int count, char** arguments) {
  pthread_t running[threads];
  unsigned refused = 0;
  unsigned wrong = 0;
  unsigned moves = 0;
  seed = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1;
  for (size_t number = 0; number < threads; number++) {
    if (pthread_create(&running[number], NULL, run, (void*)number) != 0) return 1;
  }
  for (size_t number = 0; number < threads; number++) {
    void* result;
    pthread_join(running[number], &result);
    refused += result != NULL;
  }
  for (size_t thread = 0; thread < threads; thread++) {
    for (size_t at = 0; at < pieces; at++) {
      const piece* const it = &all[thread][at];
      moves += (unsigned)it->from_sbrk;
      for (size_t byte = 0; byte < it->size; byte++) wrong += it->bytes[byte] != tag_of(thread, at);
    }
  }
  printf("refused: %u\nwrong bytes: %u\nsbrk was called: %d\n", refused, wrong, moves > 100);
  return 0;
}
