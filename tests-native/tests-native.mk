# The engines as native programs, and the same on wasm32: unit tests, random operations, laws, fuzzing,
# exhaustion and coverage.
#
#   make unit                                                each header by itself
#   make races RACES_ROUNDS=100                              threads at once, under the race detector
#   make random-operations OPERATIONS=1000000000 [SEED=n]   all engines, native and wasm32
#   make laws LAWS_OPTIONS="--count 1000" [SEED=n]           what must hold of every heap
#   make fuzz FUZZ_SECONDS=60                                libFuzzer, from the corpus on
#   make update-corpus                                       and keep what that found
#   make exhaustion                                          growth refused at every moment
#   make coverage                                            what of the engines all this reaches
#   make test-4gib                                           a memory filled to its last byte
#
# A program lies in build/native/ under the name of its source. One by itself, as every failure names it:
#   build/native/unit/NAME_test [--gtest_filter=NAME]                        tests of a header
#   build/native/properties/random_operations ENGINE OPERATIONS SEED [FILE]  FILE: the run as bytes
#   build/native/laws/laws ENGINE [LAW [POLICY [SEED [COUNT]]]]              laws, seed by seed
#   build/native/fuzz/granary FILE                                           those bytes, sanitized
#   build/native/fuzz/granary -minimize_crash=1 -runs=100000 FILE            and made short
#
# Included by the Makefile, which sets CXX, LD, NODE, WARNINGS and how wasm32 is compiled.

NATIVE := build/native
FUZZ_SECONDS ?= 60
OPERATIONS ?= 100000000
SEED ?=
LAWS_OPTIONS ?=
RACES_ROUNDS ?= 20

RANDOM_ENGINES := granary inspected checked classic faulty
LAW_ENGINES := granary inspected checked classic dlmalloc
FUZZ_TARGETS := granary classic checked inspect

