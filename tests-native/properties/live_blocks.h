// The model of a run: every live block, whose it is, and what its bytes are. Each byte of the
// memory is known to belong to one block or to none.
//
// Live blocks are poisoned (poison.h), but for those that are open: the ones that a call may move,
// give up, or that are being checked.
#pragma once

#include "alloc/common/engine.h"
#include "tests-native/properties/byte_map.h"
#include "tests-native/support/pattern.h"
#include "tests-native/support/poison.h"

namespace granary::test {

// Each program of the harness defines it: says what was broken and where, and ends the run.
[[noreturn]] void broken(const char* rule, Address address, ByteCount length);

struct LiveBlock {
  Address address;
  ByteCount length;
  // Of the pattern in its bytes; no two live blocks have the same.
  uint32_t key;
  uint8_t alignment_log2;
  uint8_t program;

  Block named() const { return {address, length, Alignment::from_log2(alignment_log2)}; }
};

// What is known of the blocks of one program. Their number is unknown where the engine has blocks
// of its own, as a checked heap has.
struct Live {
  static constexpr ByteCount unknown = ~ByteCount{0};
  ByteCount blocks;
  ByteCount bytes;
};

template <class Memory, unsigned most_blocks>
class LiveBlocks {
 public:
  void forget() {
    marks_.forget();
    count_ = 0;
    bytes_ = 0;
    next_key_ = 0;
  }

  unsigned count() const { return count_; }
  ByteCount bytes() const { return bytes_; }
  const LiveBlock& operator[](unsigned index) const { return blocks_[index]; }

  Live of_program(unsigned program) const {
    Live live = {0, 0};
    for (unsigned index = 0; index < count_; ++index) {
      if (blocks_[index].program != program) continue;
      ++live.blocks;
      live.bytes += blocks_[index].length;
    }
    return live;
  }

  // The new block is the last one.
  void add(Block block, unsigned program) {
    blocks_[count_] = {block.address, block.length, 0, static_cast<uint8_t>(block.alignment.log2()),
                       static_cast<uint8_t>(program)};
    settle(blocks_[count_]);
    ++count_;
  }

  // The block ends, its bytes being what they should. The last one takes its index.
  LiveBlock remove(unsigned index) {
    const LiveBlock block = blocks_[index];
    open(index);
    unsettle(block);
    blocks_[index] = blocks_[--count_];
    return block;
  }

  // The block now has this length at this address, with its bytes kept.
  void change(unsigned index, Address address, ByteCount length) {
    LiveBlock& block = blocks_[index];
    unpoison(block.address, block.length);
    unsettle(block);
    check_contents(block, address, block.length < length ? block.length : length);
    block.address = address;
    block.length = length;
    settle(block);
  }

  // The bytes of the block are what was last written there, and may be touched from now on.
  void open(unsigned index) const {
    const LiveBlock& block = blocks_[index];
    unpoison(block.address, block.length);
    check_contents(block, block.address, block.length);
  }

  void close(unsigned index) const { poison(blocks_[index].address, blocks_[index].length); }

 private:
  static void check_contents(const LiveBlock& block, Address address, ByteCount kept) {
    if (!Pattern(block.key).holds(address, block.length, kept)) {
      broken("a live block keeps its bytes", address, block.length);
    }
  }

  // Gives the block its place and bytes of its own.
  void settle(LiveBlock& block) {
    if (!marks_.mark(block.address, block.length)) {
      broken("no two live blocks share a byte", block.address, block.length);
    }
    bytes_ += block.length;
    block.key = next_key_++;
    Pattern(block.key).fill(block.address, block.length);
    poison(block.address, block.length);
  }

  void unsettle(const LiveBlock& block) {
    marks_.clear(block.address, block.length);
    bytes_ -= block.length;
  }

  ByteMap<Memory> marks_;
  unsigned count_ = 0;
  uint32_t next_key_ = 0;
  ByteCount bytes_ = 0;
  LiveBlock blocks_[most_blocks] = {};
};

}  // namespace granary::test
