// Every way in which the language itself allocates: each `new` expression here compiles to another
// form of operator new, each `delete` to another form of operator delete.
#include <granary.h>

// As in <new>, which a bare program does not have.
namespace std {
enum class align_val_t : size_t {};
struct nothrow_t {
  explicit nothrow_t() = default;
};
extern const nothrow_t nothrow;
}  // namespace std

void* operator new(size_t size, const std::nothrow_t&) noexcept;
void* operator new[](size_t size, const std::nothrow_t&) noexcept;
void* operator new(size_t size, std::align_val_t, const std::nothrow_t&) noexcept;
void* operator new[](size_t size, std::align_val_t, const std::nothrow_t&) noexcept;

namespace {

int alive = 0;

struct Counted {
  int value = 7;
  Counted() { ++alive; }
  virtual ~Counted() { --alive; }
};

struct Derived : Counted {
  double more[10] = {};
};

struct alignas(256) Aligned {
  char bytes[300];
  Aligned() { ++alive; }
  ~Aligned() { --alive; }
};

// No runtime has memory for two: with 32-bit addresses there are 4 GiB, with 64-bit ones 16 GiB.
constexpr size_t huge = sizeof(void*) == 4 ? 0x7fff0000 : size_t{9} << 30;

struct Huge {
  char bytes[huge];
};

struct alignas(64) HugeAligned {
  char bytes[huge];
};

// The compiler may leave a new and its delete out where it sees both.
template <class T>
T* seen(T* pointer) {
  __asm__ volatile("" : "+r"(pointer));
  return pointer;
}

template <class T>
bool is_aligned(T* pointer) {
  return pointer != nullptr && reinterpret_cast<uintptr_t>(pointer) % alignof(T) == 0;
}

// An array with destructors begins after a count: its block is aligned, and so are its elements.
template <class T>
bool lives_and_dies(int count, T* pointer, void (*end)(T*)) {
  const bool good = is_aligned(pointer) && alive == count;
  end(pointer);
  return good && alive == 0;
}

#define CHECK(condition) \
  if (!(condition)) return __LINE__

}  // namespace

// 0, or the line that failed.
extern "C" __attribute__((export_name("run"))) int run() {
  int* number = seen(new int(5));
  CHECK(is_aligned(number) && *number == 5);
  delete number;
  int* numbers = seen(new int[1000]());
  CHECK(is_aligned(numbers) && numbers[999] == 0);
  delete[] numbers;

  CHECK(lives_and_dies<Counted>(1, seen(new Derived), [](Counted* it) { delete it; }));
  CHECK(lives_and_dies<Counted>(9, seen(new Counted[9]), [](Counted* it) { delete[] it; }));
  CHECK(lives_and_dies<Aligned>(1, seen(new Aligned), [](Aligned* it) { delete it; }));
  CHECK(lives_and_dies<Aligned>(9, seen(new Aligned[9]), [](Aligned* it) { delete[] it; }));

  CHECK(lives_and_dies<Counted>(1, seen(new (std::nothrow) Counted), [](auto* it) { delete it; }));
  CHECK(lives_and_dies<Aligned>(3, seen(new (std::nothrow) Aligned[3]),
                                [](auto* it) { delete[] it; }));
  CHECK(seen(new (std::nothrow) Huge[1]) != nullptr);
  CHECK(seen(new (std::nothrow) Huge[1]) == nullptr);
  CHECK(seen(new (std::nothrow) Huge) == nullptr);
  CHECK(seen(new (std::nothrow) HugeAligned) == nullptr);
  CHECK(seen(new (std::nothrow) HugeAligned[1]) == nullptr);

  delete seen<int>(nullptr);
  delete[] seen<int>(nullptr);
  delete seen<Aligned>(nullptr);
  delete[] seen<Counted>(nullptr);
  return 0;
}

// Traps in place of throwing std::bad_alloc.
extern "C" __attribute__((export_name("fail"))) void fail(size_t count) { seen(new char[count]); }
