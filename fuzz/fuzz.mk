# Random operations, fuzzing, exhaustion and coverage: the engines under fire, most of it natively.
#
#   make random-operations OPERATIONS=1000000000 [SEED=n]   all engines, native and wasm32
#   make laws LAWS_OPTIONS="--count 1000" [SEED=n]           what must hold of every heap
#   make fuzz FUZZ_SECONDS=60                                libFuzzer, from the corpus on
#   make update-corpus                                       and keep what that found
#   make exhaustion                                          growth refused at every moment
#   make coverage                                            what of the engines all this reaches
#   make test-4gib                                           a memory filled to its last byte
#
# One program by itself, as every failure names it:
#   build/fuzz/random_operations ENGINE OPERATIONS SEED [FILE]      FILE: the run as a string of bytes
#   build/fuzz/laws ENGINE [LAW [POLICY [SEED [COUNT]]]]            laws, seed by seed
#   build/fuzz/fuzz_granary FILE                                    that string with sanitizers
#   build/fuzz/fuzz_granary -minimize_crash=1 -runs=100000 FILE     and made short (fuzz/README.md)
#
# Included by the Makefile, which sets CXX, LD, NODE, WARNINGS and how wasm32 is compiled.

FUZZ := build/fuzz
FUZZ_SECONDS ?= 60
OPERATIONS ?= 100000000
SEED ?=
LAWS_OPTIONS ?=

FUZZ_ENGINES := granary inspected checked classic faulty
LAW_ENGINES := granary inspected checked classic dlmalloc
FUZZ_TARGETS := granary classic checked inspect

# Prerequisites of `make test`: what tests-js/random-operations*.test.js run.
FUZZ_TESTED := $(FUZZ)/random_operations $(FUZZ)/exhaustion $(FUZZ)/faulty_engines \
  $(FUZZ)/traces/unpacked $(FUZZ_ENGINES:%=$(FUZZ)/random_%.wasm)

# And what tests-js/laws.test.js runs; the games are those of bench/bench.mk.
LAWS_TESTED = $(FUZZ)/laws $(LAW_ENGINES:%=$(FUZZ)/laws_%.wasm) $(GAME_MODULES) dist/granary.wasm

.PHONY: laws fuzz random-operations exhaustion coverage test-4gib update-corpus

laws: $(LAWS_TESTED) game-modules ## what must hold of every heap; SEED=n, LAWS_OPTIONS="--count 1000"
	@$(NODE) fuzz/laws.js $(if $(SEED),--seed $(SEED)) $(LAWS_OPTIONS)

random-operations: $(FUZZ_TESTED) ## random operations over every engine; OPERATIONS=n, SEED=n
	@$(NODE) fuzz/random-operations.js $(OPERATIONS) $(SEED)

fuzz: $(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%) ## fuzz every engine for FUZZ_SECONDS in all
	@$(NODE) fuzz/fuzz.js $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# What fuzzing found, of that the fewest and shortest that reach as much.
update-corpus: $(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%) ## put what was found by fuzzing into fuzz/corpus/
	@rm -rf $(FUZZ)/corpus && mkdir -p $(FUZZ)/corpus $(FUZZ_TARGETS:%=$(FUZZ)/found/%)
	@for target in $(FUZZ_TARGETS); do \
	  $(FUZZ)/fuzz_$$target -merge=1 -use_counters=0 -max_len=1024 $(FUZZ)/corpus fuzz/corpus \
	    $(FUZZ)/found/$$target >$(FUZZ)/merge-$$target.log 2>&1 || exit 1; done
	@rm -rf fuzz/corpus && cp -r $(FUZZ)/corpus fuzz/corpus
	@echo "fuzz/corpus: $$(ls fuzz/corpus | wc -l) files"

