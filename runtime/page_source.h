// A page source is a memory as an engine sees it: a value of any type that satisfies a concept of
// this file. An engine holds its page source, which takes no bytes in the engine when it has no
// state. The files beside this one are the page sources of products; tests have their own.
//
// Growth is not assumed contiguous: a stranger may grow the memory between any two calls, so only
// what `grow` returned says where fresh pages are.
#pragma once

#include "runtime/pages.h"

namespace granary {

// `grow` returns the address of the first byte of `count` fresh, zeroed, contiguous pages, or 0
// when there are none to be had; a refused grow changes nothing.
template <class T>
concept PageSource = requires(T memory, PageCount count) {
  requires __is_same(decltype(memory.grow(count)), Address);
};

// An engine that uses the slack needs more: `slack` is the memory that the module owns before
// anything has grown, up to the end of a wasm page, and `size` is how many pages the memory has
// now, counted from the address 0. The next pages begin there unless a stranger grows some before.
template <class T>
concept PageSourceWithSlack = PageSource<T> && requires(const T memory) {
  requires __is_same(decltype(memory.slack()), Region);
  requires __is_same(decltype(memory.size()), PageCount);
};

}  // namespace granary
