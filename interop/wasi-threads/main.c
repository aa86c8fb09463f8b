/* A program as wasi-threads has them (WebAssembly/wasi-threads, "Proposed Wasm Import/Export"):
 * threads start by the import `thread-spawn`, as instances that the host calls in
 * `wasi_thread_start`. The stack of a thread, and its thread-local data, are blocks that another
 * thread allocated. No C library. */
#include "granary.h"
#include "granary_inspect.h"
#include "granary_threads.h"

enum { threads = 3, mailboxes = 64, rounds = 5000, stack_size = 16384 };

/* The assembly below reads the first two words. */
typedef struct {
  void* stack_pointer;
  void* thread_local_data;
  uint32_t number;
} start;

__attribute__((import_module("wasi"), import_name("thread-spawn"))) int32_t
thread_spawn(start* with);

void __wasm_init_tls(void* data); /* NOLINT(bugprone-reserved-identifier): the linker defines it. */

/* Nothing may use the stack before it is the thread's own. */
__asm__(
    ".globaltype __stack_pointer, i32\n"
    ".functype __wasm_init_tls (i32) -> ()\n"
    ".functype run_thread (i32) -> ()\n"
    ".export_name wasi_thread_start, wasi_thread_start\n"
    ".globl wasi_thread_start\n"
    ".type wasi_thread_start, @function\n"
    "wasi_thread_start:\n"
    ".functype wasi_thread_start (i32, i32) -> ()\n"
    "local.get 1\n"
    "i32.load 0\n"
    "global.set __stack_pointer\n"
    "local.get 1\n"
    "i32.load 4\n"
    "call __wasm_init_tls\n"
    "local.get 1\n"
    "call run_thread\n"
    "end_function\n");

typedef struct {
  size_t size;
  unsigned char bytes[];
} block;

static _Atomic(block*) mailbox[mailboxes];
static _Atomic(int32_t) running;
static _Atomic(uint32_t) wrong;
static _Thread_local uint32_t state;

/* Xorshift (G. Marsaglia, "Xorshift RNGs", 2003). */
static uint32_t next_number(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void end(block* it) {
  if (it == NULL) return;
  for (size_t at = 0; at < it->size; at++) wrong += it->bytes[at] != (unsigned char)it->size;
  free(it);
}

void run_thread(const start* with) {
  state = with->number;
  granary_thread_may_wait(1);
  for (int round = 0; round < rounds; round++) {
    const uint32_t number = next_number();
    const size_t size = number % 16 == 0 ? number / 16 % 30000 : number / 16 % 300;
    block* const made = malloc(sizeof(block) + size);
    if (made == NULL) __builtin_trap();
    made->size = size;
    __builtin_memset(made->bytes, (int)size, size);
    end(__c11_atomic_exchange(&mailbox[next_number() % mailboxes], made, __ATOMIC_ACQ_REL));
  }
  granary_thread_flush();
  running--;
  __builtin_wasm_memory_atomic_notify((int*)&running, 1);
}

/* Returns how many bytes of all blocks were wrong. */
__attribute__((export_name("run"))) uint32_t run(uint32_t seed) {
  granary_thread_may_wait(1);
  running = threads;
  for (uint32_t number = 0; number < threads; number++) {
    char* const stack = aligned_alloc(16, stack_size);
    start* const with = malloc(sizeof(start));
    if (stack == NULL || with == NULL) __builtin_trap();
    with->stack_pointer = stack + stack_size;
    with->thread_local_data = memalign(__builtin_wasm_tls_align(), __builtin_wasm_tls_size());
    with->number = (seed * threads + number) * 2 + 1;
    if (thread_spawn(with) < 0) __builtin_trap();
  }
  for (int32_t left = running; left != 0; left = running) {
    __builtin_wasm_memory_atomic_wait32((int*)&running, left, -1);
  }
  for (int at = 0; at < mailboxes; at++)
    end(__c11_atomic_exchange(&mailbox[at], NULL, __ATOMIC_ACQ_REL));
  return granary_verify() == 0 ? wrong : ~wrong;
}
