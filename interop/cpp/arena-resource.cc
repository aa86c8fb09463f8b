// Containers of std::pmr in an arena, for interop/cpp.test.js: the exit status is the line that
// failed, or 0.
#include <granary_arena.hpp>
#include <map>
#include <memory_resource>
#include <string>
#include <vector>

#define EXPECT(condition) \
  if (!(condition)) return __LINE__

namespace {

// Counts the pages, so that what a container has is seen to be the arena's.
size_t pages() { return __builtin_wasm_memory_size(0); }

int request(granary::Arena& arena) {
  granary::ArenaResource resource(arena);
  std::pmr::map<int, std::pmr::string> names(&resource);
  for (int number = 0; number < 2000; ++number) {
    names[number] = std::pmr::string(static_cast<size_t>(number % 100), 'x');
  }
  EXPECT(names.size() == 2000);
  EXPECT(names[150].size() == 50);
  EXPECT(names[150].get_allocator().resource() == &resource);
  std::pmr::vector<long long> numbers(&resource);
  for (int number = 0; number < 5000; ++number) numbers.push_back(number);
  EXPECT(numbers[4999] == 4999);
  EXPECT(reinterpret_cast<uintptr_t>(numbers.data()) % alignof(long long) == 0);
  return 0;
}

}  // namespace

int main() {
  granary::Arena arena;
  EXPECT(arena);
  if (const int line = request(arena)) return line;
  // A checked heap has room for its quarantine after some rounds.
  for (int round = 0; round < 10; ++round) {
    arena.reset();
    if (const int line = request(arena)) return line;
  }
  const size_t before = pages();
  for (int round = 0; round < 50; ++round) {
    arena.reset();
    if (const int line = request(arena)) return line;
  }
  EXPECT(pages() == before);
  const granary::ArenaResource first(arena);
  const granary::ArenaResource second(arena);
  EXPECT(first.is_equal(first));
  EXPECT(!first.is_equal(second));
  return 0;
}
