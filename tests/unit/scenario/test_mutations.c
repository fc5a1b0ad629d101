/* Scenario files that were damaged: whatever stands in one, it is refused or played, and comes to an end. */
#include "stage.h"

enum { ROUNDS = 3000 };

static const char book[] =
    "runbook: t\n"
    "inputs: {port: {type: port, default: 80}}\n"
    "steps:\n"
    "  - {id: a, http: \"http://h/\", retry: {times: 2}, on_fail: continue}\n"
    "  - {id: b, look: tail log, match: {taken: in use}, timeout: 9s, on_fail: continue}\n"
    "  - {id: c, port: \"${port}\", on_fail: continue}\n"
    "  - {id: d, call: p, on_fail: continue}\n"
    "  - {id: q, ask: {question: Which?, choices: [x, y]}}\n"
    "procedures:\n"
    "  p: {outputs: {ok: {type: bool, value: e.passed}}, steps: [{id: e, run: go, confirm: Go?}]}\n";

static const char scenarios[] = "test: t.yaml\n"
				"inputs: {port: 8000}\n"
				"host: {name: web, lacks: [jq]}\n"
				"results: {c: {listening: false}}\n"
				"scenarios:\n"
				"  - name: one\n"
				"    results:\n"
				"      a: [{refused: true}, {status: 200, json: {ok: true}, takes: 3s}]\n"
				"      b: {stdout: in use, hangs: true}\n"
				"      d/e: {exit: 0, pid: 7}\n"
				"    answers: {q: {answer: x, takes: 1m}, d/e: [yes]}\n"
				"    signals: [{at: 50s, signal: HUP}]\n"
				"    expect:\n"
				"      outcome: resolved\n"
				"      path: [a, b, c, d, d/e, q]\n"
				"      statuses: {a: passed, b: timed_out}\n"
				"      values: {a.status: 200, b.taken: true}\n"
				"      that: [a.attempts == 2]\n"
				"      requests: {b: {script: tail log}, c: {port: 8000}}\n"
				"      asked: {q: Which}\n"
				"      elapsed: {at_least: 10s}\n";

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Once or twice: mostly a letter or digit of a word, which YAML does not see; else any byte, or some are cut
 * out or doubled. */
static void
damage(char *text, size_t *n, uint32_t *seed)
{
	static const char words[] = "0123456789abcdefghilmnoprstuy",
			  bytes[] = "{}[]:,-\"'#/. \n\t$&*!|>%@\x01\xff";

	for (uint32_t i = next(seed) % 2 + 1; i > 0 && *n > 8; i--) {
		size_t at = next(seed) % *n, len = next(seed) % 12 + 1;

		if (len > *n - at)
			len = *n - at;
		switch (next(seed) % 8) {
		case 0:
			memmove(text + at + len, text + at, *n - at);
			*n += len;
			break;
		case 1:
			memmove(text + at, text + at + len, *n - at - len);
			*n -= len;
			break;
		case 2:
			text[at] = bytes[next(seed) % (sizeof(bytes) - 1)];
			break;
		default:
			while (at + 1 < *n && !is_word(text[at]))
				at++;
			text[at] = words[next(seed) % (sizeof(words) - 1)];
			break;
		}
	}
	text[*n] = '\0';
}

static void
test_damaged(void **state)
{
	char text[sizeof(scenarios) + 64];
	size_t played = 0, refused = 0;
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = sizeof(scenarios) - 1;
		struct stage s;

		memcpy(text, scenarios, n);
		damage(text, &n, &seed);
		stage_init(&s);
		stage_add(&s, "t.yaml", book);
		if (stage_load(&s, text)) {
			stage_play(&s);
			played++;
		} else {
			assert_true(s.diags.errors > 0);
			refused++;
		}
		stage_free(&s);
	}
	/* The damage is of a size that both come often. */
	assert_true(played > ROUNDS / 20);
	assert_true(refused > ROUNDS / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_damaged)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
