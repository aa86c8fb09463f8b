/* A program whose threads share the heap of libgranary-threads.a. Each thread is an instance over
 * the same memory, with a stack of its own that the host gives it. */
#include "granary.h"
#include "granary_inspect.h"
#include "granary_threads.h"

enum { mailboxes = 256, kept = 400 };

typedef struct block {
  size_t size;
  unsigned char tag;
  unsigned char bytes[];
} block;

static _Atomic(block*) mailbox[mailboxes];

static unsigned next(unsigned* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

static block* make(unsigned* state) {
  const unsigned number = next(state);
  const size_t size = number % 16 == 0 ? next(state) % 20000 : number % 300;
  block* const made = malloc(sizeof(block) + size);
  if (made == NULL) return NULL;
  made->size = size;
  made->tag = (unsigned char)next(state);
  __builtin_memset(made->bytes, made->tag, size);
  return made;
}

static int is_whole(const block* it) {
  for (size_t at = 0; at < it->size; at++) {
    if (it->bytes[at] != it->tag) return 0;
  }
  return 1;
}

/* Allocates, grows, passes on and frees so many blocks. Returns how many had a wrong byte. */
__attribute__((export_name("run"))) int run(unsigned seed, int rounds) {
  unsigned state = seed;
  int wrong = 0;
  block** const own = (block**)calloc(kept, sizeof(block*));
  if (own == NULL) return -1;
  for (int round = 0; round < rounds; round++) {
    block** const place = &own[next(&state) % kept];
    block* it = *place;
    if (it == NULL) {
      it = make(&state);
    } else if (next(&state) % 4 == 0) {
      wrong += !is_whole(it);
      const size_t size = it->size + next(&state) % 500;
      block* const grown = realloc(it, sizeof(block) + size);
      if (grown != NULL) {
        it = grown;
        wrong += !is_whole(it);
        __builtin_memset(it->bytes, it->tag, size);
        it->size = size;
      }
    } else {
      /* The block goes to whichever thread comes by next; what lay there is this thread's now. */
      it = __c11_atomic_exchange(&mailbox[next(&state) % mailboxes], it, __ATOMIC_ACQ_REL);
      if (it != NULL) {
        wrong += !is_whole(it);
        free(it);
      }
      it = NULL;
    }
    *place = it;
  }
  for (int at = 0; at < kept; at++) {
    if (own[at] != NULL) wrong += !is_whole(own[at]);
    free(own[at]);
  }
  free((void*)own);
  granary_thread_flush();
  return wrong;
}

/* Frees what nobody fetched. */
__attribute__((export_name("empty_mailboxes"))) void empty_mailboxes(void) {
  for (int at = 0; at < mailboxes; at++)
    free(__c11_atomic_exchange(&mailbox[at], NULL, __ATOMIC_ACQ_REL));
  granary_thread_flush();
}

__attribute__((export_name("live_blocks"))) size_t live_blocks(void) {
  static granary_heap_stats stats;
  granary_stats(&stats);
  return stats.live_block_count;
}
