/* Uses the whole malloc family, and the library's own calls on its blocks and the other way round,
 * as a program would whose parts do not know of each other. Returns 0, or the line that failed. */
#include <granary.h>

#define CHECK(condition) \
  if (!(condition)) return __LINE__

__attribute__((export_name("run"))) int run(void) {
  char* text = malloc(10);
  CHECK(text != NULL && (uintptr_t)text % 16 == 0);
  for (int i = 0; i < 10; i++) text[i] = (char)i;
  text = realloc(text, 5000);
  for (int i = 0; i < 10; i++) CHECK(text[i] == i);
  text = reallocarray(text, 3, 2000);
  for (int i = 0; i < 10; i++) CHECK(text[i] == i);
  CHECK(malloc_usable_size(text) >= 6000);

  int* numbers = calloc(1000, sizeof *numbers);
  for (int i = 0; i < 1000; i++) CHECK(numbers[i] == 0);
  free(text);
  free(numbers);
  free(NULL);

  void* aligned = aligned_alloc(4096, 100);
  CHECK((uintptr_t)aligned % 4096 == 0);
  void* result = NULL;
  CHECK(posix_memalign(&result, 256, 100) == 0 && (uintptr_t)result % 256 == 0);
  void* kept = result;
  CHECK(posix_memalign(&result, 24, 100) == GRANARY_EINVAL && result == kept);
  CHECK(posix_memalign(&result, 16, SIZE_MAX) == GRANARY_ENOMEM && result == kept);
  void* old = memalign(1024, 100);
  CHECK((uintptr_t)old % 1024 == 0);
  free(aligned);
  free(result);
  free(old);

  for (size_t size = 1; size < 100000; size = size * 2 + 1) {
    free(granary_alloc(size, 1));
    granary_free(malloc(size), size, 16);
    char* block = granary_alloc_zeroed(size, 64);
    CHECK(block[size - 1] == 0 && malloc_usable_size(block) >= size);
    block[size - 1] = 9;
    block = realloc(block, size + 100);
    CHECK(block[size - 1] == 9);
    char* moved = granary_remap(block, size + 100, 16, size + 2000);
    CHECK((moved == NULL ? block : moved)[size - 1] == 9);
    free(moved == NULL ? block : moved);
  }
  return 0;
}
