// What an engine can be told to do beyond the four calls. A value, tested with `if constexpr`: what
// is off costs nothing.
#pragma once

namespace granary {

struct Configuration {
  // Whether every block can be found from the first on (heap_walk.h). Costs some twenty bytes of
  // code where memory is brought in, and no instruction elsewhere.
  bool walkable = false;
};

}  // namespace granary
