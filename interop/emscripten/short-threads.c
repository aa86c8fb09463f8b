/* Many threads, one after the other, each with some blocks of every small size, which it frees and
 * does not give back. The later ones take no memory from sbrk. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { first_threads = 20, later_threads = 100, largest = 2048 };

static void* use_every_size(void* unused) {
  for (size_t size = 8; size <= largest; size += 8) {
    void* volatile block = malloc(size);
    free(block);
  }
  return unused;
}

static int run(int count) {
  for (int number = 0; number < count; number++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, use_every_size, NULL) != 0) return 0;
    pthread_join(thread, NULL);
  }
  return 1;
}

int main(void) {
  if (!run(first_threads)) return 1;
  const char* const end = sbrk(0);
  if (!run(later_threads)) return 1;
  printf("bytes for the later threads: %td\n", (const char*)sbrk(0) - end);
  return 0;
}
