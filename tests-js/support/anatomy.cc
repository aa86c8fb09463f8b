// What tests have to know of the heap of a module beside what it exports: where its state lies, and
// what its engine says of its spans.
#include "alloc/abi/heap.h"

using granary::Address;
using granary::ByteCount;

extern "C" {

Address state_address() { return reinterpret_cast<Address>(&granary::heap().anatomy()); }
ByteCount state_bytes() { return sizeof(granary::heap().anatomy()); }

ByteCount span_bytes() { return granary::span_size; }
ByteCount block_unit() { return granary::TaggedBlock::unit; }

// A granary::SpanRole, of the 16 KiB with the record at `offset` of the table.
unsigned role_of(granary::SpanOffset offset) {
  return static_cast<unsigned>(granary::heap().anatomy().role_of(offset));
}

}  // extern "C"
