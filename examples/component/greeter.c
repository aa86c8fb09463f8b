/* A component without a C library: the function greet of greeter.wit, written by hand against the
 * Canonical ABI.
 *
 *   make && npm --prefix interop ci && mkdir -p build/examples
 *   clang-19 --target=wasm32 -O2 -ffreestanding -mbulk-memory -nostdlib -Iinclude \
 *     examples/component/greeter.c dist/libgranary.a \
 *     -Wl,--no-entry,--stack-first,--export=cabi_realloc -o build/examples/greeter.core.wasm
 *   node interop/component/componentize.js build/examples/greeter.core.wasm \
 *     examples/component/greeter.wit build/examples/greeter
 *   node examples/component/run.js
 *
 * The host calls cabi_realloc, which is in the library, for the strings that it passes in; the
 * component frees them. The host calls cabi_post_greet when it has read the result. */
#include <granary.h>

typedef struct {
  char* bytes;
  size_t length;
} string;

static const char before[] = "Hello, ";
static const char after[] = "!";

__attribute__((export_name("greet"))) string* greet(char* name, size_t length) {
  /* A result of two words is returned in memory; there is only one call at a time. */
  static string result;
  result.length = sizeof before - 1 + length + sizeof after - 1;
  result.bytes = malloc(result.length);
  if (result.bytes == NULL) __builtin_trap();
  char* end = result.bytes;
  __builtin_memcpy(end, before, sizeof before - 1);
  end += sizeof before - 1;
  __builtin_memcpy(end, name, length);
  end += length;
  __builtin_memcpy(end, after, sizeof after - 1);
  /* An empty string has no block. */
  if (length != 0) free(name);
  return &result;
}

__attribute__((export_name("cabi_post_greet"))) void greet_done(string* result) {
  free(result->bytes);
}
