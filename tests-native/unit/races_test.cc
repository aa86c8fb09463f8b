// Real threads at once, under the race detector: what one thread writes and another reads must be
// ordered by the operations of `Sync`, with the orders that their names say and no more. Each block
// has its own bytes, so one that two threads are given is noticed too; at the end the heap is
// whole.
//
// The detector sees what a run did, so other runs may see more: RACES_ROUNDS=n makes each test so
// many times as long, and SEED=n replays the choices of one seed, though not the order of threads.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "tests-native/support/met_heap.h"
#include "tests-native/support/own_threads_heap.h"
#include "tests-native/support/seeds.h"

// One race is enough: after it, a broken heap may report them for ever.
extern "C" const char* __tsan_default_options();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_options() { return "halt_on_error=1"; }

namespace granary {
namespace {

using test::for_all_seeds;
using test::LowMemory;
using test::NativeSync;
using test::NativeThread;
using test::OwnThreadsHeap;
using test::Random;

using Heap = OwnThreadsHeap<>;

constexpr Alignment usual = Alignment::from_log2(4);
constexpr unsigned thread_count = 4;

unsigned rounds() {
  const char* const named = getenv("RACES_ROUNDS");
  uint64_t count = 1;
  if (named != nullptr && !test::read_number(named, count))
    ADD_FAILURE() << "RACES_ROUNDS is a number";
  return static_cast<unsigned>(count);
}

// A block whose bytes say whose it is, as far as they are looked at: its ends.
struct Owned {
  Address address;
  ByteCount length;

  bool exists() const { return address != 0; }

  void write() const {
    for_ends([this](uint8_t& byte, ByteCount at) { byte = mark(at); });
  }
  void check() const {
    unsigned wrong = 0;
    for_ends([&](const uint8_t& byte, ByteCount at) { wrong += byte != mark(at); });
    if (wrong != 0) ADD_FAILURE() << wrong << " bytes of a block of " << length << " were changed";
  }

 private:
  uint8_t mark(ByteCount at) const { return static_cast<uint8_t>((address >> 4) + at + length); }

