// libgranary.a: the default engine, growing by the policy that the program links. It can be
// inspected too, which costs a program that does not some bytes where memory is brought in.
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
