# Builds and runs one program for each way in, with the commands that the program names at its top. The
# Makefile includes this file.
#
#   make examples                 builds and runs all of them
#   make example-NAME             builds and runs one: NAME is a folder of examples/
#
# Each example has as prerequisites what it needs and no more: none needs a browser.

EXAMPLES := javascript threads web c cpp wasi sidecar component zig rust c64 zig64
BUILT := build/examples

.PHONY: examples $(EXAMPLES:%=example-%)

examples: $(EXAMPLES:%=example-%) ## build and run the examples, one for each way in

$(BUILT)/:
	@mkdir -p $@

BARE_C_FLAGS := -O2 -ffreestanding -mbulk-memory -nostdlib -Iinclude
BARE_C := clang-19 --target=wasm32 $(BARE_C_FLAGS)
BARE_CXX := clang++-19 --target=wasm32 -std=c++20 -O2 -ffreestanding -fno-exceptions -fno-rtti -nostdlib

example-javascript: package
	@echo "--- $@"
	npm --prefix examples/javascript install --no-audit --no-fund --loglevel=error
	$(NODE) examples/javascript/program.js

example-threads: package
	@echo "--- $@"
	npm --prefix examples/threads install --no-audit --no-fund --loglevel=error
	$(NODE) examples/threads/program.js

# `make interop` opens the page in two browsers, and that of examples/web-threads; here it is only served and
# fetched once.
example-web: package
	@echo "--- $@"
	npm --prefix examples/web install --no-audit --no-fund --loglevel=error
	$(NODE) examples/web/fetch-once.js

example-c: dist/libgranary.a | $(BUILT)/
	@echo "--- $@"
	$(BARE_C) examples/c/words.c dist/libgranary.a -Wl,--no-entry,--stack-first -o $(BUILT)/words.wasm
	$(NODE) examples/c/run.js

example-cpp: dist/libgranary.a | $(BUILT)/
	@echo "--- $@"
	$(BARE_CXX) examples/cpp/shapes.cc dist/libgranary.a -Wl,--no-entry,--stack-first \
	  -o $(BUILT)/shapes.wasm
	$(NODE) examples/cpp/run.js

example-sidecar: dist/granary-import.wasm | $(BUILT)/
	@echo "--- $@"
	wat2wasm examples/sidecar/list.wat -o $(BUILT)/list.wasm
	$(NODE) examples/sidecar/run.js

example-wasi: dist/libgranary.a | $(BUILT)/
	@echo "--- $@"
	@tools/ensure-tools.sh wasi
	clang-19 --target=wasm32-wasi -Os examples/wasi/list.c dist/libgranary.a -o $(BUILT)/squares.wasm
	$(NODE) examples/wasi/run.js $(BUILT)/squares.wasm

example-component: dist/libgranary.a interop/node_modules/.package-lock.json | $(BUILT)/
	@echo "--- $@"
	$(BARE_C) examples/component/greeter.c dist/libgranary.a \
	  -Wl,--no-entry,--stack-first,--export=cabi_realloc -o $(BUILT)/greeter.core.wasm
	$(NODE) interop/component/componentize.js $(BUILT)/greeter.core.wasm \
	  examples/component/greeter.wit $(BUILT)/greeter
	$(NODE) examples/component/run.js

# The argument is the architecture; the library is the first prerequisite.
ZIG_PROGRAM = $(ZIG) build-exe -OReleaseSmall -target $(1)-freestanding -fno-entry -rdynamic \
  --dep granary -Mroot=examples/zig/main.zig -Mgranary=zig/src/granary.zig $< \
  --zig-lib-dir $(ZIG_LIB) --cache-dir build/zig-cache --global-cache-dir build/zig-cache

example-zig: dist/libgranary.a node_modules/.package-lock.json | $(BUILT)/
	@echo "--- $@"
	$(call ZIG_PROGRAM,wasm32) -femit-bin=$(BUILT)/zig.wasm
	$(NODE) examples/zig/run.js $(BUILT)/zig.wasm

# The same programs for wasm64, in the newest Node: older ones have no memory64. clang would hand what it
# links to the wasm-opt on PATH, and Debian's cannot read the table of a module for wasm64.
NEWEST_NODE := node_modules/.bin/node

example-c64: dist/libgranary64.a node_modules/.package-lock.json | $(BUILT)/
	@echo "--- $@"
	clang-19 --target=wasm64 $(BARE_C_FLAGS) -c examples/c/words.c -o $(BUILT)/words64.o
	$(LD) -mwasm64 --no-entry --stack-first $(BUILT)/words64.o dist/libgranary64.a -o $(BUILT)/words64.wasm
	$(NEWEST_NODE) examples/c64/run.js

example-zig64: dist/libgranary64.a node_modules/.package-lock.json | $(BUILT)/
	@echo "--- $@"
	$(call ZIG_PROGRAM,wasm64) -femit-bin=$(BUILT)/zig64.wasm
	$(NEWEST_NODE) examples/zig64/run.js $(BUILT)/zig64.wasm

# This takes Debian's compiler, whatever else is on PATH, because its standard library is installed.
example-rust: dist/libgranary.a | $(BUILT)/
	@echo "--- $@"
	@tools/ensure-tools.sh rust
	env RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(LD) \
	  "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-C link-arg=--no-fatal-warnings" \
	  /usr/bin/cargo build --quiet --offline --release --target wasm32-unknown-unknown \
	  --manifest-path examples/rust/Cargo.toml --target-dir $(BUILT)/rust
	$(NODE) examples/rust/run.js $(BUILT)/rust/wasm32-unknown-unknown/release/example.wasm
