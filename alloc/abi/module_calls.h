// Declares the exported functions of calls.cc, for the tables that hold them.
#pragma once

#include "alloc/abi/raw_calls.h"
#include "alloc/abi/vtable.h"

extern "C" {

decltype(granary::raw::alloc) alloc;
decltype(granary::raw::resize) resize;
decltype(granary::raw::remap) remap;
decltype(granary::raw::free) free;

}  // extern "C"
