// Included by each product whose engine is for one thread: such a product is not compiled with
// atomics, without which no memory is shared.
#pragma once

#if defined(__wasm_atomics__)
#error "this product is single-threaded: compile it without atomics (no -matomics, no -pthread)"
#endif
