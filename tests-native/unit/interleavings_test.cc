// Every order of the steps of a few threads, within bounds: the lock lets one in at a time and
// forgets nobody, instances that come at once found one heap and lose no page, and a block belongs
// to one thread, whose class map is right about it.
//
// Each test says at least how many orders there are, so that none can try nothing unseen.
#include "tests-native/support/interleavings.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "alloc/threads/lock.h"
#include "alloc/threads/meeting.h"
#include "alloc/threads/spare_pages.h"
#include "tests-native/support/met_heap.h"
#include "tests-native/support/own_threads_heap.h"

namespace granary {
namespace {

using test::Interleavings;
using test::LowMemory;

using Atomics = Interleavings::Atomics;
using Bounds = Interleavings::Bounds;

constexpr Alignment usual = Alignment::from_log2(4);

void expect_orders(uint64_t count, uint64_t least) {
  printf("  %llu orders\n", static_cast<unsigned long long>(count));
  EXPECT_GE(count, least);
}

// --- the lock ---

// Threads that take the lock some times each; the bits of `who_waits` say which may wait.
uint64_t explore_lock(Bounds bounds, unsigned threads, unsigned turns, unsigned who_waits) {
  Lock<Atomics> lock;
  unsigned inside = 0;
  unsigned entered = 0;
  std::vector<Interleavings::Thread> bodies;
  for (unsigned thread = 0; thread < threads; ++thread) {
    const bool may_wait = (who_waits >> thread & 1) != 0;
    bodies.push_back({may_wait, [&, may_wait, turns] {
                        for (unsigned turn = 0; turn < turns; ++turn) {
                          lock.take(may_wait);
                          Interleavings::check(inside++ == 0, "two threads have the lock");
                          Interleavings::point();
                          ++entered;
                          --inside;
                          lock.release();
                        }
                      }});
  }
  return Interleavings::explore(
      bounds, bodies,
      [&] {
        lock = {};
        entered = 0;
      },
      [&] {
        Interleavings::check(entered == threads * turns, "every thread had its turns");
        const Lock<Atomics> unused;
        Interleavings::check(__builtin_memcmp(&lock, &unused, sizeof lock) == 0,
                             "the lock is free at the end");
      });
}

TEST(Interleavings, TwoThreadsTakeTheLockInEveryOrder) {
  uint64_t count = 0;
  for (unsigned who_waits = 0; who_waits < 4; ++who_waits) {
    count += explore_lock({.preemptions = 6}, 2, 2, who_waits);
  }
  expect_orders(count, 20'000);
}

TEST(Interleavings, ThreadsThatWakeByThemselvesTakeTheLockInEveryOrder) {
  expect_orders(explore_lock({.preemptions = 5, .wakes = 2}, 2, 2, 3), 5000);
}

TEST(Interleavings, ThreeThreadsTakeTheLockWhoeverOfThemMayWait) {
  uint64_t count = 0;
  for (unsigned who_waits = 0; who_waits < 8; ++who_waits) {
    count += explore_lock({.preemptions = 3}, 3, 1, who_waits);
  }
  expect_orders(count, 50'000);
}

TEST(Interleavings, ThreeThreadsThatSleepAreAllWoken) {
  expect_orders(explore_lock({.preemptions = 4, .wakes = 1}, 3, 1, 7), 100'000);
}

TEST(Interleavings, ALockThatForgetsWhoWaitsIsADeadlock) {
  // So that a deadlock would be seen at all.
  const auto forget = [] {
    SharedWord word = 1;
    Interleavings::explore(
        {.preemptions = 3},
        {{true, [&] { Atomics::wait(word, 1); }},
         {true, [&] { Atomics::exchange_release(word, 0); }}},
        [&] { word = 1; }, [] {});
  };
  EXPECT_EXIT(forget(), testing::ExitedWithCode(1), "a thread waits that nobody will wake");
}

TEST(Interleavings, EveryOrderOfIndependentStepsIsTriedOnce) {
  // Two threads of two steps each, whose beginnings are steps too: 6 over 3.
  SharedWord words[2] = {};
  std::set<std::vector<unsigned>> orders;
  std::vector<unsigned> order;
  const auto body = [&](unsigned thread) {
    order.push_back(thread);
    for (unsigned step = 0; step < 2; ++step) {
      Atomics::exchange_acquire(words[thread], 1);
      order.push_back(thread);
    }
  };
  const uint64_t count = Interleavings::explore(
      {.preemptions = 100}, {{false, [&] { body(0); }}, {false, [&] { body(1); }}},
      [&] { order.clear(); }, [&] { orders.insert(order); });
  EXPECT_EQ(count, 20U);
  EXPECT_EQ(orders.size(), 20U);
}

// --- spare pages ---

TEST(Interleavings, PagesThatAreLeftAtOnceAreAllTakenOnce) {
  LowMemory memory;
  const Address first = memory.grow({2});
  const Address pages[] = {first, first + wasm_page_size};
  SparePages<Atomics> spares;
  std::multiset<Address> taken;
  const auto leave = [&](unsigned index) { spares.leave(pages[index]); };
  const auto take = [&] {
    for (unsigned turn = 0; turn < 2; ++turn) {
      const Address page = spares.take(0);
      if (page == 0) continue;
      Interleavings::check(*reinterpret_cast<SharedWord*>(page) == 0, "a spare page is zero");
      taken.insert(page);
    }
  };
  const uint64_t count = Interleavings::explore(
      {.preemptions = 100}, {{false, [&] { leave(0); }}, {false, [&] { leave(1); }}, {false, take}},
      [&] {
        spares = {};
        taken.clear();
      },
      [&] {
        for (Address page = spares.take(0); page != 0; page = spares.take(0)) taken.insert(page);
        Interleavings::check(taken == std::multiset<Address>{pages[0], pages[1]},
                             "each page is taken once");
      });
  expect_orders(count, 3000);
}

// --- the meeting ---

using MetHeap = test::MetHeap<Atomics, Interleavings::Local>;

// Instances that come at once; each allocates so that the heap grows, and frees.
uint64_t explore_meeting(Bounds bounds, unsigned instances, bool growing) {
  LowMemory memory(3 * wasm_page_size, {40});
  MetHeap::memory = &memory;
  SharedPair point = 0;
  std::vector<Address> states;
  std::vector<Address> blocks;
  const auto body = [&] {
    const Address state = MetHeap::meet(point, [] { Interleavings::point(); });
    states.push_back(state);
    MetHeap::Engine& engine = MetHeap::at(state);
    for (const ByteCount length : {40U, 60'000U}) {
      if (!growing) break;
      const Address block = engine.alloc(length, usual);
      Interleavings::check(block != 0, "there is memory");
      Interleavings::check(MetHeap::owns(block, length), "a block lies in the heap's memory");
      *reinterpret_cast<Address*>(block) = block;
      blocks.push_back(block);
    }
  };
  return Interleavings::explore(
      bounds, std::vector<Interleavings::Thread>(instances, {false, body}),
      [&] {
        memory.reset();
        point = 0;
        states.clear();
        blocks.clear();
        MetHeap::forget();
      },
      [&] {
        for (const Address state : states) {
          Interleavings::check(state == states[0], "there is one heap");
        }
        for (const Address block : blocks) {
          Interleavings::check(*reinterpret_cast<Address*>(block) == block,
                               "a block belongs to one thread");
        }
        MetHeap::Engine& engine = MetHeap::at(states[0]);
        Interleavings::check(MetHeap::rule(engine) == GRANARY_NO_RULE, "the heap is whole");
        // What was grown for a state that was not needed is still there.
        const ByteCount unused = MetHeap::take_spares(engine);
        if (!growing) {
          Interleavings::check(unused + 1 == memory.grown_pages(), "no page is lost");
        }
      });
}

TEST(Interleavings, InstancesThatComeAtOnceFoundOneHeapAndLoseNoPage) {
  expect_orders(explore_meeting({.preemptions = 100}, 2, false), 70);
  expect_orders(explore_meeting({.preemptions = 4}, 3, false), 5000);
}

TEST(Interleavings, InstancesThatComeWhileTheHeapGrowsFindItAndItStaysWhole) {
  expect_orders(explore_meeting({.preemptions = 4}, 2, true), 1000);
  expect_orders(explore_meeting({.preemptions = 2}, 3, true), 2000);
}

// --- the engine ---

using Heap = test::OwnThreadsHeap<Atomics, Interleavings::Local>;

class Blocks {
 public:
  explicit Blocks(Heap& heap) : heap_(heap) {}

  Address alloc(ByteCount length) {
    const Address block = heap_.engine.alloc(length, usual);
    Interleavings::point();
    if (block == 0) return 0;
    Interleavings::check(live_.insert(block).second, "a block is handed out once");
    // Without the lock, as the thread itself would ask.
    Interleavings::check(heap_.engine.usable_size(block) >= length, "the map knows the block");
    Interleavings::check(heap_.is_mapped_right(block), "the map is right about the block");
    for_its_ends(block, length, [block](uint8_t& byte) { byte = mark_of(block); });
    return block;
  }

  void free(Address block, ByteCount length) {
    if (block == 0) return;
    for_its_ends(block, length, [block](const uint8_t& byte) {
      Interleavings::check(byte == mark_of(block), "a block keeps its bytes");
    });
    Interleavings::check(heap_.is_mapped_right(block), "the map is right while the block lives");
    Interleavings::check(live_.erase(block) == 1, "a block is freed once");
    Interleavings::point();
    heap_.engine.free_unsized(block);
  }

  void forget() { live_.clear(); }

 private:
  static uint8_t mark_of(Address block) { return static_cast<uint8_t>(block >> 4); }

  template <class Use>
  static void for_its_ends(Address block, ByteCount length, Use use) {
    for (ByteCount byte = 0; byte < length; ++byte) {
      if (byte == 64 && length > 128) byte = length - 64;
      use(*reinterpret_cast<uint8_t*>(block + byte));
    }
  }

  Heap& heap_;
  std::set<Address> live_;
};

// Two threads over a heap whose class of 2 KiB has some spans, of which all slots but the last are
// free: so a span becomes free memory and free memory a span at nearly every call.
class EngineOrders : public testing::Test {
 protected:
  void make_spans() {
    std::vector<Address> blocks;
    for (unsigned block = 0; block < 24; ++block) {
      blocks.push_back(heap_.engine.alloc(2048, usual));
    }
    for (const Address block : blocks) heap_.engine.free_unsized(block);
    heap_.engine.flush();
  }

  uint64_t explore(Bounds bounds, const std::function<void()>& one,
                   const std::function<void()>& other) {
    return Interleavings::explore(
        bounds, {{true, one}, {false, other}},
        [this] {
          heap_.reset();
          blocks_.forget();
          passed_[0] = passed_[1] = 0;
          make_spans();
        },
        [this] { Interleavings::check(heap_.rule() == GRANARY_NO_RULE, "the heap is whole"); });
  }

  Heap heap_{0, {12}};
  Blocks blocks_{heap_};
  Address passed_[2] = {};
};

TEST_F(EngineOrders, TwoThreadsAllocateAndFreeTheSameClass) {
  const auto body = [this] {
    const Address first = blocks_.alloc(2048);
    const Address second = blocks_.alloc(2048);
    blocks_.free(first, 2048);
    blocks_.free(second, 2048);
    heap_.engine.flush();
  };
  expect_orders(explore({.preemptions = 3}, body, body), 5000);
}

TEST_F(EngineOrders, OneThreadNeedsAsALargeBlockWhatAnotherGivesBackAsASpan) {
  const auto small = [this] {
    const Address block = blocks_.alloc(2048);
    blocks_.free(block, 2048);
    heap_.engine.flush();
    blocks_.free(blocks_.alloc(2048), 2048);
  };
  const auto large = [this] {
    const Address block = blocks_.alloc(40'000);
    blocks_.free(block, 40'000);
    blocks_.free(blocks_.alloc(100'000), 100'000);
  };
  expect_orders(explore({.preemptions = 3}, small, large), 5000);
}

TEST_F(EngineOrders, ABlockThatIsPassedOnIsFreedByTheOther) {
  const auto body = [this](unsigned thread) {
    const Address own = blocks_.alloc(thread == 0 ? 2048 : 30);
    passed_[thread] = own;
    Interleavings::point();
    const Address others = passed_[1 - thread];
    passed_[1 - thread] = 0;
    blocks_.free(others, thread == 0 ? 30 : 2048);
    blocks_.free(blocks_.alloc(30), 30);
    heap_.engine.flush();
  };
  expect_orders(explore({.preemptions = 3}, [&] { body(0); }, [&] { body(1); }), 5000);
}

TEST_F(EngineOrders, TwoThreadsGrowTheMemoryAtOnce) {
  const auto body = [this] {
    blocks_.free(blocks_.alloc(150'000), 150'000);
    blocks_.alloc(70'000);
  };
  expect_orders(explore({.preemptions = 3}, body, body), 5000);
}

}  // namespace
}  // namespace granary
