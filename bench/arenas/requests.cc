// Requests that allocate blocks of given sizes and then end them all. Each program of
// bench/arenas.js is this loop over the heap or the arena that BENCH_REQUEST_SHIM names: a header
// of this folder with
//
//   Address alloc_block(Address length)
//   void end_blocks(const Address* blocks, const Address* lengths, Address count)
//   void begin_request()      where an arena begins, if it is a new one for each request

#include <stddef.h>
#include <stdint.h>

using Address = uintptr_t;

#include BENCH_REQUEST_SHIM

namespace {

constexpr Address most_blocks = 10000;
Address lengths[most_blocks];
Address blocks[most_blocks];

}  // namespace

extern "C" {

// Where the host writes the lengths of a request.
Address* lengths_of_request() { return lengths; }

// Returns whether there was memory. The first and the last byte of each block are written.
bool alloc_all(Address count) {
  begin_request();
  for (Address index = 0; index < count; ++index) {
    const Address block = alloc_block(lengths[index]);
    if (block == 0) return false;
    auto* const bytes = reinterpret_cast<char*>(block);
    bytes[0] = bytes[lengths[index] - 1] = 1;
    blocks[index] = block;
  }
  return true;
}

void end_all(Address count) { end_blocks(blocks, lengths, count); }

bool requests(Address repeats, Address count) {
  for (Address repeat = 0; repeat < repeats; ++repeat) {
    if (!alloc_all(count)) return false;
    end_all(count);
  }
  return true;
}

}  // extern "C"
