# The dry run and the tests of runbooks as programs of their own, linked without the layers that execute: what
# tests/plan.tap runs, and what shows that neither can do more than tell. Included by the Makefile, whose names it uses.

DRYRUN := $(B)/tests/plan/dryrun
PLAN_LIBS := $(foreach l,plan $(DEPS_plan),$(call lib,$(l)))
.PHONY: check-plan
$(DRYRUN): $(B)/tests/plan/dryrun.o $(PLAN_LIBS)
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(PLAN_LIBS) -Wl,--end-group -lyaml -lpcre2-8 -ljansson -lm $(SAN_LIBS)

PLAYER := $(B)/tests/scenario/player
PLAYER_LIBS := $(foreach l,scenario $(DEPS_scenario),$(call lib,$(l)))
$(PLAYER): $(B)/tests/scenario/player.o $(PLAYER_LIBS)
	$(CC) $(ALL_CFLAGS) -o $@ $< -Wl,--start-group $(PLAYER_LIBS) -Wl,--end-group -lyaml -lpcre2-8 -ljansson -lm $(SAN_LIBS)

check-plan: $(DRYRUN) $(PLAYER)
	@echo check-plan
	@$(if $(SAN),echo "  left out under SAN: the sanitizers add symbols",tools/check-plan $^)
