// The face of C++: every replaceable form of operator new and operator delete of C++20
// ([new.delete] of the standard), each weak, so that a program may still replace some. Where there
// is no memory, they call the new-handler, if the program has a C++ library that knows of one. A
// bare program has no exceptions: where operator new would throw bad_alloc, it traps in a function
// whose name is the reason, because a stack trace shows that name.
#include "alloc/abi/heap.h"
#include "alloc/abi/objects.h"
#include "include/granary.h"

// These are the declarations of <new>, which belongs to a C++ library that a bare program may lack.
namespace std {

enum class align_val_t : size_t {};

struct nothrow_t {
  explicit nothrow_t() = default;
};

// This is weak like the operators, because a C++ library that is linked as well has one of its own.
[[gnu::weak]] extern const nothrow_t nothrow{};

using new_handler = void (*)();

// This is null where no C++ library is linked, or no part of one that knows of a handler: a program
// that sets a handler has this function too.
// NOLINTNEXTLINE(misc-use-internal-linkage)
[[gnu::weak, gnu::visibility("default")]] new_handler get_new_handler() noexcept;

}  // namespace std

namespace {

using granary::address_of;
using granary::Alignment;

// The alignment of a `new` whose type asks for no more.
constexpr Alignment default_alignment = Alignment::from_bytes(__STDCPP_DEFAULT_NEW_ALIGNMENT__);

std::new_handler current_handler() {
  return std::get_new_handler != nullptr ? std::get_new_handler() : nullptr;
}

// Returns null once there is no handler: a handler that cannot help removes itself, or does not
// return.
[[gnu::noinline]] void* allocate_with_handler(size_t size, Alignment alignment) {
  void* ptr = nullptr;
  while (ptr == nullptr) {
    const std::new_handler handler = current_handler();
    if (handler == nullptr) break;
    handler();
    ptr = granary::alloc_object(size, alignment);
  }
  return ptr;
}

[[gnu::always_inline]] inline void* try_allocate(size_t size, Alignment alignment) {
  void* const ptr = granary::alloc_object(size, alignment);
  return ptr != nullptr ? ptr : allocate_with_handler(size, alignment);
}

// The standard leaves an alignment that is no power of two undefined; here it finds no memory, and
// no handler could help.
[[gnu::always_inline]] inline void* try_allocate(size_t size, std::align_val_t align) {
  const size_t bytes = static_cast<size_t>(align);
  return granary::is_power_of_two(bytes) ? try_allocate(size, Alignment::from_bytes(bytes))
                                         : nullptr;
}

[[gnu::always_inline]] inline void release(void* ptr) noexcept {
  if (ptr != nullptr) granary::heap().free_unsized(address_of(ptr));
}

}  // namespace

extern "C" [[noreturn, gnu::noinline, gnu::weak]] void granary_operator_new_found_no_memory() {
  __builtin_trap();
}

namespace {

[[gnu::always_inline]] inline void* or_trap(void* ptr) {
  if (ptr == nullptr) [[unlikely]]
    granary_operator_new_found_no_memory();
  return ptr;
}

}  // namespace

// clang-tidy thinks that only this file uses the forms with nothrow_t.
// NOLINTBEGIN(misc-use-internal-linkage)

// --- new -----------------------------------------------------------------------------------------
// The array forms call the single ones, as the standard asks: a program that replaces those
// replaces these too.

[[gnu::weak]] void* operator new(size_t size) {
  return or_trap(try_allocate(size, default_alignment));
}
[[gnu::weak]] void* operator new(size_t size, std::align_val_t align) {
  return or_trap(try_allocate(size, align));
}
[[gnu::weak]] void* operator new(size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return try_allocate(size, default_alignment);
}
[[gnu::weak]] void* operator new(size_t size, std::align_val_t align,
                                 const std::nothrow_t& /*tag*/) noexcept {
  return try_allocate(size, align);
}

[[gnu::weak]] void* operator new[](size_t size) { return ::operator new(size); }
[[gnu::weak]] void* operator new[](size_t size, std::align_val_t align) {
  return ::operator new(size, align);
}
[[gnu::weak]] void* operator new[](size_t size, const std::nothrow_t& tag) noexcept {
  return ::operator new(size, tag);
}
[[gnu::weak]] void* operator new[](size_t size, std::align_val_t align,
                                   const std::nothrow_t& tag) noexcept {
  return ::operator new(size, align, tag);
}

// --- delete --------------------------------------------------------------------------------------
// The engine needs neither the size nor the alignment, so the forms that have them call the plain
// one.

[[gnu::weak]] void operator delete(void* ptr) noexcept { release(ptr); }
[[gnu::weak]] void operator delete(void* ptr, size_t /*size*/) noexcept { ::operator delete(ptr); }
[[gnu::weak]] void operator delete(void* ptr, std::align_val_t /*align*/) noexcept { release(ptr); }
[[gnu::weak]] void operator delete(void* ptr, size_t /*size*/, std::align_val_t align) noexcept {
  ::operator delete(ptr, align);
}
[[gnu::weak]] void operator delete(void* ptr, const std::nothrow_t& /*tag*/) noexcept {
  ::operator delete(ptr);
}
[[gnu::weak]] void operator delete(void* ptr, std::align_val_t align,
                                   const std::nothrow_t& /*tag*/) noexcept {
  ::operator delete(ptr, align);
}

[[gnu::weak]] void operator delete[](void* ptr) noexcept { ::operator delete(ptr); }
[[gnu::weak]] void operator delete[](void* ptr, size_t /*size*/) noexcept {
  ::operator delete[](ptr);
}
[[gnu::weak]] void operator delete[](void* ptr, std::align_val_t align) noexcept {
  ::operator delete(ptr, align);
}
[[gnu::weak]] void operator delete[](void* ptr, size_t /*size*/, std::align_val_t align) noexcept {
  ::operator delete[](ptr, align);
}
[[gnu::weak]] void operator delete[](void* ptr, const std::nothrow_t& /*tag*/) noexcept {
  ::operator delete[](ptr);
}
[[gnu::weak]] void operator delete[](void* ptr, std::align_val_t align,
                                     const std::nothrow_t& /*tag*/) noexcept {
  ::operator delete[](ptr, align);
}

// NOLINTEND(misc-use-internal-linkage)
