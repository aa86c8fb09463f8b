# The benchmark of threads: one program of workloads (bench/threads/workloads.cc) over each allocator, once
# to be timed and once to count how often its lock is taken.
#
#   make bench-threads                measures; BENCH_THREADS_OPTIONS="--help" lists the options
#
# Included by bench.mk, whose variables it uses.

BENCH_THREADS_OPTIONS ?=
THREADS := $(BENCH)/threads
THREAD_ALLOCATORS := threads locked dlmalloc
THREAD_PROGRAMS := $(THREAD_ALLOCATORS:%=$(THREADS)/%.wasm) $(THREAD_ALLOCATORS:%=$(THREADS)/%-count.wasm)
# The replay modules of one thread, for the open traces.
THREAD_REPLAYS := $(BENCH)/granary-threads.wasm $(THREADS)/replay-count.wasm

.PHONY: bench-threads
bench-threads: $(THREAD_PROGRAMS) $(THREAD_REPLAYS) $(BENCH)/granary.wasm $(BENCH)/floor.wasm ## measure threads that share a heap
	@$(NODE) bench/threads.js $(BENCH_THREADS_OPTIONS)

THREAD_CXXFLAGS = $(WASM32) $(CXXFLAGS) -Os -matomics -MMD -MP -MF $@.d
FLAGS_TO_count := -DBENCH_COUNT
PRODUCT_OF_threads := -DGRANARY_PRODUCT='"bench/threads/granary_threads.h"'
PRODUCT_OF_locked := -DGRANARY_PRODUCT='"bench/threads/granary_locked.h"'

$(THREADS)/workloads.o: bench/threads/workloads.cc bench/threads.mk | tools
	@mkdir -p $(@D)
	$(CXX) $(THREAD_CXXFLAGS) -O3 -c $< -o $@

# (folder, options): the objects of one allocator, of the bench's own sources and of faces.
define THREAD_OBJECTS
$(THREADS)/$(1)/%.o: bench/threads/%.cc bench/threads.mk | tools
	@mkdir -p $$(@D)
	$$(CXX) $$(THREAD_CXXFLAGS) $(2) -c $$< -o $$@
$(THREADS)/$(1)/%.o: alloc/abi/%.cc bench/threads.mk | tools
	@mkdir -p $$(@D)
	$$(CXX) $$(THREAD_CXXFLAGS) $(2) -c $$< -o $$@
endef
$(foreach way,time count,\
  $(foreach allocator,threads locked dlmalloc,\
    $(eval $(call THREAD_OBJECTS,$(way)-$(allocator),$(FLAGS_TO_$(way)) $(PRODUCT_OF_$(allocator))))))

# dlmalloc was compiled without atomics, which the linker would refuse: the lock makes up for that.
THREAD_LINK = $(LD) --no-entry --stack-first -z stack-size=262144 --gc-sections --strip-all -O2 \
  --shared-memory --import-memory --max-memory=1073741824 --export=__stack_pointer --no-check-features \
  $(filter %.o %.a,$^) -o $@

$(THREADS)/threads.wasm: $(THREADS)/time-threads/granary_threads.o $(THREADS)/time-threads/malloc_calls.o
$(THREADS)/threads-count.wasm: $(THREADS)/count-threads/granary_threads.o $(THREADS)/count-threads/malloc_calls.o
$(THREADS)/locked.wasm: $(THREADS)/time-locked/heap.o $(THREADS)/time-locked/malloc_calls.o
$(THREADS)/locked-count.wasm: $(THREADS)/count-locked/heap.o $(THREADS)/count-locked/malloc_calls.o
$(THREADS)/dlmalloc.wasm: $(THREADS)/time-dlmalloc/dlmalloc_locked.o $(BENCH)/dlmalloc.a
$(THREADS)/dlmalloc-count.wasm: $(THREADS)/count-dlmalloc/dlmalloc_locked.o $(BENCH)/dlmalloc.a
$(THREADS)/dlmalloc.wasm $(THREADS)/dlmalloc-count.wasm: THREAD_LINK += --wrap=malloc --wrap=free
$(THREAD_PROGRAMS): $(THREADS)/workloads.o $(BENCH)/c_names.a
	$(THREAD_LINK)

THREAD_REPLAY_LINK = $(LD) $(BENCH_LDFLAGS) $(filter %.o %.a,$^) -o $@
$(BENCH)/granary-threads.wasm: $(BENCH)/replay-vtable.o $(THREADS)/time-threads/granary_threads.o \
  $(THREADS)/time-threads/calls.o $(BENCH)/c_names.a
	$(THREAD_REPLAY_LINK)
$(THREADS)/replay-count.wasm: $(BENCH)/replay-vtable.o $(THREADS)/count-threads/granary_threads.o \
  $(THREADS)/count-threads/calls.o $(BENCH)/c_names.a
	$(THREAD_REPLAY_LINK)

-include $(wildcard $(THREADS)/*/*.d $(THREADS)/*.d)
