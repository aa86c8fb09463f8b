// The product that the faces of this folder are compiled for. This is the one header that reads the
// macro GRANARY_PRODUCT, which names a header of alloc/products/; everything else is written for
// any product.
#pragma once

#include "alloc/common/engine.h"

#if !defined(__wasm__)
#error "granary is an allocator for WebAssembly: compile for wasm32 or wasm64"
#endif

#if !defined(GRANARY_PRODUCT)
#error "name the product: -DGRANARY_PRODUCT='\"alloc/products/NAME.h\"'"
#endif

#include GRANARY_PRODUCT

namespace granary {

using ProductEngine = Product::Engine;

static_assert(Engine<ProductEngine>, "an engine offers the four calls of alloc/common/engine.h");

}  // namespace granary
