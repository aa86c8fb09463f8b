// Random operations as fast as they go: seeds SEED, SEED + 1, ... until so many operations are
// done, each seed a run of its own (run.h). Or the runs of strings of operations that lie in files,
// as those of the corpus do. Prints one line; when a rule is broken, which one and how to see it
// again, and the exit status is 1.
//
// usage: random_operations ENGINE OPERATIONS SEED [FILE]
//        random_operations ENGINE FILE...
//   ENGINE   granary, inspected, checked, classic; damaged: inspected, and words of it overwritten
//   FILE     after a seed: where the string of operations goes that the last run has read

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests-native/properties/faulty_engine.h"
#include "tests-native/properties/misused_run.h"
#include "tests-native/support/command_line.h"
#include "tests-native/support/fake_memory.h"

namespace granary::test {

namespace {

constexpr PageCount most_pages = {2500};
constexpr Region initial_memory = {FakeMemory::begin, FakeMemory::begin + 4 * wasm_page_size};

// What is running. Null: the string of a seed, or the file of a string.
struct Progress {
  const char* engine;
  const char* path;
  uint64_t seed;
  const ByteSource* bytes;
  const char* save_as;
  uint64_t (*calls)();
};
Progress progress = {};

// This and all that it calls may run in a signal handler.
void save_string() {
  const int file = open(progress.save_as, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  ByteSource again(progress.seed);
  bool written = file >= 0;
  while (written && again.words_read() < progress.bytes->words_read()) {
    const uint32_t word = again.word();
    written = write(file, &word, sizeof(word)) == sizeof(word);
  }
  close(file);
}

void say_how_to_replay() {
  char text[512];
  const uint64_t operations = progress.calls();
  int length = 0;
  if (progress.path != nullptr) {
    length = snprintf(text, sizeof(text), "  %s, operation %" PRIu64 " of %s\n", progress.path,
                      operations, progress.engine);
  } else {
    length = snprintf(
        text, sizeof(text),
        "  SEED=%" PRIu64 ", operation %" PRIu64
        " of %s; again: build/native/properties/random_operations %s %" PRIu64 " %" PRIu64 "\n",
        progress.seed, operations, progress.engine, progress.engine, operations, progress.seed);
  }
  const ssize_t written = write(STDERR_FILENO, text, static_cast<size_t>(length));
  if (written == length && progress.save_as != nullptr) save_string();
}

void on_crash(int /*signal*/) {
  static constexpr char text[] = "broken: the engine touched memory that is not there\n";
  if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0) say_how_to_replay();
  _exit(1);
}

}  // namespace

void broken(const char* rule, Address address, ByteCount length) {
  fflush(stdout);
  fprintf(stderr, "broken: %s (block of %zu bytes at %#zx)\n", rule, length, address);
  say_how_to_replay();
  _exit(1);
}

namespace {

template <class Run>
class Runner {
 public:
  uint64_t run_seeds(uint64_t operations, uint64_t first_seed) {
    uint64_t done = 0;
    for (uint64_t seed = first_seed; done < operations; ++seed) {
      progress.seed = seed;
      const uint64_t left = operations - done;
      ByteSource bytes(seed);
      done += run(bytes, left < calls_of_seed(seed) ? left : calls_of_seed(seed));
    }
    return done;
  }

  uint64_t run_files(char** paths) {
    uint64_t done = 0;
    for (; *paths != nullptr; ++paths) {
      progress.path = *paths;
      static uint8_t string[1 << 22];
      FILE* const file = fopen(*paths, "rb");
      if (file == nullptr) {
        perror(*paths);
        exit(2);
      }
      ByteSource bytes(string, fread(string, 1, sizeof(string), file));
      fclose(file);
      done += run(bytes, ~uint64_t{0});
    }
    return done;
  }

 private:
  uint64_t run(ByteSource& bytes, uint64_t calls) {
    progress.bytes = &bytes;
    progress.calls = [] { return heap_.calls(); };
    FakeMemory::reset({4});
    Run::over(heap_, bytes, initial_memory, most_pages, calls);
    if (progress.save_as != nullptr) save_string();
    return heap_.calls();
  }

  static inline constinit Run::Heap heap_;
};

int usage() {
  fputs(
      "usage: random_operations ENGINE OPERATIONS SEED [FILE]\n"
      "       random_operations ENGINE FILE...\n"
      "ENGINE is granary, inspected, checked, classic, damaged or misused\n",
      stderr);
  return 2;
}

template <class Run>
int run_as_asked(int count, char** words) {
  Runner<Run> runner;
  uint64_t operations = 0;
  uint64_t seed = 0;
  const clock_t start = clock();
  char what[64];
  if (!read_number(words[2], operations)) {
    operations = runner.run_files(words + 2);
    snprintf(what, sizeof(what), "%d files", count - 2);
  } else {
    if (count > 5 || !read_number(words[3], seed)) return usage();
    progress.save_as = words[4];
    operations = runner.run_seeds(operations, seed);
    snprintf(what, sizeof(what), "seeds %" PRIu64 " to %" PRIu64, seed, progress.seed);
  }
  printf("%s: %" PRIu64 " operations, %s, %.1f s, no rule broken", progress.engine, operations,
         what, static_cast<double>(clock() - start) / CLOCKS_PER_SEC);
  if constexpr (requires { Run::rules_met(); }) {
    printf("; by damage:");
    for (unsigned rule = 1; rule < 32; ++rule) {
      if ((Run::rules_met() >> rule & 1) != 0) printf(" %u", rule);
    }
  }
  printf("\n");
  return 0;
}

int main_of(int count, char** words) {
  uint64_t number = 0;
  if (count < 3 || (count == 3 && read_number(words[2], number))) return usage();
  const char* const engine = words[1];
  const auto run = strcmp(engine, "granary") == 0     ? run_as_asked<GranaryRun<FakeMemory>>
                   : strcmp(engine, "inspected") == 0 ? run_as_asked<InspectedRun<FakeMemory>>
                   : strcmp(engine, "checked") == 0   ? run_as_asked<CheckedRun<FakeMemory>>
                   : strcmp(engine, "misused") == 0   ? run_as_asked<MisusedRun<FakeMemory>>
                   : strcmp(engine, "faulty") == 0    ? run_as_asked<FaultyRun<FakeMemory>>
                   : strcmp(engine, "damaged") == 0   ? run_as_asked<DamagedRun<FakeMemory>>
                   : strcmp(engine, "classic") == 0   ? run_as_asked<ClassicRun<FakeMemory>>
                                                      : nullptr;
  if (run == nullptr) return usage();
  progress.engine = engine;
  constexpr int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
  for (const int crash : crashes) signal(crash, on_crash);
  return run(count, words);
}

}  // namespace

}  // namespace granary::test

int main(int count, char** words) { return granary::test::main_of(count, words); }
