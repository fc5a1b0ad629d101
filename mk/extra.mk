# What stands around the engine: dependencies, checks, the demo, programs for tests and benchmarks, install.
# Included by the Makefile, whose names it uses: B, ALL_CFLAGS, LAYERS, DEPS_*, $(call lib,LAYER).
#
# Lines that start with "##" are what `make help` prints: all of them here, in the order of their use.

## make             build the program: build/runbook
## make demo        install what is missing, break a small API, and mend it with runbooks/api-down.yaml
## make test        install what is missing, and run every test; PART=x: those with x in their name
## make e2e         install what is missing, and run the shipped runbooks on the systems that they are for; PART=x
## make unit        the unit tests of all layers; unit-LAYER: of one
## make check       layers, format, linters; what is not installed is said and left out
## make check-plan  that a dry run and a test of a runbook cannot execute is a property of the build
## make bench       speed as ratios, side by side; BENCH=name: one of them
## make format      clang-format over all C
## make docs        the generated parts of docs/
## make install     into $(DESTDIR)$(prefix), by default /usr/local: the program, librunbook, runbooks, docs
## make uninstall   all of that away again
## make library     librunbook.a, librunbook.so and its pkg-config file
## make deps        install what is missing to build, test and check
## make clean       remove the build folder
##
## B=DIR  build there     CC=clang  another compiler     SAN=1  with ASan and UBSan

DESTDIR ?=

# Homebrew's headers and libraries are where no compiler looks (tools/deps.sh knows the same folders).
BREW := $(wildcard /opt/homebrew/include /home/linuxbrew/.linuxbrew/include)
ALL_CFLAGS += $(BREW:%=-I%)
LIBS += $(BREW:%/include=-L%/lib)

# make builds the first goal that it reads, so the Makefile's `all` stays the default.
.PHONY: help deps deps-build deps-test
help:
	@sed -n 's/^## \{0,1\}//p' mk/extra.mk
deps:
	@tools/deps.sh check
deps-build:
	@tools/deps.sh build
deps-test:
	@tools/deps.sh test

# --- The demo -------------------------------------------------------------------------------------------

DEMO := $(B)/examples/demo/demo_api $(B)/examples/demo/stale
TINY_HTTP := $(B)/examples/demo/tiny_http.o
.PHONY: examples demo
examples: $(DEMO)

# One small program: its object, the tiny server, and base/.
$(B)/tests/support/%.o $(B)/bench/%.o: ALL_CFLAGS += -Iexamples/demo
program = $(CC) $(ALL_CFLAGS) -o $@ $(filter %.o %.a,$^) -Wl,--as-needed $(LIBS) $(SAN_LIBS)

$(DEMO): %: %.o $(TINY_HTTP) $(call lib,base)
	$(program)

# A make of its own, since what deps.sh installs must be there before; with all processors, unless -j is given.
again = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))

demo: deps-build
	@echo "building in $(B)"
	@+$(again) -s all examples
	@examples/demo/demo.sh $(B)

# --- Tests ----------------------------------------------------------------------------------------------

SUPPORT := $(patsubst tests/support/%.c,$(B)/support/%,$(wildcard tests/support/*.c))
.PHONY: support unit-programs test
support: $(SUPPORT)
$(SUPPORT): $(B)/support/%: $(B)/tests/support/%.o $(TINY_HTTP) $(call lib,base)
	@mkdir -p $(@D)
	$(program)

# What runs the runbooks of tests/run: a client of runbook.h, with all of the library.
RUN_DRIVER := $(B)/tests/run/driver
$(RUN_DRIVER): $(B)/tests/run/driver.o $(foreach l,$(filter-out cli,$(LAYERS)),$(call lib,$(l)))
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) $(SAN_LIBS)

PART ?=
unit-programs: $(foreach l,$(LAYERS),$($(l)_TESTS))

test: deps-test
	@echo "building in $(B)"
	@+$(again) -s all examples support $(RUN_DRIVER) $(DRYRUN) unit-programs
	@B=$(B) tests/run.sh $(PART)

# --- Benchmarks -----------------------------------------------------------------------------------------

BENCH ?=
.PHONY: bench
$(B)/bench/bench: $(B)/bench/bench.o $(call lib,base)
	$(program)
bench: deps-build
	@+$(again) -s all support $(B)/bench/bench
	@$(B)/bench/bench $(B) $(BENCH)

# --- Checks ---------------------------------------------------------------------------------------------

C_FILES := $(wildcard engine/*/*.[ch] examples/*/*.[ch] tests/support/*.[ch] tests/unit/*/*.[ch] tests/unit/*.[ch] tests/run/*.[ch] tests/plan/*.[ch] tests/scenario/*.[ch] bench/*.[ch])
SHELL_FILES := $(wildcard tools/*.sh tools/check-* examples/*/*.sh tests/*.sh tests/*.tap tests/*.bats tests/support/*.bash .ci/run)
TIDY := $(patsubst %.c,$(B)/tidy/%.ok,$(filter engine/%.c examples/%.c bench/%.c tests/support/%.c tests/run/%.c,$(C_FILES)))
# Runs $(2) if program $(1) is there, else says that it is left out.
with = @if command -v $(1) >/dev/null 2>&1; then echo "$(1)"; $(2); else echo "$(1): not installed, left out (make deps)"; fi

.PHONY: check check-layers check-symbols check-format check-cppcheck check-tidy check-shell format
# All of them, also where one fails.
check:
	@$(MAKE) --no-print-directory -k check-layers check-symbols check-plan check-format check-cppcheck check-tidy check-shell
check-layers:
	@echo check-layers
	@tools/check-layers .
check-symbols: $(foreach l,$(LAYERS),$(if $(wildcard engine/$(l)/*.c),$(call lib,$(l))))
	@echo check-symbols
	@$(if $(SAN),echo "  left out under SAN: the sanitizers add symbols",tools/check-symbols $^)
check-format:
	$(call with,clang-format,clang-format --dry-run -Werror $(C_FILES))
format:
	clang-format -i $(C_FILES)
# The .d files of the objects tell what a .c file includes, so that a changed header has it looked at again.
$(B)/tidy/%.ok: %.c $(B)/%.o .clang-tidy
	@mkdir -p $(@D)
	clang-tidy --quiet $< -- -std=c11 -D_GNU_SOURCE -Iengine -Iengine/api -Iexamples/demo -I$(B)/gen $(BREW:%=-I%) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@
check-tidy:
	+$(call with,clang-tidy,$(MAKE) --no-print-directory -s $(TIDY))
check-cppcheck:
	@mkdir -p $(B)/cppcheck
	$(call with,cppcheck,cppcheck --quiet --std=c11 --enable=warning$(comma)style$(comma)performance$(comma)portability \
	    --inline-suppr --suppressions-list=tools/cppcheck.suppress --error-exitcode=1 --cppcheck-build-dir=$(B)/cppcheck \
	    -D_GNU_SOURCE -Iengine -Iengine/api -Iexamples/demo $(filter engine/%.c examples/%.c bench/%.c tests/support/%.c tests/run/%.c,$(C_FILES)))
check-shell:
	$(call with,shellcheck,shellcheck -S warning $(SHELL_FILES))
comma := ,

.PHONY: docs
docs: all
	@tools/docs.sh $(B)/runbook
