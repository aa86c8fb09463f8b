// The laws of the heap (tests-native/README.md), natively: each engine under each growth policy,
// seed by seed. Prints a line for each, with the figures of the last seed; of one that is broken
// also how to see it again, and the exit status is 1. No time is measured.
//
// usage: laws ENGINE [LAW [POLICY [SEED [COUNT]]]]
//   ENGINE   granary, inspected, checked; classic, which breaks most
//   LAW      its name, or `all`; laws without chance have the seed 1 alone
//   POLICY   usual, exact, eighth, doubling, or `all`
//   COUNT    of seeds from SEED on; as many as the law wants otherwise

#include "tests-native/laws/laws.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests-native/support/command_line.h"
#include "tests-native/support/fake_memory.h"

namespace granary::test {

namespace {

struct Running {
  const char* engine;
  const char* law;
  const char* policy;
  uint64_t seed;
};
Running running = {};

void on_crash(int /*signal*/) {
  char text[256];
  const int length =
      snprintf(text, sizeof(text),
               "broken: %s, %s, %s: the engine touched memory that is not there\n"
               "  SEED=%" PRIu64 "; again: build/native/laws/laws %s %s %s %" PRIu64 " 1\n",
               running.law, running.engine, running.policy, running.seed, running.engine,
               running.law, running.policy, running.seed);
  _exit(write(STDERR_FILENO, text, static_cast<size_t>(length)) > 0 ? 1 : 2);
}

void print_figures(FILE* file, const Trial& trial) {
  for (unsigned index = 0; index < trial.figure_count(); ++index) {
    const Figure& figure = trial.figure_at(index);
    fprintf(file, "%s%s %" PRIu64, index == 0 ? "" : ", ", figure.name, figure.value);
  }
  fprintf(file, "\n");
}

struct Asked {
  const char* law;
  const char* policy;
  uint64_t first_seed;
  uint64_t seed_count;  // 0: as many as the law wants
};

bool means(const char* asked, const char* name) {
  return strcmp(asked, "all") == 0 || strcmp(asked, name) == 0;
}

template <class Heap>
class Runner {
 public:
  static int run(const Asked& asked) {
    unsigned tried = 0;
    unsigned broken = 0;
    for_each_law<Heap>([&](const Law<Heap>& law) {
      for (unsigned index = 0; index < law.policies; ++index) {
        const NamedPolicy& policy = policies[index];
        if (!means(asked.law, law.name) || !means(asked.policy, policy.name)) continue;
        ChosenPolicy::chosen = policy.policy;
        running.law = law.name;
        running.policy = policy.name;
        ++tried;
        if (!holds(law, asked)) ++broken;
      }
    });
    if (tried == 0) return 2;
    return broken == 0 ? 0 : 1;
  }

 private:
  static bool holds(const Law<Heap>& law, const Asked& asked) {
    const uint64_t wanted = law.seeds == 0          ? 1
                            : asked.seed_count != 0 ? asked.seed_count
                                                    : law.seeds;
    uint64_t broken = 0;
    for (uint64_t seed = asked.first_seed; seed < asked.first_seed + wanted; ++seed) {
      running.seed = seed;
      Trial trial(seed);  // NOLINT(misc-const-correctness): a law of some heap writes to it
      law.run(heap_, trial);
      if (!trial.holds()) {
        if (++broken == 1) report(law, trial);
      } else if (seed + 1 == asked.first_seed + wanted && broken == 0) {
        printf("holds: %s, %s, %s, %" PRIu64 " seeds: ", law.name, running.engine, running.policy,
               wanted);
        print_figures(stdout, trial);
      }
    }
    if (broken > 1) {
      fprintf(stderr, "  and with %" PRIu64 " of %" PRIu64 " seeds\n", broken, wanted);
    }
    return broken == 0;
  }

  static void report(const Law<Heap>& law, const Trial& trial) {
    fflush(stdout);
    fprintf(stderr, "broken: %s, %s, %s: %s\n  %s\n  ", law.name, running.engine, running.policy,
            law.sentence, trial.broken());
    print_figures(stderr, trial);
    fprintf(stderr, "  SEED=%" PRIu64 "; again: build/native/laws/laws %s %s %s %" PRIu64 " 1\n",
            running.seed, running.engine, law.name, running.policy, running.seed);
  }

  static inline constinit Heap heap_;
};

int usage() {
  fputs("usage: laws granary|inspected|checked|classic [LAW|all [POLICY|all [SEED [COUNT]]]]\n",
        stderr);
  return 2;
}

int main_of(int count, char** words) {
  if (count < 2 || count > 6) return usage();
  Asked asked = {"all", "all", 1, 0};
  if (count > 2) asked.law = words[2];
  if (count > 3) asked.policy = words[3];
  if (count > 4 && !read_number(words[4], asked.first_seed)) return usage();
  if (count > 5 && !read_number(words[5], asked.seed_count)) return usage();
  constexpr int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
  for (const int crash : crashes) signal(crash, on_crash);
  const char* const engine = words[1];
  const auto run = strcmp(engine, "granary") == 0     ? Runner<GranaryHeap<FakeMemory>>::run
                   : strcmp(engine, "inspected") == 0 ? Runner<InspectedHeap<FakeMemory>>::run
                   : strcmp(engine, "checked") == 0   ? Runner<CheckedHeap<FakeMemory>>::run
                   : strcmp(engine, "classic") == 0   ? Runner<ClassicHeap<FakeMemory>>::run
                                                      : nullptr;
  if (run == nullptr) return usage();
  running.engine = engine;
  const int status = run(asked);
  return status == 2 ? usage() : status;
}

}  // namespace

}  // namespace granary::test

int main(int count, char** words) { return granary::test::main_of(count, words); }
