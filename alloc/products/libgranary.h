// libgranary.a: the inspected engine, growing by the policy that the program links. A program that
// does not inspect its heap pays for this with some bytes where memory is brought in.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

struct Product : StateInData {
  using Engine = Inspected<LinkedGrowth>;
};

}  // namespace granary
