// Runs a few virtual threads one step at a time, in every order that the bounds allow. A step ends
// before each operation of a `Sync` and wherever a test calls `point`; there another thread may go
// on. An order is a list of choices: the first run takes the first of each, and each run after it
// changes the last choice that has another alternative left. So every run is another order, and all
// of it is the same every time.
//
// The threads see one memory, sequentially consistent; what a weaker order of an operation would
// allow, the race detector sees (unit/races_test.cc). A program that has this is not compiled with
// AddressSanitizer, which loses its way between the stacks.
//
// Two kinds of orders differ in nothing but the number of steps, and are tried once:
//   - A thread that loads a word again and again sees the same value until another changes it. It
//     goes on when that happens; or, if it may wait, it has looked as often as it ever does.
//   - Threads that sleep or look have no steps. When all that are left do, that is a deadlock.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include <functional>
#include <memory>
#include <vector>

#include "alloc/threads/thread_lists.h"
#include "runtime/sync.h"

namespace granary::test {

class Interleavings {
 public:
  struct Bounds {
    // How often a thread that could go on is interrupted.
    unsigned preemptions;
    // How often a thread that sleeps wakes by itself.
    unsigned wakes = 0;
  };

  struct Thread {
    bool may_wait;
    std::function<void()> run;
  };

  // Calls `before`, lets the threads run, and calls `after`: once for each order. Returns how many
  // orders there were. A deadlock, or a failed `check`, ends the program with the order.
  static uint64_t explore(Bounds bounds, const std::vector<Thread>& threads,
                          const std::function<void()>& before, const std::function<void()>& after) {
    Interleavings all(bounds, threads);
    now_ = &all;
    uint64_t count = 0;
    do {
      all.next_choice_ = 0;
      all.current_ = outside;
      for (Fiber& fiber : all.fibers_) fiber.lists = nullptr;
      outside_lists_ = nullptr;
      before();
      all.run();
      after();
      ++count;
    } while (all.advance());
    now_ = nullptr;
    return count;
  }

  // Another thread may go on here.
  static void point() {
    if (!is_outside()) now_->reach_point();
  }

  // What has to be true, however the threads ran.
  static void check(bool holds, const char* what) {
    if (holds) return;
    fprintf(stderr, "broken: %s\n", what);
    if (now_ == nullptr) exit(1);
    now_->die();
  }

  // --- what the policies of the code that is tried are made of ---

  struct Atomics {
    static SharedWord load(SharedWord& word) {
      if (is_outside()) return word;
      now_->look(word);
      return word;
    }
    static SharedWord load_acquire(SharedWord& word) {
      step();
      return word;
    }
    static SharedPair load_acquire(SharedPair& pair) {
      step();
      return pair;
    }
    static SharedWord exchange_acquire(SharedWord& word, SharedWord desired) {
      step();
      return write(word, desired);
    }
    static SharedWord exchange_release(SharedWord& word, SharedWord desired) {
      step();
      return write(word, desired);
    }
    static SharedWord compare_exchange_acquire(SharedWord& word, SharedWord expected,
                                               SharedWord desired) {
      step();
      return word == expected ? write(word, desired) : word;
    }
    static SharedWord compare_exchange_release(SharedWord& word, SharedWord expected,
                                               SharedWord desired) {
      return compare_exchange_acquire(word, expected, desired);
    }
    static SharedPair compare_exchange_acquire_release(SharedPair& pair, SharedPair expected,
                                                       SharedPair desired) {
      step();
      const SharedPair before = pair;
      if (before == expected) pair = desired;
      return before;
    }
    static void wait(SharedWord& word, SharedWord expected) {
      step();
      if (word == expected) now_->sleep(word);
    }
    static void notify_one(SharedWord& word) {
      step();
      if (!is_outside()) now_->wake_one(word);
    }

   private:
    static void step() {
      if (is_outside()) return;
      now_->fibers_[now_->current_].looked_at = nullptr;
      now_->reach_point();
    }
    static SharedWord write(SharedWord& word, SharedWord desired) {
      const SharedWord before = word;
      word = desired;
      if (now_ != nullptr && before != desired) now_->show_change(word);
      return before;
    }
  };

