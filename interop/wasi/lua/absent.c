/* Two functions of the C library that Lua names and wasi-libc does not have; no script here calls
 * them. Both answer as though the system had refused. */

#include <stddef.h>
#include <stdio.h>

FILE* tmpfile(void) { return NULL; }

int system(const char* command) { return command == NULL ? 0 : -1; }
