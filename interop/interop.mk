# Real clients: programs, compilers, runtimes and browsers that nobody here wrote use the products. The
# Makefile includes this file.
#
#   make interop                  runs every client; INTEROP=name runs only interop/name*.test.js

INTEROP ?=

.PHONY: interop interop-tools

interop: $(PRODUCTS) release interop-tools map-build ## use the products from real programs, compilers, runtimes and browsers
	@$(NODE) interop/wasi/set-up.js
	@$(NODE) --test --test-reporter=spec interop/$(INTEROP)*.test.js

interop-tools: tools node_modules/.package-lock.json interop/node_modules/.package-lock.json
	@tools/ensure-tools.sh interop

interop/node_modules/.package-lock.json: interop/package-lock.json | tools
	$(call npm_ci,interop)
