// What the command lines of the native programs have in common.
#pragma once

#include <stdint.h>
#include <stdlib.h>

namespace granary::test {

// Whether `text` is a decimal number and nothing else; `number` is it then.
inline bool read_number(const char* text, uint64_t& number) {
  char* end = nullptr;
  number = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0';
}

}  // namespace granary::test
