// Exceptions that carry strings through functions that own blocks, and a `new` that throws where
// there is no memory.
#include <cstdio>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "granary_inspect.h"

// Where operator new finds no memory, it calls this function, which otherwise traps.
extern "C" void granary_operator_new_found_no_memory() { throw std::bad_alloc(); }

namespace {

std::size_t live_blocks() {
  granary_heap_stats stats;
  granary_stats(&stats);
  return stats.live_block_count;
}

int depth_of(int left) {
  const std::vector<std::string> held(3, std::string(100, 'h'));
  const auto owned = std::make_unique<std::string>(200, 'o');
  if (left == 0) throw std::runtime_error(std::string(1000, 'e'));
  return depth_of(left - 1) + static_cast<int>(held.size() + owned->size());
}

std::size_t caught_bytes() {
  std::size_t bytes = 0;
  for (int round = 0; round < 200; ++round) {
    try {
      bytes += static_cast<std::size_t>(depth_of(20));
    } catch (const std::runtime_error& error) {
      bytes += std::string(error.what()).size();
    }
  }
  return bytes;
}

const char* huge_new() {
  try {
    // Volatile, or the compiler leaves out a block that nobody uses.
    char* volatile const huge = new char[0x7fffff00];
    delete[] huge;
    return "granted";
  } catch (const std::bad_alloc&) {
    return "bad_alloc";
  }
}

}  // namespace

// What escapes here ends the program, which the test sees.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main() {
  caught_bytes();
  const std::size_t before = live_blocks();
  std::printf("bytes of what was caught: %zu\n", caught_bytes());
  std::printf("a huge new: %s\n", huge_new());
  std::printf("blocks that were lost: %zu\n", live_blocks() - before);
  return 0;
}
