/* The least that a program can use of the malloc family. */
#include <granary.h>

__attribute__((export_name("run"))) int run(void) {
  char* text = malloc(100);
  if (text == NULL) return 0;
  text[99] = 1;
  free(text);
  return 1;
}
