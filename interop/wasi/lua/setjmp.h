/* What wasi-libc lacks and Lua's errors need: setjmp and longjmp, in the convention that clang
 * compiles them to under -mllvm -wasm-enable-sjlj (WebAssembly tool-conventions, "C setjmp/longjmp
 * in WebAssembly"). setjmp.c is the runtime. A jmp_buf is valid until its function returns. */
#ifndef GRANARY_INTEROP_SETJMP_H
#define GRANARY_INTEROP_SETJMP_H

/* The convention reserves six words; setjmp.c uses four. */
typedef void* jmp_buf[6];

int setjmp(jmp_buf environment) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf environment, int value);

#endif
