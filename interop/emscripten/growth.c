/* Blocks of every face live beside memory that the program takes by sbrk itself, and all keep their
 * bytes. Then the program takes 50 MiB, for which the memory grows, and JavaScript reads them,
 * writes into them, and allocates and frees by itself. The argument is the seed. */
#include <emscripten.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "granary.h"
#include "granary_inspect.h"
#include "large_block.h"
#include "random.h"

enum { boxes = 400, rounds = 60000, aligned_to = 128 };

typedef enum { from_malloc, from_calloc, aligned, from_granary, from_sbrk, kinds } kind;

typedef struct {
  unsigned char* bytes;
  size_t size;
  kind origin;
} box;

static box all[boxes];

static unsigned char tag_of(size_t at, size_t size) { return (unsigned char)(at * 61 + size * 7); }

static unsigned wrong_bytes(size_t at, size_t size) {
  unsigned wrong = 0;
  for (size_t byte = 0; byte < size; byte++) {
    wrong += all[at].bytes[byte] != tag_of(at, all[at].size);
  }
  return wrong;
}

/* How many bytes are not as their origin promises them. */
static unsigned take(size_t at, kind origin, size_t size) {
  unsigned char* bytes = NULL;
  unsigned wrong = 0;
  if (origin == from_malloc) bytes = malloc(size);
  if (origin == from_calloc) bytes = calloc(size, 1);
  if (origin == aligned) bytes = aligned_alloc(aligned_to, size);
  if (origin == from_granary) bytes = granary_alloc(size, aligned_to);
  if (origin == from_sbrk) {
    void* const end = sbrk((intptr_t)size);
    if (end != (void*)-1) bytes = end;
  }
  if (bytes == NULL) return 1;
  if (origin == from_calloc) {
    for (size_t byte = 0; byte < size; byte++) wrong += bytes[byte] != 0;
  }
  if (origin == aligned || origin == from_granary) wrong += (uintptr_t)bytes % aligned_to != 0;
  all[at] = (box){bytes, size, origin};
  memset(bytes, tag_of(at, size), size);
  return wrong;
}

/* What came from sbrk stays. */
static void give_back(size_t at) {
  box* const it = &all[at];
  if (it->origin == from_granary) {
    granary_free(it->bytes, it->size, aligned_to);
  } else if (it->origin != from_sbrk) {
    free(it->bytes);
  }
  *it = (box){0};
}

/* A larger or smaller block has the bytes of the former one. */
static unsigned resize(size_t at, size_t size) {
  box* const it = &all[at];
  unsigned char* const bytes = realloc(it->bytes, size);
  if (bytes == NULL) return 1;
  it->bytes = bytes;
  const unsigned wrong = wrong_bytes(at, size < it->size ? size : it->size);
  it->size = size;
  memset(bytes, tag_of(at, size), size);
  return wrong;
}

static unsigned run(uint32_t seed) {
  uint32_t state = first_state(seed, 0);
  unsigned wrong = 0;
  for (int round = 0; round < rounds; round++) {
    const uint32_t choice = next_number(&state);
    const size_t at = next_number(&state) % boxes;
    const size_t size = 1 + next_number(&state) % (choice % 16 == 0 ? 40000 : 300);
    if (all[at].bytes == NULL) {
      const kind origin = choice / 16 % kinds;
      wrong += take(at, origin, origin == from_sbrk ? 1 + size % 1000 : size);
    } else if (all[at].origin == from_malloc && choice % 3 == 0) {
      wrong += resize(at, size);
    } else {
      wrong += wrong_bytes(at, all[at].size);
      give_back(at);
    }
  }
  for (size_t at = 0; at < boxes; at++) {
    if (all[at].bytes == NULL) continue;
    wrong += wrong_bytes(at, all[at].size);
    give_back(at);
  }
  return wrong;
}

int main(int count, char** arguments) {
  printf("wrong bytes: %u\n", run(count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1));
  printf("broken rules: %u\n", (unsigned)granary_verify());

  unsigned char* const bytes = make_large_block();
  if (bytes == NULL) return 1;
  const int read = EM_ASM_INT(
      {
        let right = 0;
        for (let at = 0; at < $1; at += 4096) right += HEAPU8[$0 + at] == ((at >> 12) & 255);
        HEAPU8[$0 + 1] = 77;
        const own = _malloc(1 << 20);
        HEAPU8.fill(5, own, own + (1 << 20));
        _free(own);
        return right;
      },
      bytes, large_size);
  say_what_javascript_did(bytes, read);
  free(bytes);
  granary_heap_stats stats;
  granary_stats(&stats);
  printf("live blocks at the end: %lu\n", (unsigned long)stats.live_block_count);
  return 0;
}
