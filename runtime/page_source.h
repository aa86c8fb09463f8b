// Where memory comes from, as an engine sees it: any type that satisfies a concept of this file.
// The memories that do are files beside it (wasm_memory.h), or of a product, or fake ones of a
// test.
//
// Growth is not assumed contiguous: whoever shares the memory may grow it between any two calls.
#pragma once

#include "runtime/pages.h"

namespace granary {

// `grow` returns the address of the first byte of `count` fresh, zeroed, contiguous pages, or 0
// when there are none to be had; a refused grow changes nothing.
template <class T>
concept PageSource =
    requires(PageCount count) { requires __is_same(decltype(T::grow(count)), Address); };

// What an engine needs that fills the memory from its beginning: `slack` is what the module owns
// before anything has grown, up to the end of a wasm page, and `size` is where the next page to be
// grown begins.
template <class T>
concept PageSourceWithSlack = PageSource<T> && requires {
  requires __is_same(decltype(T::slack()), Region);
  requires __is_same(decltype(T::size()), PageCount);
};

}  // namespace granary
