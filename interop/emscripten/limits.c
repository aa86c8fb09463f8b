/* What a memory has no room for is refused, and all that it has room for is granted: the largest
 * sizes and alignments first, then 64 KiB at a time until there are no more; a program with threads
 * takes those in another one. The argument is how many MiB there have to be at least. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { piece = 65536 };

typedef struct taken {
  struct taken* before;
} taken;

static taken* latest;

static void* take_all(void* unused) {
  (void)unused;
  size_t bytes = 0;
  for (;;) {
    taken* const next = malloc(piece);
    if (next == NULL) return (void*)bytes;
    memset(next, 255, piece);
    next->before = latest;
    latest = next;
    bytes += piece;
  }
}

int main(int count, char** arguments) {
  const size_t least = count > 1 ? strtoul(arguments[1], NULL, 10) << 20 : 0;
  const size_t half = (size_t)1 << 31;
  /* Volatile, or the compiler leaves out blocks that nobody uses. */
  void* volatile huge[] = {malloc(half - 1),
                           malloc((size_t)-1),
                           malloc((size_t)-66 * piece),
                           aligned_alloc(half, half - 1),
                           aligned_alloc(half, half - piece),
                           aligned_alloc(half, half - 2 * piece),
                           aligned_alloc(half, half)};
  unsigned granted = 0;
  for (size_t at = 0; at < sizeof huge / sizeof *huge; at++) granted += huge[at] != NULL;

  void* bytes;
#ifdef __EMSCRIPTEN_PTHREADS__
  pthread_t thread;
  if (pthread_create(&thread, NULL, take_all, NULL) != 0) return 1;
  pthread_join(thread, &bytes);
#else
  bytes = take_all(NULL);
#endif
  printf("huge blocks: %u\nas many blocks as expected: %d\n", granted, (size_t)bytes >= least);
  return 0;
}