exhaustion: $(FUZZ)/exhaustion $(FUZZ)/traces/unpacked ## refuse each growth of every trace; minutes
	@for engine in inspected classic; do \
	  $(FUZZ)/exhaustion $$engine 200 0 $(FUZZ)/traces/*.words || exit 1; done

# --- native programs -----------------------------------------------------------------------------

FUZZ_CXXFLAGS = -std=c++20 -fno-exceptions -fno-rtti $(WARNINGS) -I. -MMD -MP -MF $@.d
SANITIZERS := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

$(FUZZ)/random_operations $(FUZZ)/exhaustion $(FUZZ)/faulty_engines $(FUZZ)/laws: $(FUZZ)/%: fuzz/%.cc fuzz/fuzz.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(FUZZ_CXXFLAGS) -O2 $< -o $@

# In a damaged heap a record is looked for wherever the damaged table says.
$(FUZZ)/fuzz_inspect: SANITIZERS += -fno-sanitize=alignment
$(FUZZ)/fuzz_%: fuzz/fuzz_%.cc fuzz/fuzz.mk | fuzz-tools
	@mkdir -p $(@D)
	$(CXX) $(FUZZ_CXXFLAGS) -O2 -g $(SANITIZERS) $< -o $@

$(FUZZ)/traces/unpacked: $(wildcard bench/traces/*.gz) fuzz/unpack-traces.js bench/trace.js
	@$(NODE) fuzz/unpack-traces.js $(@D)
	@touch $@

-include $(wildcard $(FUZZ)/*.d)

# --- the same on wasm32, one module an engine ----------------------------------------------------

FUZZ_RUN_granary := GranaryRun
FUZZ_RUN_inspected := InspectedRun
FUZZ_RUN_checked := CheckedRun
FUZZ_RUN_classic := ClassicRun
FUZZ_RUN_faulty := FaultyRun

$(FUZZ)/random_%.o: fuzz/random_operations_wasm.cc fuzz/fuzz.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(WASM32) $(CXXFLAGS) -O2 -DGRANARY_FUZZ_RUN=$(FUZZ_RUN_$*) -MMD -MP -MF $@.d -c $< -o $@

# Five pages of slack, of which the harness takes what a run asks for.
$(FUZZ_ENGINES:%=$(FUZZ)/random_%.wasm): %.wasm: %.o
	$(LD) --no-entry --stack-first -z stack-size=65536 --initial-heap=327680 -O2 $< -o $@

# --- laws ----------------------------------------------------------------------------------------

LAW_HEAP_granary := GranaryHeap<InnerMemory>
LAW_HEAP_inspected := InspectedHeap<InnerMemory>
LAW_HEAP_checked := CheckedHeap<InnerMemory>
LAW_HEAP_classic := ClassicHeap<InnerMemory>
LAW_HEAP_dlmalloc := PeerHeap

$(FUZZ)/laws_%.o: fuzz/laws_wasm.cc fuzz/fuzz.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(WASM32) $(CXXFLAGS) -O2 '-DGRANARY_LAW_HEAP=$(LAW_HEAP_$*)' -MMD -MP -MF $@.d -c $< -o $@

$(LAW_ENGINES:%=$(FUZZ)/laws_%.wasm): %.wasm: %.o
	$(LD) --no-entry --stack-first -z stack-size=65536 --gc-sections -O2 $(filter %.o %.a,$^) -o $@

$(FUZZ)/laws_dlmalloc.wasm: $(BENCH)/dlmalloc.a $(BENCH)/c_names.a

# --- coverage ------------------------------------------------------------------------------------

COVERAGE := build/coverage
LLVM_PROFDATA ?= llvm-profdata-19
LLVM_COV ?= llvm-cov-19
COVERAGE_PROGRAMS := $(COVERAGE)/random_operations $(COVERAGE)/exhaustion

coverage: $(COVERAGE_PROGRAMS) $(FUZZ)/traces/unpacked ## which lines and branches of alloc/ the runs reach
	@LLVM_PROFDATA=$(LLVM_PROFDATA) LLVM_COV=$(LLVM_COV) $(NODE) fuzz/coverage.js

$(COVERAGE_PROGRAMS): $(COVERAGE)/%: fuzz/%.cc fuzz/fuzz.mk | fuzz-tools
	@mkdir -p $(@D)
	$(CXX) $(FUZZ_CXXFLAGS) -O1 -fprofile-instr-generate -fcoverage-mapping $< -o $@

-include $(wildcard $(COVERAGE)/*.d)

# --- the whole address space ---------------------------------------------------------------------

test-4gib: $(PRODUCTS) ## fill a memory of 65,536 pages to its last byte and empty it
	@$(NODE) --test --test-reporter=spec fuzz/address-space.test.js

# --- set-up --------------------------------------------------------------------------------------

.PHONY: fuzz-tools
fuzz-tools: tools
	@tools/ensure-tools.sh native
