/* Four threads allocate, grow, pass on and free blocks, and look at every byte of them. Then the
 * main thread takes 50 MiB, for which the memory grows, and JavaScript reads them. The argument is
 * the seed. */
#include <emscripten.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "granary_threads.h"
#include "large_block.h"
#include "random.h"

enum { threads = 4, mailboxes = 64, rounds = 20000 };

typedef struct {
  size_t size;
  unsigned char bytes[];
} block;

static _Atomic(block*) mailbox[mailboxes];
static uint32_t seed;

static unsigned char tag_of(const block* it) { return (unsigned char)(it->size * 37 + 1); }

static int is_whole(const block* it, size_t size) {
  for (size_t at = 0; at < size; at++) {
    if (it->bytes[at] != tag_of(it)) return 0;
  }
  return 1;
}

static void fill(block* it, size_t size) {
  it->size = size;
  memset(it->bytes, tag_of(it), size);
}

static void* run(void* number) {
  uint32_t state = first_state(seed, (uint32_t)(uintptr_t)number);
  uintptr_t wrong = 0;
  granary_thread_may_wait(1);
  for (int round = 0; round < rounds; round++) {
    const uint32_t choice = next_number(&state);
    const size_t size = choice % 16 == 0 ? choice / 16 % 30000 : choice / 16 % 300;
    block* made = malloc(sizeof(block) + size);
    if (made == NULL) return (void*)-1;
    fill(made, size);
    if (choice % 5 == 0) {
      block* const grown = realloc(made, sizeof(block) + 2 * size);
      if (grown == NULL) {
        free(made);
        return (void*)-1;
      }
      made = grown;
      wrong += !is_whole(made, size);
      fill(made, 2 * size);
    }
    block* const other = atomic_exchange(&mailbox[next_number(&state) % mailboxes], made);
    if (other == NULL) continue;
    wrong += !is_whole(other, other->size);
    free(other);
  }
  granary_thread_flush();
  return (void*)wrong;
}

static uintptr_t run_all(void) {
  pthread_t running[threads];
  uintptr_t wrong = 0;
  for (uintptr_t number = 0; number < threads; number++) {
    if (pthread_create(&running[number], NULL, run, (void*)number) != 0) return (uintptr_t)-1;
  }
  for (int number = 0; number < threads; number++) {
    void* result;
    pthread_join(running[number], &result);
    wrong += (uintptr_t)result;
  }
  for (int at = 0; at < mailboxes; at++) free(atomic_exchange(&mailbox[at], NULL));
  return wrong;
}

int main(int count, char** arguments) {
  seed = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1;
  printf("blocks with a wrong byte: %lu\n", (unsigned long)run_all());

  unsigned char* const bytes = make_large_block();
  if (bytes == NULL) return 1;
  const int read = EM_ASM_INT(
      {
        let right = 0;
        for (let at = 0; at < $1; at += 4096) right += HEAPU8[$0 + at] == ((at >> 12) & 255);
        HEAPU8[$0 + 1] = 77;
        return right;
      },
      bytes, large_size);
  say_what_javascript_did(bytes, read);
  free(bytes);
  return 0;
}
