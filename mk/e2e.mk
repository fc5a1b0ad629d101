# The runbooks against the real systems.

## make e2e         install what is missing, and run the shipped runbooks on the systems that they are for

.PHONY: e2e
e2e:
	@tools/deps.sh e2e
	@+$(again) -s all support
	@B=$(abspath $(B)) bats $(wildcard tests/e2e/*.bats)
