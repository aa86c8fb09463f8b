// A program that replaces one form of operator new and one of operator delete, and reports in its
// own way when there is no memory. Blocks of its own operator new lie in `own_memory`.
#include <granary.h>

namespace std {
enum class align_val_t : size_t {};
}  // namespace std

namespace {

alignas(16) char own_memory[4096];
size_t own_used = 0;
int frees = 0;
int reports = 0;

template <class T>
T* seen(T* pointer) {
  __asm__ volatile("" : "+r"(pointer));
  return pointer;
}

bool is_own(const void* pointer) {
  return pointer >= own_memory && pointer < own_memory + sizeof own_memory;
}

struct Counted {
  int value = 7;
  ~Counted() { value = 0; }
};

struct alignas(256) Aligned {
  char bytes[300];
};

#define CHECK(condition) \
  if (!(condition)) return __LINE__

}  // namespace

void* operator new(size_t size) {
  void* block = own_memory + own_used;
  own_used += (size + 15) & ~size_t{15};
  return block;
}

void operator delete(void* pointer) noexcept {
  if (is_own(pointer)) ++frees;
}

extern "C" void granary_operator_new_found_no_memory() {
  ++reports;
  __builtin_trap();
}

// 0, or the line that failed.
extern "C" __attribute__((export_name("run"))) int run() {
  int* number = seen(new int);
  CHECK(is_own(number));
  delete number;  // with its size
  CHECK(frees == 1);
  int* numbers = seen(new int[10]);
  CHECK(is_own(numbers));
  delete[] numbers;
  CHECK(frees == 2);
  Counted* array = seen(new Counted[10]);
  CHECK(is_own(array));
  delete[] array;  // with its size
  CHECK(frees == 3);
  // The forms that were not replaced are the library's.
  Aligned* aligned = seen(new Aligned);
  CHECK(aligned != nullptr && !is_own(aligned));
  delete aligned;
  CHECK(frees == 3);
  return 0;
}

extern "C" __attribute__((export_name("fail"))) void fail() {
  for (int i = 0; i < 100; i++) seen(new Aligned[1000]);
}

extern "C" __attribute__((export_name("reports"))) int reports_so_far() { return reports; }
