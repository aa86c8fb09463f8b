// A bare C++ program that uses granary::Arena, without a standard library.
#include <granary_arena.hpp>

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace {

struct Node {
  explicit Node(int number) : value(number) {}
  int value;
  Node* next = nullptr;
};

}  // namespace

// Builds a list in an arena of its own and returns the sum; 0 when there is no memory.
EXPORT("sum_of_list") int sum_of_list(int count) {
  granary::Arena arena;
  Node* first = nullptr;
  for (int number = 1; number <= count; ++number) {
    Node* const node = arena.make<Node>(number);
    if (node == nullptr) return 0;
    node->next = first;
    first = node;
  }
  int sum = 0;
  for (const Node* node = first; node != nullptr; node = node->next) sum += node->value;
  return sum;
}

EXPORT("zeros") int zeros(unsigned count) {
  granary::Arena arena(100);
  const int* const numbers = arena.make_array<int>(count);
  if (numbers == nullptr) return -1;
  int other = 0;
  for (unsigned index = 0; index < count; ++index) other |= numbers[index];
  return other;
}

EXPORT("in_buffer") int in_buffer() {
  alignas(16) static char buffer[256];
  granary::Arena arena(buffer, sizeof(buffer));
  const char* const block = static_cast<char*>(arena.allocate(100));
  return block > buffer && block + 100 <= buffer + sizeof(buffer) && arena.allocate(200) == nullptr;
}

EXPORT("moved") int moved() {
  granary::Arena first;
  void* const block = first.allocate(10);
  granary::Arena second(static_cast<granary::Arena&&>(first));
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): what a moved arena answers is what is tested.
  if (first || !second || first.allocate(1) != nullptr) return 0;
  first = static_cast<granary::Arena&&>(second);
  return first.resize(block, 10, 20) && !second;
}

EXPORT("request") int request(int count) {
  granary::Arena arena;
  arena.keep_at_most(1000);
  for (int round = 0; round < 2; ++round) {
    for (int index = 0; index < count; ++index) arena.allocate(100);
    arena.reset();
  }
  return arena.get()->chunks == nullptr;
}