  template <class Use>
  void for_ends(Use use) const {
    for (ByteCount at = 0; at < length; ++at) {
      if (at == 32 && length > 64) at = length - 32;
      use(*reinterpret_cast<uint8_t*>(address + at), at);
    }
  }
};

template <class Engine>
Owned alloc(Engine& engine, ByteCount length) {
  const Owned block = {engine.alloc(length, usual), length};
  if (block.exists()) {
    EXPECT_GE(engine.usable_size(block.address), length);
    block.write();
  }
  return block;
}

template <class Engine>
void free(Engine& engine, const Owned& block) {
  if (!block.exists()) return;
  block.check();
  EXPECT_GE(engine.usable_size(block.address), block.length);
  engine.free({block.address, block.length, usual});
}

// Makes a block longer or shorter, moved if need be.
template <class Engine>
void change(Engine& engine, Owned& block, ByteCount length) {
  if (!block.exists()) return;
  block.check();
  const Block old = {block.address, block.length, usual};
  // Either call, as the length happens to say.
  const bool stays = length % 2 == 0 && engine.resize(old, length);
  const Address now = stays ? block.address : engine.remap(old, length);
  if (now == 0) {
    EXPECT_GT(length, block.length) << "a block can always be made smaller";
    return;
  }
  block = {now, length};
  block.write();
}

ByteCount random_length(Random& random) {
  if (random.one_in(30)) return random.between(2000, 40'000);
  return random.between(1, random.one_in(4) ? 2500 : 200);
}

// Runs a thread for each number below `count`, with random choices of its own; half of them may
// wait. At the end each gives back what it holds.
template <class Engine, class Action>
void in_threads(Engine& engine, Random& random, unsigned count, Action action) {
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < count; ++thread) {
    threads.emplace_back([&, thread, seed = random.below(~uint32_t{0})] {
      NativeThread::start(thread % 2 == 0);
      Random own(seed);
      action(thread, own);
      engine.flush();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Races, ThreadsWithBlocksOfTheirOwn) {
  for_all_seeds(10 * rounds(), [](Random& random) {
    Heap heap(30'000);
    in_threads(heap.engine, random, thread_count, [&](unsigned /*thread*/, Random& own) {
      Owned blocks[100] = {};
      for (unsigned call = 0; call < 2000; ++call) {
        Owned& block = blocks[own.below(100)];
        if (own.one_in(5)) {
          change(heap.engine, block, random_length(own));
        } else {
          free(heap.engine, block);
          block = own.one_in(3) ? Owned{} : alloc(heap.engine, random_length(own));
        }
        if (own.one_in(500)) heap.engine.flush();
      }
      for (const Owned& block : blocks) free(heap.engine, block);
    });
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST(Races, ThreadsThatPassTheirBlocksToOneAnother) {
  for_all_seeds(10 * rounds(), [](Random& random) {
    Heap heap;
    std::atomic<Owned*> shared[64] = {};
    in_threads(heap.engine, random, thread_count, [&](unsigned /*thread*/, Random& own) {
      for (unsigned call = 0; call < 3000; ++call) {
        Owned* const mine = new Owned(alloc(heap.engine, random_length(own)));
        Owned* const theirs = shared[own.below(64)].exchange(mine, std::memory_order_acq_rel);
        if (theirs == nullptr) continue;
        free(heap.engine, *theirs);
        delete theirs;
      }
    });
    for (const std::atomic<Owned*>& each : shared) {
      Owned* const left = each.load();
      if (left == nullptr) continue;
      free(heap.engine, *left);
      delete left;
    }
    heap.engine.flush();
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST(Races, ThreadsThatOnlyAllocateAndThreadsThatOnlyFree) {
  for_all_seeds(10 * rounds(), [](Random& random) {
    Heap heap;
    std::mutex mutex;
    std::vector<Owned> passed;
    std::atomic<unsigned> producing{2};
    in_threads(heap.engine, random, thread_count, [&](unsigned thread, Random& own) {
      std::vector<Owned> batch;
      if (thread < 2) {
        for (unsigned block = 0; block < 4000; ++block) {
          batch.push_back(alloc(heap.engine, random_length(own)));
          if (batch.size() < 50) continue;
          const std::lock_guard guard(mutex);
          passed.insert(passed.end(), batch.begin(), batch.end());
          batch.clear();
        }
        const std::lock_guard guard(mutex);
        passed.insert(passed.end(), batch.begin(), batch.end());
        --producing;
        return;
      }
      for (bool is_last = false; !is_last;) {
        is_last = producing == 0;
        {
          const std::lock_guard guard(mutex);
          batch.swap(passed);
        }
        if (batch.empty()) std::this_thread::yield();
        for (const Owned& block : batch) free(heap.engine, block);
        batch.clear();
      }
    });
    ASSERT_TRUE(passed.empty());
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST(Races, ThreadsThatGrowTheMemoryAtOnceAndAStrangerToo) {
  for_all_seeds(10 * rounds(), [](Random& random) {
    Heap heap(0, {3000});
    in_threads(heap.engine, random, thread_count, [&](unsigned thread, Random& own) {
      std::vector<Owned> blocks;
      for (unsigned call = 0; call < 40; ++call) {
        if (thread == 0) {
          heap.memory.grow({own.between(1, 9)});
          continue;
        }
        blocks.push_back(alloc(heap.engine, own.between(50'000, 1'000'000)));
        for (unsigned small = 0; small < 20; ++small) {
          blocks.push_back(alloc(heap.engine, random_length(own)));
        }
        change(heap.engine, blocks[own.below(blocks.size())], own.between(1, 500'000));
      }
      for (const Owned& block : blocks) free(heap.engine, block);
    });
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST(Races, ThreadsThatUseUpASmallMemory) {
  for_all_seeds(20 * rounds(), [](Random& random) {
    Heap heap(20'000, {random.between(5, 12)});
    in_threads(heap.engine, random, thread_count, [&](unsigned /*thread*/, Random& own) {
      std::vector<Owned> blocks;
      for (unsigned refused = 0; refused < 50;) {
        if (own.one_in(3) && !blocks.empty()) {
          std::swap(blocks[own.below(blocks.size())], blocks.back());
          free(heap.engine, blocks.back());
          blocks.pop_back();
        } else if (own.one_in(4) && !blocks.empty()) {
          change(heap.engine, blocks[own.below(blocks.size())], random_length(own));
        } else {
          blocks.push_back(alloc(heap.engine, random_length(own)));
          if (blocks.back().exists()) continue;
          ++refused;
          blocks.pop_back();
          if (own.one_in(4)) heap.engine.flush();
        }
      }
      for (const Owned& block : blocks) free(heap.engine, block);
    });
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
    // All of it is free again, but for the lists of this thread, wherever they lie.
    EXPECT_NE(heap.engine.alloc(2 * wasm_page_size, usual), 0U);
    heap.engine.flush();
  });
}

TEST(Races, AThreadThatLooksAtTheHeapWhileOthersChangeIt) {
  for_all_seeds(4 * rounds(), [](Random& random) {
    Heap heap;
    std::atomic<unsigned> working{thread_count - 1};
    in_threads(heap.engine, random, thread_count, [&](unsigned thread, Random& own) {
      if (thread == 0) {
        while (working.load(std::memory_order_relaxed) != 0) {
          EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
        }
        return;
      }
      for (unsigned call = 0; call < 400; ++call) {
        free(heap.engine, alloc(heap.engine, own.between(1000, 20'000)));
      }
      working.fetch_sub(1, std::memory_order_relaxed);
    });
  });
}

TEST(Races, PagesThatAreLeftWhileAThreadTakesSome) {
  LowMemory memory(0, {4000});
  SparePages<NativeSync> spares;
  std::vector<std::thread> threads;
  constexpr unsigned each = 1000;
  for (unsigned thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&] {
      for (unsigned page = 0; page < each; ++page) spares.leave(memory.grow({1}));
    });
  }
  for (unsigned taken = 0; taken < 3 * each;) {
    const Address page = spares.take(0);
    if (page == 0) continue;
    EXPECT_EQ(*reinterpret_cast<SharedWord*>(page), 0U);
    ++taken;
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Races, ThreadsThatEndWithoutAFlushLoseOnlyWhatTheyHold) {
  for_all_seeds(6 * rounds(), [](Random& random) {
    Heap heap;
    std::atomic<Owned*> shared[16] = {};
    for (unsigned generation = 0; generation < 4; ++generation) {
      in_threads(heap.engine, random, thread_count, [&](unsigned thread, Random& own) {
        for (unsigned call = 0; call < 500; ++call) {
          Owned* const mine = new Owned(alloc(heap.engine, random_length(own)));
          Owned* const theirs = shared[own.below(16)].exchange(mine, std::memory_order_acq_rel);
          if (theirs == nullptr) continue;
          free(heap.engine, *theirs);
          delete theirs;
        }
        if (thread != 0) NativeThread::start(false);
      });
      EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
    }
    for (const std::atomic<Owned*>& each : shared) delete each.load();
  });
}

TEST(Races, InstancesThatMeetWhileOthersAlreadyAllocate) {
  using Met = test::MetHeap<NativeSync, NativeThread>;
  for_all_seeds(100 * rounds(), [](Random& random) {
    LowMemory memory(wasm_page_size, {200});
    Met::memory = &memory;
    SharedPair point = random.below(2) * 12345;
    std::atomic<Address> state{0};
    std::vector<std::thread> threads;
    std::atomic<unsigned> waiting{thread_count};
    for (unsigned thread = 0; thread < thread_count; ++thread) {
      threads.emplace_back([&, thread, seed = random.below(~uint32_t{0})] {
        NativeThread::start(thread % 2 == 0);
        Random own(seed);
        // All begin at once; relaxed, so that this orders nothing.
        waiting.fetch_sub(1, std::memory_order_relaxed);
        while (waiting.load(std::memory_order_relaxed) != 0) std::this_thread::yield();
        const Address mine = Met::meet(point, [] {});
        const Address others = state.exchange(mine, std::memory_order_relaxed);
        EXPECT_TRUE(others == 0 || others == mine) << "there is one heap";
        Met::Engine& engine = Met::at(mine);
        std::vector<Owned> blocks;
        for (unsigned call = 0; call < 100; ++call) {
          blocks.push_back(alloc(engine, own.one_in(20) ? 70'000 : random_length(own)));
        }
        for (const Owned& block : blocks) free(engine, block);
        engine.flush();
      });
    }
    for (std::thread& thread : threads) thread.join();
    Met::state = state;
    EXPECT_EQ(Met::rule(Met::at(state)), GRANARY_NO_RULE);
  });
}

}  // namespace
}  // namespace granary
