// A program whose new-handler is that of the C++ library: it gives back what is in reserve, and
// when nothing is left takes itself away. Returns 0, or the line that failed.
#include <new>

namespace {

constexpr std::size_t block_size = 100'000;
constexpr std::size_t most = 1000;

char* reserve[most];
std::size_t held = 0;
int calls = 0;

void give_back() {
  ++calls;
  if (held == 0) {
    std::set_new_handler(nullptr);
  } else {
    delete[] reserve[--held];
  }
}

// The compiler may leave a new and its delete out where it sees both.
template <class T>
T* seen(T* pointer) {
  __asm__ volatile("" : "+r"(pointer));
  return pointer;
}

struct alignas(256) Aligned {
  char bytes[block_size / 2];
};

}  // namespace

#define CHECK(condition) \
  if (!(condition)) return __LINE__

int main() {
  while (held < most) {
    char* block = seen(new (std::nothrow) char[block_size]);
    if (block == nullptr) break;
    reserve[held++] = block;
  }
  CHECK(held > 10 && held < most && calls == 0);
  std::set_new_handler(give_back);
  CHECK(seen(new char[block_size / 2]) != nullptr && calls == 1);
  CHECK(seen(new (std::nothrow) char[2 * block_size]) != nullptr && calls >= 3);
  const int before = calls;
  CHECK(seen(new Aligned) != nullptr && calls >= before);
  CHECK(seen(new (std::nothrow) char[0x7fffffff]) == nullptr);
  CHECK(held == 0 && std::set_new_handler(nullptr) == nullptr);
  return 0;
}
