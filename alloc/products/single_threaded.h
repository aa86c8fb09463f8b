// Each product whose engine is for one thread includes this header: such a product is not compiled
// with atomics, and without atomics no memory is shared.
#pragma once

#if defined(__wasm_atomics__)
#error "this product is single-threaded: compile it without atomics (no -matomics, no -pthread)"
#endif
