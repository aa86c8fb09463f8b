// The replay that checks every byte and measures no time: it fills each new block with the pattern
// of its handle, and the pattern must still be there when the block is resized or freed. So blocks
// that overlap show as wrong bytes.

#pragma once

#include "bytes.h"
#include "operation.h"

namespace bench {

enum class Problem : uint32_t {
  kNone = 0,
  kNoMemory = 1,
  kMisaligned = 2,
  kOutside = 3,  // below the heap, past the end of memory, or in the host's own pages
  kWrongByte = 4,
};

// Where the host keeps operations and tables: the replay reads from it what no block may touch, and
// writes into it what is wrong.
struct Finding {
  Address host_begin;
  Address host_end;
  Address problem;
  Address operation_index;
  Address address;
};

// A block of up to a mebibyte is checked whole. Of a longer block, both ends are checked and the
// beginning of every 64 KiB between them: some traces fill gigabytes with such blocks, and a block
// that lies in the middle of one by mistake is found when its own bytes are overwritten.
constexpr uint32_t kWholeBytes = 1 << 20;
constexpr uint32_t kEndBytes = 1 << 16;
constexpr uint32_t kStrideBytes = 1 << 16;
constexpr uint32_t kRunBytes = 1 << 12;

static_assert(2 * kEndBytes <= kWholeBytes, "the ends of a long block do not meet");

// The bytes that a block of one handle holds: a different word at every place of every handle.
class Pattern {
 public:
  explicit Pattern(uint32_t handle) : seed_((handle + 1) * 0x9e3779b97f4a7c15U) {}

  void write(Address address, uint32_t length) const {
    each_run(length, [&](uint32_t from, uint32_t to) {
      for (uint32_t at = from; at < to; at += kWordBytes) {
        const uint64_t word = word_at(at);
        copy(bytes_at(address + at), &word, to - at);
      }
      return true;
    });
  }

  // True when the first `kept` bytes are those of a block that was written `length` bytes long.
  bool holds(Address address, uint32_t kept, uint32_t length) const {
    return each_run(length, [&](uint32_t from, uint32_t to) {
      const uint32_t end = to < kept ? to : kept;
      for (uint32_t at = from; at < end; at += kWordBytes) {
        uint64_t expected = 0;
        uint64_t found = 0;
        const uint64_t word = word_at(at);
        copy(&expected, &word, end - at);
        copy(&found, bytes_at(address + at), end - at);
        if (expected != found) {
          return false;
        }
      }
      return true;
    });
  }

 private:
  static constexpr uint32_t kWordBytes = 8;

  // Goes over the parts of a block that are checked until `visit(from, to)` returns false.
  template <class Visit>
  static bool each_run(uint32_t length, Visit visit) {
    if (length <= kWholeBytes) {
      return visit(0, length);
    }
    const uint32_t tail = (length - kEndBytes) & ~(kWordBytes - 1);
    uint32_t at = kEndBytes;
    if (!visit(0, at)) {
      return false;
    }
    for (; at + kStrideBytes < tail; at += kStrideBytes) {
      if (!visit(at, at + kRunBytes)) {
        return false;
      }
    }
    return visit(tail, length);
  }

  static void copy(void* destination, const void* source, uint32_t left) {
    if (left >= kWordBytes) [[likely]] {
      __builtin_memcpy(destination, source, kWordBytes);
    } else {
      __builtin_memcpy(destination, source, left);
    }
  }

  uint64_t word_at(uint32_t offset) const { return seed_ ^ (offset * 0xd6e8feb86659fd93U); }

  uint64_t seed_;
};

class Verifier {
 public:
  Verifier(Address* addresses, Finding* finding, Address heap_begin)
      : addresses_(addresses), finding_(finding), heap_begin_(heap_begin) {}

  // Each of these returns false after it has written down what is wrong.
  bool born(const Operation& operation, uint32_t index, uint32_t alignment_log2, uint32_t length) {
    const Address address = addresses_[operation.handle()];
    if (address == 0) {
      return fail(Problem::kNoMemory, index, address);
    }
    if ((address & ((Address{1} << alignment_log2) - 1)) != 0) {
      return fail(Problem::kMisaligned, index, address);
    }
    if (!inside_heap(address, length)) {
      return fail(Problem::kOutside, index, address);
    }
    return true;
  }

  bool intact(const Operation& operation, uint32_t index, uint32_t kept, uint32_t length) {
    const Address address = addresses_[operation.handle()];
    if (!Pattern(operation.handle()).holds(address, kept, length)) {
      return fail(Problem::kWrongByte, index, address);
    }
    return true;
  }

 private:
  bool inside_heap(Address address, uint32_t length) const {
    const uint64_t end = uint64_t{address} + length;
    const uint64_t memory_end = uint64_t{__builtin_wasm_memory_size(0)} * 65536;
    const bool over_host = address < finding_->host_end && end > finding_->host_begin;
    return address >= heap_begin_ && end <= memory_end && !over_host;
  }

  bool fail(Problem problem, uint32_t index, Address address) {
    finding_->problem = static_cast<Address>(problem);
    finding_->operation_index = index;
    finding_->address = address;
    return false;
  }

  Address* addresses_;
  Finding* finding_;
  Address heap_begin_;
};

// Returns true when every block was right to the end.
template <class Allocator>
bool verify(const Operation* begin, const Operation* end, Address* addresses,
            uint32_t default_alignment_log2, Address heap_begin, Finding* finding) {
  Allocator allocator(nullptr);
  Verifier verifier(addresses, finding, heap_begin);
  for (const Operation* operation = begin; operation != end; ++operation) {
    const uint32_t index = static_cast<uint32_t>(operation - begin);
    const uint32_t length = operation->length;
    const uint32_t new_length = operation->new_length;
    const uint32_t own_log2 = operation->alignment_log2();
    Address& address = addresses[operation->handle()];
    const Pattern pattern(operation->handle());
    switch (operation->kind()) {
      case Kind::kAlloc:
        address = allocator.alloc(length);
        if (!verifier.born(*operation, index, default_alignment_log2, length)) {
          return false;
        }
        pattern.write(address, length);
        break;
      case Kind::kAlignedAlloc:
        address = allocator.aligned_alloc(length, own_log2);
        if (!verifier.born(*operation, index, own_log2, length)) {
          return false;
        }
        pattern.write(address, length);
        break;
      case Kind::kRealloc: {
        const uint32_t kept = length < new_length ? length : new_length;
        if (!verifier.intact(*operation, index, length, length)) {
          return false;
        }
        address = allocator.realloc(address, length, own_log2, new_length);
        if (!verifier.born(*operation, index, own_log2, new_length) ||
            !verifier.intact(*operation, index, kept, length)) {
          return false;
        }
        pattern.write(address, new_length);
        break;
      }
      case Kind::kFree:
        if (!verifier.intact(*operation, index, length, length)) {
          return false;
        }
        allocator.free(address, length);
        break;
      case Kind::kAlignedFree:
        if (!verifier.intact(*operation, index, length, length)) {
          return false;
        }
        allocator.aligned_free(address, length, own_log2);
        break;
    }
  }
  return true;
}

}  // namespace bench
