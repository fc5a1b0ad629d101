# The runbooks against the real systems.

.PHONY: e2e
e2e:
	@tools/deps.sh e2e
	@+$(again) -s all support
	@SUITE=e2e TEST_SECONDS=1800 B=$(B) tests/run.sh $(PART)
