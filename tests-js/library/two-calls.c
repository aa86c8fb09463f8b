/* The least that a program can use of the library. */
#include <granary.h>

__attribute__((export_name("run"))) int run(void) {
  char* text = granary_alloc(100, 16);
  if (text == NULL) return 0;
  text[99] = 1;
  granary_free(text, 100, 16);
  return 1;
}