  // A `ThreadLocal`. What runs before and after the threads is a thread too.
  struct Local {
    static ThreadLists& lists(ThreadLists& none) {
      ThreadLists* const own = own_lists();
      return own != nullptr ? *own : none;
    }
    static void set_lists(ThreadLists& own, ThreadLists& none) {
      own_lists() = &own == &none ? nullptr : &own;
    }
    static bool may_wait() { return !is_outside() && now_->fibers_[now_->current_].may_wait; }
  };

 private:
  static constexpr unsigned outside = ~0U;
  static constexpr unsigned most_threads = 4;
  static constexpr size_t stack_size = size_t{256} << 10;

  enum class State : uint8_t { can_run, looks, sleeps, has_ended };

  // Where a stack goes on. Jumps to it are not system calls, which swapcontext makes two of.
  struct Place {
    intptr_t registers[5];
  };

  // A thread with a stack of its own, which it keeps for all orders.
  struct Fiber {
    Place place;
    bool has_begun;
    std::unique_ptr<char[]> stack;
    std::function<void()> run;
    bool may_wait;
    State state;
    // The word that its latest operation loaded, or that it sleeps on.
    const SharedWord* looked_at;
    // It has looked often enough.
    bool is_impatient;
    ThreadLists* lists;
  };

  struct Choice {
    unsigned taken;
    unsigned alternatives;
  };

  Interleavings(Bounds bounds, const std::vector<Thread>& threads) : bounds_(bounds) {
    check(threads.size() <= most_threads, "there are too many threads");
    for (const Thread& thread : threads) {
      fibers_.emplace_back();
      fibers_.back().stack = std::make_unique<char[]>(stack_size);
      fibers_.back().run = thread.run;
      fibers_.back().may_wait = thread.may_wait;
    }
  }

  // --- choices ---

  unsigned choose(unsigned alternatives) {
    if (alternatives == 1) return 0;
    if (next_choice_ == choices_.size()) choices_.push_back({0, alternatives});
    if (choices_[next_choice_].alternatives != alternatives) {
      fprintf(stderr, "broken: the same choices lead to another run\n");
      die();
    }
    return choices_[next_choice_++].taken;
  }

  // Turns to the next order. Returns false when there is none.
  bool advance() {
    choices_.resize(next_choice_);
    while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().alternatives) {
      choices_.pop_back();
    }
    if (choices_.empty()) return false;
    ++choices_.back().taken;
    return true;
  }

  [[noreturn]] void die() const {
    fprintf(stderr, "  after these choices:");
    for (unsigned choice = 0; choice < next_choice_; ++choice) {
      fprintf(stderr, " %u", choices_[choice].taken);
    }
    fprintf(stderr, "\n  and these threads:");
    for (const unsigned thread : trace_) fprintf(stderr, " %u", thread);
    fprintf(stderr, "\n");
    exit(1);
  }

  // --- threads ---

  void run() {
    preemptions_left_ = bounds_.preemptions;
    wakes_left_ = bounds_.wakes;
    trace_.clear();
    for (Fiber& fiber : fibers_) {
      fiber.state = State::can_run;
      fiber.looked_at = nullptr;
      fiber.is_impatient = false;
    }
    go_to(choose(static_cast<unsigned>(fibers_.size())));
  }

  static void begin_fiber() {
    for (;;) {
      now_->fibers_[now_->current_].run();
      now_->fibers_[now_->current_].state = State::has_ended;
      now_->leave();
    }
  }

  // Some threads, the first of which is the first choice. A stack that is left for good frees
  // nothing, so nothing on it is allocated.
  struct Some {
    void add(unsigned thread) { threads[count++] = thread; }

    unsigned threads[most_threads];
    unsigned count = 0;
  };

  Some that_can_run() const {
    Some those;
    for (unsigned thread = 0; thread < fibers_.size(); ++thread) {
      if (fibers_[thread].state == State::can_run) those.add(thread);
    }
    return those;
  }

