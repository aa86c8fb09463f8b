/* Random numbers that a seed brings back (G. Marsaglia, "Xorshift RNGs", 2003). */
#ifndef INTEROP_RANDOM_H
#define INTEROP_RANDOM_H

#include <stdint.h>

static inline uint32_t next_number(uint32_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* Never 0, from which no other number would come; the numbers of two threads differ. */
static inline uint32_t first_state(uint32_t seed, uint32_t thread) {
  return ((seed * 16 + thread) * 2654435761U) | 1;
}

#endif
