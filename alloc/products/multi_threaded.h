// Each product whose engine is for many threads includes this header: without atomics its lock
// would be none.
#pragma once

#if !defined(__wasm_atomics__)
#error "this product is for threads: compile it with atomics (-matomics)"
#endif