UNIT_TESTS := $(patsubst tests-native/%.cc,$(NATIVE)/%,$(wildcard tests-native/unit/*_test.cc))

# Prerequisites of `make test`: what tests-js/random-operations*.test.js run.
NATIVE_PROGRAMS := $(NATIVE)/properties/random_operations $(NATIVE)/properties/faulty_engines \
  $(NATIVE)/exhaustion/exhaustion
NATIVE_TESTED := $(NATIVE_PROGRAMS) $(NATIVE)/exhaustion/traces/unpacked \
  $(RANDOM_ENGINES:%=$(NATIVE)/properties/random_%.wasm)

# And what tests-js/laws.test.js runs; the games are those of bench/bench.mk.
LAWS_TESTED = $(NATIVE)/laws/laws $(LAW_ENGINES:%=$(NATIVE)/laws/laws_%.wasm) $(GAME_MODULES) dist/granary.wasm

.PHONY: unit races laws fuzz random-operations exhaustion coverage test-4gib update-corpus

unit: $(UNIT_TESTS) ## tests of each header by itself
	@$(NODE) --test --test-reporter=spec tests-js/unit.test.js

races: $(NATIVE)/unit/races_test $(NATIVE)/unit/interleavings_test ## threads at once: RACES_ROUNDS=n, SEED=n
	@$(NATIVE)/unit/interleavings_test --gtest_brief=1
	@$(if $(SEED),SEED=$(SEED)) RACES_ROUNDS=$(RACES_ROUNDS) $(NATIVE)/unit/races_test --gtest_brief=1

laws: $(LAWS_TESTED) game-modules ## what must hold of every heap; SEED=n, LAWS_OPTIONS="--count 1000"
	@$(NODE) tests-native/laws/laws.js $(if $(SEED),--seed $(SEED)) $(LAWS_OPTIONS)

random-operations: $(NATIVE_TESTED) ## random operations over every engine; OPERATIONS=n, SEED=n
	@$(NODE) tests-native/properties/random-operations.js $(OPERATIONS) $(SEED)

fuzz: $(FUZZ_TARGETS:%=$(NATIVE)/fuzz/%) ## fuzz every engine for FUZZ_SECONDS in all
	@$(NODE) tests-native/fuzz/fuzz.js $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# What fuzzing found, of that the fewest and shortest that reach as much.
update-corpus: $(FUZZ_TARGETS:%=$(NATIVE)/fuzz/%) ## put what was found by fuzzing into tests-native/fuzz/corpus/
	@rm -rf $(NATIVE)/fuzz/corpus && mkdir -p $(NATIVE)/fuzz/corpus $(FUZZ_TARGETS:%=$(NATIVE)/fuzz/found/%)
	@for target in $(FUZZ_TARGETS); do \
	  $(NATIVE)/fuzz/$$target -merge=1 -use_counters=0 -max_len=1024 $(NATIVE)/fuzz/corpus tests-native/fuzz/corpus \
	    $(NATIVE)/fuzz/found/$$target >$(NATIVE)/fuzz/merge-$$target.log 2>&1 || exit 1; done
	@rm -rf tests-native/fuzz/corpus && cp -r $(NATIVE)/fuzz/corpus tests-native/fuzz/corpus
	@echo "tests-native/fuzz/corpus: $$(ls tests-native/fuzz/corpus | wc -l) files"

exhaustion: $(NATIVE)/exhaustion/exhaustion $(NATIVE)/exhaustion/traces/unpacked ## refuse each growth of every trace; minutes
	@for engine in inspected classic; do \
	  $(NATIVE)/exhaustion/exhaustion $$engine 200 0 $(NATIVE)/exhaustion/traces/*.words || exit 1; done

# --- native programs -----------------------------------------------------------------------------

# Everything here ends at a precondition that is not met (runtime/expect.h).
EXPECTS := -DGRANARY_EXPECTS
NATIVE_CXXFLAGS = -std=c++20 -fno-exceptions -fno-rtti $(WARNINGS) $(EXPECTS) -I. -MMD -MP -MF $@.d
SANITIZERS := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

$(NATIVE_PROGRAMS) $(NATIVE)/laws/laws: $(NATIVE)/%: tests-native/%.cc tests-native/tests-native.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_CXXFLAGS) -O2 $< -o $@

# Each a program of its own: whoever changes a header builds only what includes it. AddressSanitizer
# goes neither with the race detector nor with threads that have stacks of their own.
UNIT_SANITIZERS := address,undefined
$(NATIVE)/unit/races_test: UNIT_SANITIZERS := thread
$(NATIVE)/unit/interleavings_test: UNIT_SANITIZERS := undefined
$(UNIT_TESTS): $(NATIVE)/unit/%: tests-native/unit/%.cc tests-native/tests-native.mk | native-tools
	@mkdir -p $(@D)
	$(CXX) -std=c++20 $(WARNINGS) $(EXPECTS) -I. -MMD -MP -MF $@.d -O1 -g -fsanitize=$(UNIT_SANITIZERS) \
	  -fno-sanitize-recover=all $< -lgtest_main -lgtest -o $@

# In a damaged heap a record is looked for wherever the damaged table says.
$(NATIVE)/fuzz/inspect: SANITIZERS += -fno-sanitize=alignment
$(NATIVE)/fuzz/%: tests-native/fuzz/%.cc tests-native/tests-native.mk | native-tools
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_CXXFLAGS) -O2 -g $(SANITIZERS) $< -o $@

$(NATIVE)/exhaustion/traces/unpacked: $(wildcard bench/traces/*.gz) tests-native/exhaustion/unpack-traces.js bench/trace.js bench/trace-format.js
	@$(NODE) tests-native/exhaustion/unpack-traces.js $(@D)
	@touch $@

-include $(wildcard $(NATIVE)/*/*.d)

# --- the same on wasm32, one module an engine ----------------------------------------------------

RANDOM_RUN_granary := GranaryRun
RANDOM_RUN_inspected := InspectedRun
RANDOM_RUN_checked := CheckedRun
RANDOM_RUN_classic := ClassicRun
RANDOM_RUN_faulty := FaultyRun

$(NATIVE)/properties/random_%.o: tests-native/properties/random_operations_wasm.cc tests-native/tests-native.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(WASM32) $(CXXFLAGS) $(EXPECTS) -O2 -DGRANARY_TEST_RUN=$(RANDOM_RUN_$*) -MMD -MP -MF $@.d -c $< -o $@

# Five pages of slack, of which the harness takes what a run asks for.
$(RANDOM_ENGINES:%=$(NATIVE)/properties/random_%.wasm): %.wasm: %.o
	$(LD) --no-entry --stack-first -z stack-size=65536 --initial-heap=327680 -O2 $< -o $@

# --- laws ----------------------------------------------------------------------------------------

LAW_HEAP_granary := GranaryHeap<InnerMemory>
LAW_HEAP_inspected := InspectedHeap<InnerMemory>
LAW_HEAP_checked := CheckedHeap<InnerMemory>
LAW_HEAP_classic := ClassicHeap<InnerMemory>
LAW_HEAP_dlmalloc := PeerHeap

$(NATIVE)/laws/laws_%.o: tests-native/laws/laws_wasm.cc tests-native/tests-native.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(WASM32) $(CXXFLAGS) $(EXPECTS) -O2 '-DGRANARY_LAW_HEAP=$(LAW_HEAP_$*)' -MMD -MP -MF $@.d -c $< -o $@

$(LAW_ENGINES:%=$(NATIVE)/laws/laws_%.wasm): %.wasm: %.o
	$(LD) --no-entry --stack-first -z stack-size=65536 --gc-sections -O2 $(filter %.o %.a,$^) -o $@

$(NATIVE)/laws/laws_dlmalloc.wasm: $(BENCH)/dlmalloc.a $(BENCH)/c_names.a

# --- coverage ------------------------------------------------------------------------------------

COVERAGE := build/coverage
LLVM_PROFDATA ?= llvm-profdata-19
LLVM_COV ?= llvm-cov-19
COVERAGE_PROGRAMS := $(COVERAGE)/properties/random_operations $(COVERAGE)/exhaustion/exhaustion

coverage: $(COVERAGE_PROGRAMS) $(NATIVE)/exhaustion/traces/unpacked ## which lines and branches of alloc/ the runs reach
	@LLVM_PROFDATA=$(LLVM_PROFDATA) LLVM_COV=$(LLVM_COV) $(NODE) tests-native/coverage/coverage.js

$(COVERAGE_PROGRAMS): $(COVERAGE)/%: tests-native/%.cc tests-native/tests-native.mk | native-tools
	@mkdir -p $(@D)
	$(CXX) $(NATIVE_CXXFLAGS) -O1 -fprofile-instr-generate -fcoverage-mapping $< -o $@

-include $(wildcard $(COVERAGE)/*/*.d)

# --- the whole address space ---------------------------------------------------------------------

test-4gib: $(PRODUCTS) ## fill a memory of 65,536 pages to its last byte and empty it
	@$(NODE) --test --test-reporter=spec tests-native/exhaustion/address-space.test.js

# --- set-up --------------------------------------------------------------------------------------

.PHONY: native-tools
native-tools: tools
	@tools/ensure-tools.sh native
