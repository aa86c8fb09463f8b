# The heap map: a page that plays a trace through two allocators and shows their memories. The Makefile includes
# this file.
#
#   make map                      builds the page, serves it and prints its address
#   make map-build                leaves the page in build/map/site/, for any static server
#   make map-speed                measures in Chromium how fast it draws a heap of 256 MiB

MAP := build/map/site/index.html

.PHONY: map map-build map-speed

map: map-build ## show the heap of a program, page by page, in a browser
	cd map && node_modules/.bin/vite preview

map-build: $(MAP) ## build the page of `make map` into build/map/site/

$(MAP): $(wildcard map/*) $(wildcard bench/trace*.js bench/replay.js bench/traces/*.gz js/*.js) \
        $(filter %.wasm,$(SHIPPED_MODULES)) map/node_modules/.package-lock.json
	@echo "building $(@D)"
	cd map && node_modules/.bin/vite build --logLevel warn

map/node_modules/.package-lock.json: map/package-lock.json | tools
	$(call npm_ci,map)

map-speed: map-build interop-tools ## measure how fast the page draws a heap of 256 MiB
	@$(NODE) interop/map/measure.js
