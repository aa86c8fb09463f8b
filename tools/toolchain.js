// The compiler, linker and archiver that the Makefile passes to the programs that it starts; Debian's by
// default.

const { env } = process;

export const compiler = env.CXX || "clang++-19";
export const linker = env.LD || "wasm-ld-19";

/** The arguments of a `make` that must use the same tools. */
export const makeWords = [`CXX=${compiler}`, `LD=${linker}`, `AR=${env.AR || "llvm-ar-19"}`];
