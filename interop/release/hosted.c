/* Says which version of Granary is linked, and whether malloc is Granary's: then granary_free takes
 * its block, and the next one has the same address. */
#include <granary.h>
#include <stdio.h>

int main(void) {
  const unsigned version = granary_version();
  char* const first = malloc(1000);
  if (first == NULL) return 1;
  granary_free(first, 1000, 16);
  char* const second = granary_alloc(1000, 16);
  const char* const used = second == first ? "used" : "not used";
  printf("Granary %u.%u.%u: %s\n", version >> 16, version >> 8 & 0xff, version & 0xff, used);
  return 0;
}
