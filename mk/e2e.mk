# The runbooks against the real systems.

## make e2e         install what is missing, and run the shipped runbooks on the systems that they are for; PART=x

.PHONY: e2e
e2e:
	@tools/deps.sh e2e
	@+$(again) -s all support
	@SUITE=e2e TEST_SECONDS=600 B=$(B) tests/run.sh $(PART)
