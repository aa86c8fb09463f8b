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

# The commands are those of docs/embedding.md, taken from there.
RUN_SECTION := $(NODE) examples/run-section.js

example-javascript: package
	@echo "--- $@"
	$(RUN_SECTION) JavaScript

example-threads: package
	@echo "--- $@"
	$(RUN_SECTION) Threads

# `make interop` opens the page in two browsers, and that of examples/web-threads; here it is only served and
# fetched once.
example-web: package
	@echo "--- $@"
	$(RUN_SECTION) "Web pages and bundlers"
	$(NODE) examples/web/fetch-once.js

example-c: dist/libgranary.a dist/libgranary-threads.a
	@echo "--- $@"
	$(RUN_SECTION) C "What it costs" "Programs with threads / Bare programs"

example-cpp: dist/libgranary.a
	@echo "--- $@"
	$(RUN_SECTION) C++

example-sidecar: dist/granary-import.wasm
	@echo "--- $@"
	$(RUN_SECTION) "A sidecar"

example-wasi: dist/libgranary.a dist/libgranary-threads.a
	@echo "--- $@"
	@tools/ensure-tools.sh wasi
	$(RUN_SECTION) WASI "Programs with threads / wasi-threads"

example-component: dist/libgranary.a interop/node_modules/.package-lock.json
	@echo "--- $@"
	$(RUN_SECTION) Components

example-zig: dist/libgranary.a dist/libgranary-threads.a node_modules/.package-lock.json
	@echo "--- $@"
	$(RUN_SECTION) Zig "Programs with threads / Zig"

# This takes Debian's compiler, whatever else is on PATH, because its standard library is installed.
example-rust: dist/libgranary.a
	@echo "--- $@"
	@tools/ensure-tools.sh rust
	PATH="/usr/bin:$$PATH" RUSTC=/usr/bin/rustc $(RUN_SECTION) Rust

# The same programs for wasm64, in the newest Node: older ones have no memory64. clang would hand what it
# links to the wasm-opt on PATH, and Debian's cannot read the table of a module for wasm64.
example-c64: dist/libgranary64.a node_modules/.package-lock.json
	@echo "--- $@"
	$(RUN_SECTION) "64-bit addresses"

example-zig64: dist/libgranary64.a node_modules/.package-lock.json | $(BUILT)/
	@echo "--- $@"
	$(ZIG) build-exe -OReleaseSmall -target wasm64-freestanding -fno-entry -rdynamic \
	  --dep granary -Mroot=examples/zig/main.zig -Mgranary=zig/src/granary.zig $< \
	  --zig-lib-dir $(ZIG_LIB) --cache-dir build/zig-cache --global-cache-dir build/zig-cache \
	  -femit-bin=$(BUILT)/zig64.wasm
	node_modules/.bin/node examples/zig64/run.js $(BUILT)/zig64.wasm
