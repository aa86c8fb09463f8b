/* A side module: position-independent, without an allocator of its own. It keeps numbers in an
 * array that grows, which lies in the heap of the main module; where the array is, its data says.
 */
#include <stddef.h>
#include <stdint.h>

void* realloc(void* ptr, size_t size);
void free(void* ptr);

static uint32_t* numbers;
static size_t count;

__attribute__((export_name("push"))) int push(uint32_t number) {
  uint32_t* const grown = realloc(numbers, (count + 1) * sizeof *numbers);
  if (grown == NULL) return 0;
  numbers = grown;
  numbers[count++] = number;
  return 1;
}

__attribute__((export_name("sum"))) uint32_t sum(void) {
  uint32_t result = 0;
  for (size_t at = 0; at < count; at++) result += numbers[at];
  return result;
}

__attribute__((export_name("forget"))) void forget(void) {
  free(numbers);
  numbers = NULL;
  count = 0;
}
