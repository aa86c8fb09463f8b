// A recorded trace (bench/traces/README.md) on a shadow heap: the calls of a real program, checked
// like random ones. What the program did not get for want of memory it goes on without.
#pragma once

#include "tests-native/properties/shadow.h"

namespace granary::test {

struct Trace {
  const char* name;
  // Two words for each operation.
  const uint32_t* words;
  uint32_t operation_count;
  uint32_t handle_count;
};

template <class Shadow, unsigned most_handles>
class Replay {
 public:
  explicit constexpr Replay(Shadow& shadow) : shadow_(shadow) {}

  // The shadow heap has just been started.
  void start(const Trace& trace) {
    trace_ = &trace;
    position_ = 0;
    for (uint32_t handle = 0; handle < trace.handle_count; ++handle) index_of_[handle] = none;
  }

  bool is_at_end() const { return position_ == trace_->operation_count; }
  uint32_t position() const { return position_; }

  void step() {
    const uint32_t word = trace_->words[2 * position_];
    const uint32_t argument = trace_->words[2 * position_ + 1];
    ++position_;
    const uint32_t handle = word & 0x3fff'ffff;
    const bool is_live = index_of_[handle] != none;
    switch (word >> 30) {
      case 0:
        alloc(handle, argument, Alignment::from_bytes(16));
        break;
      case 1:
        if (is_live) free(handle);
        break;
      case 2:
        if (is_live) reallocate(handle, argument);
        break;
      default:
        alloc(handle, argument & 0x7ff'ffff, Alignment::from_log2(argument >> 27));
    }
  }

  void free_all() {
    for (uint32_t handle = 0; handle < trace_->handle_count; ++handle) {
      if (index_of_[handle] != none) free(handle);
    }
  }

 private:
  static constexpr uint32_t none = ~uint32_t{0};

  void alloc(uint32_t handle, ByteCount length, Alignment alignment) {
    if (shadow_.is_full()) return;
    if (!shadow_.alloc(0, length, alignment)) return;
    put(handle, shadow_.count() - 1);
  }

  void free(uint32_t handle) {
    const uint32_t index = index_of_[handle];
    index_of_[handle] = none;
    shadow_.free(index);
    // The last block took its place.
    if (index != shadow_.count()) put(handle_of_[shadow_.count()], index);
  }

  // When the block was moved by alloc, copy and free, the new one took the place of the old.
  void reallocate(uint32_t handle, ByteCount length) {
    if (!shadow_.is_full()) shadow_.reallocate(index_of_[handle], length);
  }

  void put(uint32_t handle, uint32_t index) {
    index_of_[handle] = index;
    handle_of_[index] = handle;
  }

  Shadow& shadow_;
  const Trace* trace_ = nullptr;
  uint32_t position_ = 0;
  uint32_t index_of_[most_handles] = {};
  uint32_t handle_of_[most_handles] = {};
};

}  // namespace granary::test