  // The current thread could go on: it does, or another one instead.
  void reach_point() {
    if (preemptions_left_ == 0) return;
    // The first alternative is to go on.
    Some those;
    those.add(current_);
    for (unsigned thread = 0; thread < fibers_.size(); ++thread) {
      if (thread != current_ && fibers_[thread].state == State::can_run) those.add(thread);
    }
    const unsigned taken = choose(those.count);
    if (taken == 0) return;
    --preemptions_left_;
    go_to(those.threads[taken]);
  }

  // The current thread cannot go on: another one does.
  void leave() {
    Some those = that_can_run();
    // Who looks at a word that nobody will change has looked often enough at last.
    for (unsigned thread = 0; thread < fibers_.size() && those.count == 0; ++thread) {
      Fiber& fiber = fibers_[thread];
      if (fiber.state != State::looks || !fiber.may_wait) continue;
      fiber.state = State::can_run;
      fiber.is_impatient = true;
      those.add(thread);
    }
    if (those.count != 0) {
      go_to(those.threads[choose(those.count)]);
      return;
    }
    for (const Fiber& fiber : fibers_) {
      check(fiber.state == State::has_ended, "a thread waits that nobody will wake");
    }
    go_to(outside);
  }

  void look(const SharedWord& word) {
    Fiber& fiber = fibers_[current_];
    if (fiber.looked_at != &word) {
      fiber.looked_at = &word;
      fiber.is_impatient = false;
      reach_point();
      return;
    }
    if (fiber.is_impatient) return;
    if (fiber.may_wait && choose(2) == 1) {
      fiber.is_impatient = true;
      return;
    }
    fiber.state = State::looks;
    leave();
  }

  void sleep(const SharedWord& word) {
    if (wakes_left_ != 0 && choose(2) == 1) {
      --wakes_left_;
      return;
    }
    fibers_[current_].state = State::sleeps;
    fibers_[current_].looked_at = &word;
    leave();
    fibers_[current_].looked_at = nullptr;
  }

  void wake_one(const SharedWord& word) {
    Some sleepers;
    for (unsigned thread = 0; thread < fibers_.size(); ++thread) {
      const Fiber& fiber = fibers_[thread];
      if (fiber.state == State::sleeps && fiber.looked_at == &word) sleepers.add(thread);
    }
    if (sleepers.count == 0) return;
    fibers_[sleepers.threads[choose(sleepers.count)]].state = State::can_run;
  }

  void show_change(const SharedWord& word) {
    for (Fiber& fiber : fibers_) {
      if (fiber.state == State::looks && fiber.looked_at == &word) fiber.state = State::can_run;
    }
  }

  static bool is_outside() { return now_ == nullptr || now_->current_ == outside; }

  static ThreadLists*& own_lists() {
    return is_outside() ? outside_lists_ : now_->fibers_[now_->current_].lists;
  }

  // --- from one stack to another ---

  void go_to(unsigned next) {
    if (next == current_) return;
    Place& from = current_ == outside ? outside_ : fibers_[current_].place;
    current_ = next;
    if (next != outside) trace_.push_back(next);
    if (__builtin_setjmp(reinterpret_cast<void**>(&from)) == 0) go_on(next);
  }

  [[gnu::noinline, noreturn]] void go_on(unsigned next) {
    if (next != outside && !fibers_[next].has_begun) {
      fibers_[next].has_begun = true;
      ucontext_t context;
      getcontext(&context);
      context.uc_stack.ss_sp = fibers_[next].stack.get();
      context.uc_stack.ss_size = stack_size;
      context.uc_link = nullptr;
      makecontext(&context, begin_fiber, 0);
      setcontext(&context);
    }
    Place& to = next == outside ? outside_ : fibers_[next].place;
    __builtin_longjmp(reinterpret_cast<void**>(&to), 1);
  }

  static inline Interleavings* now_ = nullptr;
  static inline ThreadLists* outside_lists_ = nullptr;

  Bounds bounds_;
  std::vector<Fiber> fibers_;
  Place outside_ = {};
  unsigned current_ = outside;
  unsigned preemptions_left_ = 0;
  unsigned wakes_left_ = 0;
  std::vector<Choice> choices_;
  unsigned next_choice_ = 0;
  std::vector<unsigned> trace_;
};

static_assert(Sync<Interleavings::Atomics>);

}  // namespace granary::test
