// One replay module: it exports the loops over the allocator that BENCH_SHIM adapts. The host
// chooses the addresses of operations and tables (bench/replay-module.js); the module itself has no
// imports.
//
// There is an export for each of the two alignments of an ordinary block, because in programs the
// alignment is a constant in the caller's code.

#include "replay.h"

#include BENCH_SHIM
#include "verify.h"

#define BENCH_EXPORT(name) extern "C" __attribute__((export_name(name)))

extern "C" uint8_t __heap_base;  // NOLINT(bugprone-reserved-identifier)

namespace bench {
namespace {

// Operations and tables lie here as long as they fit: below the heap, like a program's own data.
alignas(16) uint8_t host_region[1 << 20];

template <uint32_t kAlignmentLog2>
void replay_only(const Operation* begin, const Operation* end, Address* addresses,
                 const Address* table) {
  const auto forget = [](Address) {};
  replay(begin, end, addresses, Allocator<kAlignmentLog2>(table), forget);
}

template <uint32_t kAlignmentLog2>
void replay_recording(const Operation* begin, const Operation* end, Address* addresses,
                      Address* table) {
  Address* next = table;
  const auto append = [&next](Address address) { *next++ = address; };
  replay(begin, end, addresses, Allocator<kAlignmentLog2>(table), append);
}

template <uint32_t kAlignmentLog2>
bool replay_verifying(const Operation* begin, const Operation* end, Address* addresses,
                      Finding* finding) {
  const Address heap_begin = reinterpret_cast<Address>(&__heap_base);
  return verify<Allocator<kAlignmentLog2>>(begin, end, addresses, kAlignmentLog2, heap_begin,
                                           finding);
}

}  // namespace
}  // namespace bench

using bench::Address;
using bench::Operation;

BENCH_EXPORT("host_region_begin") Address export_host_region_begin() {
  return reinterpret_cast<Address>(bench::host_region);
}

BENCH_EXPORT("host_region_end") Address export_host_region_end() {
  return reinterpret_cast<Address>(bench::host_region + sizeof(bench::host_region));
}

BENCH_EXPORT("replay8")
void export_replay8(const Operation* begin, const Operation* end, Address* addresses,
                    const Address* table) {
  bench::replay_only<3>(begin, end, addresses, table);
}

BENCH_EXPORT("replay16")
void export_replay16(const Operation* begin, const Operation* end, Address* addresses,
                     const Address* table) {
  bench::replay_only<4>(begin, end, addresses, table);
}

BENCH_EXPORT("record8")
void export_record8(const Operation* begin, const Operation* end, Address* addresses,
                    Address* table) {
  bench::replay_recording<3>(begin, end, addresses, table);
}

BENCH_EXPORT("record16")
void export_record16(const Operation* begin, const Operation* end, Address* addresses,
                     Address* table) {
  bench::replay_recording<4>(begin, end, addresses, table);
}

BENCH_EXPORT("verify8")
bool export_verify8(const Operation* begin, const Operation* end, Address* addresses,
                    bench::Finding* finding) {
  return bench::replay_verifying<3>(begin, end, addresses, finding);
}

BENCH_EXPORT("verify16")
bool export_verify16(const Operation* begin, const Operation* end, Address* addresses,
                     bench::Finding* finding) {
  return bench::replay_verifying<4>(begin, end, addresses, finding);
}
