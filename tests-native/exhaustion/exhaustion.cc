// Growth refused at every moment at which a real program needs it. A trace is replayed, and at each
// growth of the memory the process forks. The child has that growth refused: once, so that the
// engine may ask for less, or until the call has given up. It goes on with the trace without what
// it did not get, and then frees everything: nothing that lives may be lost, the heap must be
// whole, later calls must work. The parent is granted the growth and goes on to the next one.
//
// usage: exhaustion ENGINE MOMENTS OPERATIONS TRACE...
//   ENGINE       granary, inspected or classic
//   MOMENTS      how many of the first growths of each trace, and as many more of the later ones
//   OPERATIONS   how many further operations of the trace a child does; 0: all of them
//   TRACE        a file that tests-native/exhaustion/unpack-traces.js has made

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests-native/exhaustion/replay.h"
#include "tests-native/properties/engines.h"
#include "tests-native/support/command_line.h"
#include "tests-native/support/fake_memory.h"

namespace granary::test {

namespace {

constexpr unsigned most_handles = 1 << 18;

// Who speaks when a rule is broken.
struct Context {
  const char* trace;
  uint64_t refused_growth;
  const uint32_t* position;
};
Context context = {};

}  // namespace

void broken(const char* rule, Address address, ByteCount length) {
  fprintf(stderr, "broken: %s (block of %zu bytes at %#zx)\n", rule, length, address);
  fprintf(stderr, "  %s, growth %" PRIu64 " refused, operation %" PRIu32 "\n", context.trace,
          context.refused_growth, *context.position);
  fflush(stderr);
  _exit(1);
}

namespace {

template <class Shadow>
class Exhaustion {
 public:
  constexpr Exhaustion() : replay_(shadow_) {}

  // How many growths were refused, each in a process of its own.
  uint64_t over(const Trace& trace, uint64_t moments, uint32_t operations) {
    context = {trace.name, 0, &position_};
    find_growths(trace);
    start(trace);
    uint64_t refused = 0;
    const uint64_t drawn_from = growth_count_ < moments ? 0 : growth_count_ - moments;
    for (uint64_t growth = 0; growth < growth_count_; ++growth) {
      if (growth >= moments && draw(drawn_from) >= moments) continue;
      while (replay_.position() < growths_[growth].position) step();
      refuse(growths_[growth].call, 1, operations);
      refuse(growths_[growth].call, until_it_gives_up, operations);
      refused += 2;
    }
    return refused;
  }

 private:
  using Shared = Shadow::Shared;

  // A call of grow, and the operation in which it is made.
  struct Growth {
    uint64_t call;
    uint32_t position;
  };

  static constexpr uint64_t until_it_gives_up = 1 << 20;
  static constexpr unsigned most_growths = 1 << 16;

  void start(const Trace& trace) {
    FakeMemory::reset({4});
    constexpr Address end = FakeMemory::begin + 4 * wasm_page_size;
    constexpr Region slacks[program_count] = {{end - 40000, end}, {end, end}};
    shadow_.start(slacks, FakeMemory::capacity);
    replay_.start(trace);
    random_ = 1;
  }

  void step() {
    position_ = replay_.position();
    replay_.step();
  }

  void find_growths(const Trace& trace) {
    start(trace);
    growth_count_ = 0;
    while (!replay_.is_at_end()) {
      uint64_t call = Shared::grow_calls();
      step();
      for (; call < Shared::grow_calls() && growth_count_ < most_growths; ++call) {
        growths_[growth_count_++] = {call, position_};
      }
    }
  }

  uint64_t draw(uint64_t count) {
    random_ = random_ * 0x5851f42d4c957f2d + 1;
    return (random_ >> 33) % count;
  }

  void refuse(uint64_t call, uint64_t count, uint32_t operations) {
    context.refused_growth = call;
    const pid_t child = fork();
    if (child == 0) {
      Shared::refuse_growth(call - Shared::grow_calls(), count);
      step();
      Shared::refuse_growth(0, 0);
      go_on(operations);
      _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
      perror("fork");
      exit(2);
    }
    if (WIFSIGNALED(status)) {
      fprintf(stderr, "broken: signal %d\n  %s, growth %" PRIu64 " refused\n", WTERMSIG(status),
              context.trace, call);
    }
    if (status != 0) exit(1);
  }

  void go_on(uint32_t operations) {
    shadow_.verify();
    for (uint32_t done = 0; !replay_.is_at_end() && (operations == 0 || done < operations);
         ++done) {
      step();
    }
    shadow_.check_all();
    shadow_.verify();
    replay_.free_all();
    shadow_.verify();
    shadow_.verify_empty();
  }

  Shadow shadow_;
  Replay<Shadow, most_handles> replay_;
  uint32_t position_ = 0;
  uint64_t random_ = 1;
  uint64_t growth_count_ = 0;
  Growth growths_[most_growths] = {};
};

using Pages = PagesOf<FakeMemory, 0>;

template <class First>
using TraceRun = Shadow<FakeMemory, First, ClassicOf<FakeMemory, 1>, most_handles>;

[[noreturn]] void die(const char* file, const char* what) {
  fprintf(stderr, "exhaustion: %s: %s\n", file, what);
  exit(2);
}

// Two words, the numbers of operations and handles, then the operations.
Trace read_trace(const char* path) {
  FILE* const file = fopen(path, "rb");
  uint32_t header[2];
  if (file == nullptr) die(path, "cannot be read: make unpacks the traces");
  if (fread(header, sizeof(header), 1, file) != 1 || header[1] > most_handles) {
    die(path, "is no trace that unpack-traces.js made");
  }
  const size_t count = size_t{2} * header[0];
  auto* const words = static_cast<uint32_t*>(malloc(count * sizeof(uint32_t)));
  if (words == nullptr || fread(words, sizeof(uint32_t), count, file) != count) {
    die(path, "is cut short");
  }
  fclose(file);
  const char* const slash = strrchr(path, '/');
  return {slash == nullptr ? path : slash + 1, words, header[0], header[1]};
}

template <class First>
uint64_t run_all(uint64_t moments, uint32_t operations, char** paths) {
  static constinit Exhaustion<TraceRun<First>> exhaustion;
  uint64_t refused = 0;
  for (; *paths != nullptr; ++paths) {
    const Trace trace = read_trace(*paths);
    refused += exhaustion.over(trace, moments, operations);
    free(const_cast<uint32_t*>(trace.words));
  }
  return refused;
}

int usage() {
  fputs("usage: exhaustion granary|inspected|classic MOMENTS OPERATIONS TRACE...\n", stderr);
  return 2;
}

int main_of(int count, char** words) {
  uint64_t moments = 0;
  uint64_t operations = 0;
  if (count < 5 || !read_number(words[2], moments) || !read_number(words[3], operations)) {
    return usage();
  }
  const char* const engine = words[1];
  const auto run = strcmp(engine, "granary") == 0 ? run_all<SpanEngine<Pages, DefaultGrowth>>
                   : strcmp(engine, "inspected") == 0
                       ? run_all<SpanEngine<Pages, DefaultGrowth, Configuration{.walkable = true}>>
                   : strcmp(engine, "classic") == 0 ? run_all<Classic<Pages>>
                                                    : nullptr;
  if (run == nullptr) return usage();
  const uint64_t refused = run(moments, static_cast<uint32_t>(operations), words + 4);
  printf("%s: %d traces, growth refused %" PRIu64 " times, nothing lost\n", engine, count - 4,
         refused);
  return 0;
}

}  // namespace

}  // namespace granary::test

int main(int count, char** words) { return granary::test::main_of(count, words); }
