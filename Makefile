# The door to everything. `make` builds, `make demo` shows, `make test` proves; the rest is in `make help`.
#
#   B=dir     where to build (default: build)
#   CC=clang  another compiler
#   SAN=1     with AddressSanitizer and UndefinedBehaviorSanitizer

B ?= build
CC = gcc
prefix ?= /usr/local
LAYERS := base text lang kinds lint plan event flow scenario os exec record view api cli

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -fvisibility=hidden -fPIC -fno-strict-aliasing -Iengine -I$(B)/gen $(CFLAGS)
ifdef SAN
ALL_CFLAGS += -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SAN_LIBS := -fsanitize=address,undefined
endif
LIBS := -lyaml -lpcre2-8 -ljansson -ldl -lpthread -lm

# What each layer is linked with; the same table is checked against the includes by tools/check-layers.
DEPS_base :=
DEPS_text := base
DEPS_lang := text base
DEPS_kinds := lang text base
DEPS_lint := kinds lang text base
DEPS_plan := kinds lang text base
DEPS_event := base
DEPS_flow := lang event text base
DEPS_scenario := flow event kinds lang text base
DEPS_os := event base
DEPS_exec := flow os kinds lang event text base
DEPS_record := event base
DEPS_view := event base
DEPS_api := scenario lint plan view record exec flow os kinds lang event text base
DEPS_cli := api base

.DELETE_ON_ERROR:
.PHONY: all
all: $(B)/runbook

objs = $(patsubst %.c,$(B)/%.o,$(wildcard engine/$(1)/*.c))
lib = $(B)/librb_$(1).a

$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define layer
$(call lib,$(1)): $(call objs,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
# Unit tests of a layer: tests/unit/LAYER/test_NOUN.c, one program each, linked with the layer and what it may use.
$(1)_TESTS := $$(patsubst tests/unit/$(1)/test_%.c,$(B)/unit/$(1)/%,$$(wildcard tests/unit/$(1)/test_*.c))
$(B)/unit/$(1)/%: tests/unit/$(1)/test_%.c $(call lib,$(1)) $(foreach d,$(DEPS_$(1)),$(call lib,$(d)))
	@mkdir -p $$(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -MF $$@.d -o $$@ $$< -Wl,--start-group $(call lib,$(1)) $(foreach d,$(DEPS_$(1)),$(call lib,$(d))) -Wl,--end-group $(LIBS) -lcmocka $(SAN_LIBS)
.PHONY: unit-$(1)
unit-$(1): $$($(1)_TESTS)
	@set -e; for t in $$^; do echo "== $$$$t"; $$$$t; done
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

# stdlib/ becomes part of the program, its scenarios do not.
STDLIB := $(sort $(filter-out %.test.yaml,$(wildcard stdlib/*/*.yaml)))
$(B)/gen/stdlib.c: tools/embed.sh Makefile $(STDLIB)
	@mkdir -p $(@D)
	tools/embed.sh stdlib $(STDLIB) > $@
$(B)/gen/stdlib.o: $(B)/gen/stdlib.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(call lib,api): $(B)/gen/stdlib.o

$(B)/runbook: $(foreach l,$(LAYERS),$(call lib,$(l)))
	$(CC) $(ALL_CFLAGS) -o $@ -Wl,--start-group $^ -Wl,--end-group $(LIBS) $(SAN_LIBS)

.PHONY: unit
unit: $(foreach l,$(LAYERS),unit-$(l))

.PHONY: clean
clean:
	rm -rf $(B)

-include mk/*.mk
-include $(shell find $(B) -name '*.d' 2>/dev/null)
