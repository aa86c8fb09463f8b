// The compiler, linker and archiver, as the Makefile hands them to what it starts; Debian's otherwise.

const { env } = process;

export const compiler = env.CXX || "clang++-19";
export const linker = env.LD || "wasm-ld-19";

/** For a `make` that is to use the same. */
export const makeWords = [`CXX=${compiler}`, `LD=${linker}`, `AR=${env.AR || "llvm-ar-19"}`];
