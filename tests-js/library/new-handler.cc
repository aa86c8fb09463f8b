// A program that keeps blocks in reserve and gives one back whenever operator new finds no memory;
// when all are given back it takes its handler away. What a C++ library has of that is here too.
#include <granary.h>

namespace std {

using new_handler = void (*)();
static new_handler current = nullptr;

new_handler set_new_handler(new_handler handler) noexcept {
  new_handler const before = current;
  current = handler;
  return before;
}

new_handler get_new_handler() noexcept { return current; }

}  // namespace std

namespace {

constexpr int most = 8;
void* reserve[most];
int held = 0;
int calls = 0;

void give_back() {
  ++calls;
  if (held == 0) {
    std::set_new_handler(nullptr);
  } else {
    free(reserve[--held]);
  }
}

}  // namespace

// Whether there was memory for all of them.
extern "C" __attribute__((export_name("keep"))) int keep(int count, size_t size) {
  for (; held < count; ++held) {
    reserve[held] = malloc(size);
    if (reserve[held] == nullptr) return 0;
  }
  return 1;
}

extern "C" __attribute__((export_name("set_handler"))) void set_handler() {
  std::set_new_handler(give_back);
}

extern "C" __attribute__((export_name("calls"))) int calls_so_far() { return calls; }
