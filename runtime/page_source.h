// Where memory comes from, as an engine sees it: a value of any type that satisfies a concept of
// this file. An engine holds its memory; one without state takes no place in it. The memories of
// products are files beside this one, those of tests are theirs.
//
// Growth is not assumed contiguous: whoever shares the memory may grow it between any two calls,
// so only what `grow` returned says where fresh pages are.
#pragma once

#include "runtime/pages.h"

namespace granary {

// `grow` returns the address of the first byte of `count` fresh, zeroed, contiguous pages, or 0
// when there are none to be had; a refused grow changes nothing.
template <class T>
concept PageSource = requires(T memory, PageCount count) {
  requires __is_same(decltype(memory.grow(count)), Address);
};

// What an engine needs that fills the memory from its beginning: `slack` is what the module owns
// before anything has grown, up to the end of a wasm page, and `size` is how many pages there are
// now, counted from the address 0: those to be grown next begin there if nobody else grows first.
template <class T>
concept PageSourceWithSlack = PageSource<T> && requires(const T memory) {
  requires __is_same(decltype(memory.slack()), Region);
  requires __is_same(decltype(memory.size()), PageCount);
};

}  // namespace granary
