// The face of a module over a memory that threads share: a start function, which finds the heap or
// founds it, the table of the four calls, and what a thread says of itself (docs/threads.md).
#include "alloc/abi/module_calls.h"
#include "alloc/threads/meeting.h"

extern "C" {

// The address of the table of the four calls, as in other modules; here only an instance knows it.
extern granary::ModuleGlobal vtable;
constinit granary::ModuleGlobal vtable = 0;

// The address of the fault record of a checked module, which only an instance knows too.
extern granary::ModuleGlobal fault;
constinit granary::ModuleGlobal fault = 0;

}  // extern "C"

namespace granary {

constinit ModuleGlobal imported_state = 0;
constinit ModuleGlobal thread_lists = 0;
constinit ModuleGlobal thread_waits = 0;
constinit ModuleGlobal thread_stack = 0;

namespace {

// The addresses 8 to 15 are the meeting point of the instances. Linkers place nothing there: data
// begins at 1,024, or behind a stack that would have to overflow first.
constexpr Address meeting_point = 8;

// There is no heap without a page for its state.
Address grow_page() {
  const Address page = WasmMemory::grow({1});
  if (page == 0) __builtin_trap();
  return page;
}

// What an instance does when it is made, by what its engine has: lists of free blocks for each
// thread, or checks.
template <class Engine>
struct Instance {
  // A heap without checks is right when all of it is zero.
  static Address found() { return grow_page(); }

  // A page below the state is lost, because a heap begins with the page of its state. That happens
  // when this instance grew its page before the one that won. It must not even look at the state:
  // V8 compares atomic accesses with a size of the memory that it may not have brought up to date
  // since.
  static void leave_spare(Address state, Address page) {
    if (page < state) return;
    imported_state = state;
    static_cast<Engine&>(heap()).leave_spare(page);
  }

  static void start() {
    thread_lists = reinterpret_cast<Address>(&static_cast<Engine&>(heap()).no_lists());
  }
};

template <class Engine>
  requires requires { typename Engine::Behind::Engine; }
struct Instance<Engine> {
  // The limits are the only state that is not zero at the start. No other instance sees this page
  // yet.
  static Address found() {
    imported_state = grow_page();
    static_cast<Engine&>(heap()).unshared().set_default_limits();
    return imported_state;
  }

  // The page of an instance that came second becomes its stack.
  static void leave_spare(Address /*state*/, Address page) { thread_stack = page + wasm_page_size; }

  static void start() {
    if (thread_stack == 0) thread_stack = grow_page() + wasm_page_size;
    __stack_pointer = thread_stack;
    fault = reinterpret_cast<Address>(&in_imported_memory<Fault>());
  }
};

}  // namespace

}  // namespace granary

extern "C" {

// Runs when the module is instantiated, before anything can be called. Instantiating traps when
// there is no heap yet and the memory cannot grow by a page.
void start() {
  using namespace granary;
  using Own = Instance<ProductEngine>;
  imported_state =
      meet<WasmSync>(*reinterpret_cast<SharedPair*>(meeting_point), Own::found, Own::leave_spare);
  Own::start();
  // A program calls through this table, so it has to lie in the memory. Every instance writes the
  // same.
  in_imported_memory<raw::VTable>() = {alloc, resize, remap, free};
  vtable = reinterpret_cast<Address>(&in_imported_memory<raw::VTable>());
}

// Gives back what this thread holds: for a thread that ends, or that will not allocate for a while.
void thread_flush() { granary::heap().flush(); }

// Says whether this thread may wait for the heap's lock by memory.atomic.wait32, which the main
// thread of a browser must not do: it looks at the lock until it is free, as every thread does that
// has not said otherwise.
void thread_may_wait(unsigned allowed) { granary::thread_waits = allowed; }

}  // extern "C"
