// What threads do with a shared heap, one export for each workload. Each thread is an instance of
// this program over the same memory (bench/threads/workers.js); `thread` is its number, from 0 on.
// The calls are malloc and free, each out of line, of whichever allocator is linked.
//
// Each workload returns how many blocks it allocated; the first and last byte of each are written.

#include <stddef.h>
#include <stdint.h>

#define BENCH_EXPORT(name) extern "C" __attribute__((export_name(name)))

extern "C" {
void* malloc(size_t size);
void free(void* block);
}

namespace bench {
namespace {

constexpr unsigned most_threads = 16;

// xorshift32 (G. Marsaglia, "Xorshift RNGs", 2003).
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed * 2654435761U | 1U) {}

  uint32_t below(uint32_t count) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<uint32_t>(uint64_t{state_} * count >> 32);
  }

 private:
  uint32_t state_;
};

// Mostly small, as in most programs: one in eight is up to 2 KiB.
size_t small_size(Random& random) {
  const uint32_t size = 8 + random.below(120);
  return random.below(8) == 0 ? size * 16 : size;
}

using Place = void*;

void* make(size_t size) {
  auto* const block = static_cast<volatile uint8_t*>(malloc(size));
  if (block == nullptr) __builtin_trap();
  block[0] = 1;
  block[size - 1] = 1;
  return const_cast<uint8_t*>(block);
}

void release(void* block) {
  if (block != nullptr) free(block);
}

// Threads that share nothing but the heap.
Place own_places[most_threads][1024];

// Blocks that any thread replaces, and so frees (P.-Å. Larson and M. Krishnan, "Memory Allocation
// for Long-Running Server Applications", 1998).
alignas(64) Place shared_places[4096];

// A queue from one thread to another. Each says how far it is after every batch: a word that passes
// between two cores for each block would take longer than all else.
constexpr uint32_t queue_length = 4096;
constexpr uint32_t queue_batch = 64;
struct Queue {
  alignas(64) uint32_t written;
  alignas(64) uint32_t read;
  alignas(64) Place places[queue_length];
};
Queue queue;

// Returns when the word is not `value` any more. The thread that would change it may need this
// core, so after some looks this one sleeps for a tenth of a millisecond.
void await_change(uint32_t& word, uint32_t value) {
  for (unsigned looks = 0; __atomic_load_n(&word, __ATOMIC_ACQUIRE) == value; ++looks) {
    if (looks < 1000) continue;
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(value),
                                        100'000);
  }
}

// Batches that any thread frees, each a list through the first words of its blocks, as in
// xmalloc-test (C. Lever and D. Boreham, "malloc() Performance in a Multithreaded Linux
// Environment", 2000).
constexpr unsigned batch_length = 64;
alignas(64) Place batches[32];

}  // namespace
}  // namespace bench

using namespace bench;

BENCH_EXPORT("private") uint32_t export_private(uint32_t thread, uint32_t rounds) {
  Random random(thread + 1);
  Place* const places = own_places[thread];
  for (uint32_t round = 0; round < rounds; ++round) {
    Place& place = places[random.below(1024)];
    release(place);
    place = make(small_size(random));
  }
  return rounds;
}

BENCH_EXPORT("larson") uint32_t export_larson(uint32_t thread, uint32_t rounds) {
  Random random(thread + 1);
  for (uint32_t round = 0; round < rounds; ++round) {
    void* const block = make(small_size(random));
    release(__atomic_exchange_n(&shared_places[random.below(4096)], block, __ATOMIC_ACQ_REL));
  }
  return rounds;
}

// Thread 0 allocates what thread 1 frees. With `alone` one thread does both, batch by batch.
BENCH_EXPORT("queue") uint32_t export_queue(uint32_t thread, uint32_t rounds, uint32_t alone) {
  Random random(1);
  for (uint32_t batch = 0; batch < rounds; batch += queue_batch) {
    const uint32_t number = batch % queue_length;
    if (thread == 0) {
      if (alone == 0) await_change(queue.read, batch - queue_length);
      for (uint32_t index = 0; index < queue_batch; ++index) {
        queue.places[number + index] = make(small_size(random));
      }
      __atomic_store_n(&queue.written, batch + queue_batch, __ATOMIC_RELEASE);
    }
    if (thread != 0 || alone != 0) {
      await_change(queue.written, batch);
      for (uint32_t index = 0; index < queue_batch; ++index) release(queue.places[number + index]);
      __atomic_store_n(&queue.read, batch + queue_batch, __ATOMIC_RELEASE);
    }
  }
  return thread == 0 ? rounds : 0;
}

BENCH_EXPORT("xmalloc") uint32_t export_xmalloc(uint32_t thread, uint32_t rounds) {
  Random random(thread + 1);
  for (uint32_t round = 0; round < rounds; ++round) {
    void* batch = nullptr;
    for (unsigned count = 0; count < batch_length; ++count) {
      void* const block = make(small_size(random));
      *static_cast<void**>(block) = batch;
      batch = block;
    }
    batch = __atomic_exchange_n(&batches[random.below(32)], batch, __ATOMIC_ACQ_REL);
    while (batch != nullptr) {
      void* const next = *static_cast<void**>(batch);
      release(batch);
      batch = next;
    }
  }
  return rounds * batch_length;
}
