// Where the operations of a run come from: a string of bytes that somebody has (a fuzzer, a file of
// the corpus), or the endless one that belongs to a seed. It is read in words of four bytes, the
// lowest first.
#pragma once

#include "runtime/integers.h"

namespace granary::test {

class ByteSource {
 public:
  // The bytes have to stay where they are. A last word that is not whole is not read.
  ByteSource(const uint8_t* bytes, ByteCount length) : next_(bytes), end_(bytes + length / 4 * 4) {}

  explicit ByteSource(uint64_t seed) : next_(buffer_), end_(buffer_), state_(seed), seeded_(true) {}

  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  bool is_exhausted() const { return next_ == end_ && !seeded_; }

  uint64_t words_read() const { return words_read_; }
  uint64_t words_left() const {
    return seeded_ ? ~uint64_t{0} : static_cast<uint64_t>(end_ - next_) / 4;
  }

  // 0 when it is exhausted.
  uint32_t word() {
    if (next_ == end_) [[unlikely]] {
      if (!seeded_) return 0;
      refill();
    }
    ++words_read_;
    uint32_t result = 0;
    __builtin_memcpy(&result, next_, sizeof(result));
    next_ += sizeof(result);
    return result;
  }

 private:
  static constexpr ByteCount buffer_size = 1024;

  // splitmix64 by Sebastiano Vigna, in the public domain.
  void refill() {
    for (ByteCount at = 0; at < buffer_size; at += 8) {
      state_ += 0x9e3779b97f4a7c15;
      uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
      mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
      mixed ^= mixed >> 31;
      __builtin_memcpy(buffer_ + at, &mixed, sizeof(mixed));
    }
    next_ = buffer_;
    end_ = buffer_ + buffer_size;
  }

  const uint8_t* next_;
  const uint8_t* end_;
  uint64_t words_read_ = 0;
  uint64_t state_ = 0;
  bool seeded_ = false;
  uint8_t buffer_[buffer_size];
};

}  // namespace granary::test
