# The benchmark of arenas: requests (bench/arenas/requests.cc) over arenas and over the heaps below them.
#
#   make bench-arenas                 measures; BENCH_ARENAS_OPTIONS="--help" lists the options
#
# Included by bench.mk, whose variables it uses.

BENCH_ARENAS_OPTIONS ?=
ARENAS := $(BENCH)/arenas
ARENA_PROGRAMS := $(patsubst %,$(ARENAS)/%.wasm,arena new-arena granary dlmalloc zig zig-arena)

.PHONY: bench-arenas
bench-arenas: $(ARENA_PROGRAMS) ## measure arenas beside the heaps below them
	@$(NODE) bench/arenas.js $(BENCH_ARENAS_OPTIONS)

$(ARENAS)/requests-%.o: bench/arenas/requests.cc bench/arenas.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -DBENCH_REQUEST_SHIM='"$*.h"' -c $< -o $@

$(ARENAS)/zig_arena.o: bench/arenas/zig_arena.zig | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-obj $< --zig-lib-dir $(ZIG_LIB) -target wasm32-freestanding -O ReleaseFast -fstrip \
	  --cache-dir build/zig-cache --global-cache-dir build/zig-cache -femit-bin=$@

$(ARENAS)/arena.wasm: $(ARENAS)/requests-arena.o $(OBJECTS_OF_granary-arenas)
$(ARENAS)/new-arena.wasm: $(ARENAS)/requests-new_arena.o $(OBJECTS_OF_granary-arenas)
$(ARENAS)/granary.wasm: $(ARENAS)/requests-heap.o $(OBJECTS_OF_granary)
$(ARENAS)/dlmalloc.wasm: $(ARENAS)/requests-malloc.o $(BENCH)/dlmalloc.a
$(ARENAS)/zig.wasm: $(ARENAS)/requests-heap.o $(BENCH)/zig.o
$(ARENAS)/zig-arena.wasm: $(ARENAS)/requests-zig_arena.o $(ARENAS)/zig_arena.o
$(ARENA_PROGRAMS): $(BENCH)/c_names.a
	$(LD) $(BENCH_LDFLAGS) --export=lengths_of_request --export=alloc_all --export=end_all \
	  --export=requests $(filter %.o %.a,$^) -o $@

-include $(wildcard $(ARENAS)/*.d)
