/* Runbooks made at random, with signals and answers at random: whatever happens in a run, its record is
 * whole. */
#include "mockdriver.h"

enum { RUNS = 1500, PATHS = 4096, MOST_ADVANCES = 200000, PROCEDURES = 2 };

/* ---- making one ---- */

struct maker {
	uint64_t seed;
	unsigned ids;
	struct rb_buf out;
	bool procedure; /* in one of them: no `end` */
};

/* xorshift64: the same runs on every machine */
static unsigned
pick(struct maker *k, unsigned n)
{
	k->seed ^= k->seed << 13;
	k->seed ^= k->seed >> 7;
	k->seed ^= k->seed << 17;
	return (unsigned)(k->seed >> 33) % n;
}

static const char *
one_of(struct maker *k, const char *const *of, unsigned n)
{
	return of[pick(k, n)];
}

#define ONE_OF(k, ...)                                                                                       \
	one_of((k), (const char *const[]){__VA_ARGS__},                                                      \
	    (unsigned)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)))

static const char *
script(struct maker *k)
{
	return ONE_OF(k, "pass", "pass", "pass", "2s pass", "30s pass", "fail", "1s fail", "error", "never",
	    "stubborn", "'fail, pass'", "'error, fail, pass'", "5s error");
}

static void
line(struct maker *k, unsigned deep, const char *fmt, ...)
{
	va_list ap;

	rb_buf_pad(&k->out, ' ', (size_t)deep * 2);
	va_start(ap, fmt);
	rb_buf_vfmt(&k->out, fmt, ap);
	va_end(ap);
	rb_buf_char(&k->out, '\n');
}

static void make_list(struct maker *k, unsigned deep, unsigned nested);

static void
make_edges(struct maker *k, unsigned deep, unsigned first, bool closing)
{
	static const char *const keys[] = {"on_pass", "on_fail", "on_timeout"};

	for (unsigned i = 0; i < 3; i++) {
		if (pick(k, 3) > 0)
			continue;
		if (closing || pick(k, 2) == 0) {
			line(k, deep, "%s: %s", keys[i], "continue");
			continue;
		}
		switch (pick(k, 3)) {
		case 0:
			line(k, deep, "%s: goto s%u", keys[i], first);
			break;
		case 1:
			line(k, deep, "%s: [{id: s%u, look: %s}]", keys[i], k->ids++, script(k));
			break;
		default:
			if (k->procedure)
				line(k, deep, "%s: done", keys[i]);
			else
				line(k, deep, "%s: end %s", keys[i],
				    ONE_OF(k, "resolved", "failed", "escalated"));
		}
	}
}

static void
make_leaf(struct maker *k, unsigned deep)
{
	bool change = pick(k, 2) == 0;

	line(k, deep, "%s: %s", change ? "run" : "look", script(k));
	if (pick(k, 3) == 0)
		line(k, deep, "timeout: %us", pick(k, 20) + 1);
	if (pick(k, 4) == 0)
		line(k, deep, "retry: {times: %u, every: %us%s}", pick(k, 4) + 1, pick(k, 5) + 1,
		    change ? ", unsafe: true" : "");
	if (pick(k, 4) == 0)
		line(k, deep, "verify: {look: %s, within: %us}", script(k), pick(k, 30) + 1);
	if (pick(k, 6) == 0)
		line(k, deep, "done_if: {look: %s}", script(k));
	if (pick(k, 6) == 0)
		line(k, deep, "for_each: {in: [x, y, z], as: v%u, stop_on_fail: %s}", k->ids,
		    ONE_OF(k, "true", "false"));
}

static void
make_checks(struct maker *k, unsigned deep)
{
	unsigned n = pick(k, 5) + 1;

	if (pick(k, 2) == 0)
		line(k, deep, "max: %u", pick(k, 3) + 1);
	line(k, deep, "checks:");
	for (unsigned i = 0; i < n; i++)
		line(k, deep + 1, "- {id: s%u, look: %s}", k->ids++, script(k));
}

static void
make_step(struct maker *k, unsigned deep, unsigned nested, unsigned first, bool closing)
{
	unsigned form = pick(k, nested > 0 ? 9 : 4);

	line(k, deep, "- id: s%u", k->ids++);
	deep++;
	if (pick(k, 6) == 0)
		line(k, deep, "if: 1 %s 2", ONE_OF(k, "<", ">"));
	if (pick(k, 8) == 0)
		line(k, deep, "confirm: Sure?");
	if (pick(k, 8) == 0)
		line(k, deep, "optional: true");
	make_edges(k, deep, first, closing);
	if (form >= 4 && pick(k, 4) == 0)
		line(k, deep, "timeout: %us", pick(k, 40) + 1);
	switch (form) {
	default:
		make_leaf(k, deep);
		break;
	case 4:
		make_checks(k, deep);
		break;
	case 5:
	case 6:
		if (pick(k, 3) == 0)
			line(k, deep, "for_each: {in: [x, y], as: v%u}", k->ids);
		line(k, deep, "block:");
		make_list(k, deep + 1, nested - 1);
		if (pick(k, 2) == 0)
			line(k, deep, "finally: [{id: s%u, look: %s}]", k->ids++, script(k));
		break;
	case 7:
		line(k, deep, "branch:");
		line(k, deep + 1, "- if: 1 %s 2", ONE_OF(k, "<", ">"));
		line(k, deep + 2, "then:");
		make_list(k, deep + 3, nested - 1);
		break;
	case 8:
		if (k->procedure)
			line(k, deep, "look: %us pass", pick(k, 9) + 1);
		else
			line(k, deep, "call: p%u", pick(k, PROCEDURES));
		break;
	}
}

static void
make_list(struct maker *k, unsigned deep, unsigned nested)
{
	unsigned n = pick(k, 4) + 1, first = k->ids;

	for (unsigned i = 0; i < n; i++)
		make_step(k, deep, nested, first, false);
}

static void
make_runbook(struct maker *k)
{
	if (pick(k, 3) == 0)
		line(k, 0, "timeout: %us", pick(k, 120) + 1);
	if (pick(k, 2) == 0) {
		line(k, 0, "escalate:");
		line(k, 1, "- {after: %us, steps: [{id: s%u, run: %s}]}", pick(k, 60), k->ids, script(k));
		line(k, 1, "- {on: failed, steps: [{id: s%u, run: %s}]}", k->ids + 1, script(k));
		k->ids += 2;
	}
	line(k, 0, "steps:");
	make_list(k, 1, 3);
	if (pick(k, 2) == 0) {
		line(k, 0, "finally:");
		make_step(k, 1, 0, k->ids, true);
	}
	line(k, 0, "procedures:");
	k->procedure = true;
	for (unsigned i = 0; i < PROCEDURES; i++) {
		line(k, 1, "p%u:", i);
		line(k, 2, "steps:");
		make_list(k, 3, 2);
	}
}

/* ---- what must hold of every record ---- */

struct record {
	struct {
		char path[96];
		unsigned starts, ends, tries;
	} steps[PATHS];
	size_t len;
	bool over;
	unsigned events;
};

static void
see_step(struct record *r, const struct rb_event *ev)
{
	size_t i = 0;
	char path[96];

	snprintf(path, sizeof(path), "%.*s", RB_STR_ARG(ev->where.step));
	while (i < r->len && strcmp(r->steps[i].path, path) != 0)
		i++;
	if (i == r->len) {
		assert_true(r->len < PATHS);
		assert_int_equal(ev->type, RB_EV_STEP_START);
		memcpy(r->steps[r->len++].path, path, sizeof(path));
	}
	switch (ev->type) {
	case RB_EV_STEP_START:
		assert_int_equal(r->steps[i].starts++, 0); /* a path is used once */
		break;
	case RB_EV_STEP_END:
		assert_int_equal(r->steps[i].ends++, 0);
		assert_int_equal(r->steps[i].tries, 0); /* nothing of it is left open */
		break;
	case RB_EV_ATTEMPT_START:
		r->steps[i].tries++;
		assert_true(r->steps[i].tries <= 2); /* a `start` and a look */
		break;
	case RB_EV_ATTEMPT_END:
		assert_true(r->steps[i].tries-- > 0);
		break;
	default:
		assert_int_equal(r->steps[i].ends, 0);
		break;
	}
}

static int
see(void *ctx, const struct rb_event *ev)
{
	struct record *r = ctx;

	r->events++;
	assert_false(r->over);
	if (ev->type == RB_EV_RUN_END)
		r->over = true;
	else if (ev->where.step.n > 0)
		see_step(r, ev);
	return 0;
}

static void
drive(struct mock *m, const char *text)
{
	for (unsigned i = 0; i < MOST_ADVANCES; i++) {
		int64_t wake;

		mock_complete_due(m);
		wake = rb_flow_advance(m->flow);
		if (rb_flow_done(m->flow, &m->end))
			return;
		wake = mock_next(m, wake);
		if (wake == RB_NEVER)
			break;
		if (wake > m->now)
			m->now = wake;
	}
	fail_msg("this run does not end:\n%s", text);
}

static void
check_run(struct maker *k, struct record *r)
{
	static const char *const words[] = {
	    "yes", "no", "skip", "3s yes", "200s yes", "nobody", "yes", "abort"};
	struct rb_sink sink = {.ctx = r, .event = see};
	struct mock m;

	memset(r, 0, sizeof(*r));
	mock_init(&m);
	make_runbook(k);
	for (size_t i = 0; i + 1 < MOCK_ANSWERS; i++)
		m.answers[i] = words[pick(k, sizeof(words) / sizeof(words[0]))];
	for (size_t i = 0; i < 3 && pick(k, 3) == 0; i++) {
		m.signals[i].at = (int64_t)pick(k, 100) * RB_SECOND;
		m.signals[i].signo = (const int[]){SIGINT, SIGTERM, SIGHUP}[pick(k, 3)];
	}
	m.no_disk = pick(k, 20) == 0;
	mock_load(&m, rb_buf_cstr(&k->out));
	mock_start_flow(&m);
	rb_bus_add(m.bus, &sink);
	drive(&m, rb_buf_cstr(&k->out));
	assert_true(r->over);
	for (size_t i = 0; i < r->len; i++) {
		if (r->steps[i].ends != 1 || r->steps[i].tries != 0)
			fail_msg("%s has no end in\n%s\n%s", r->steps[i].path, rb_buf_cstr(&k->out),
			    rb_buf_cstr(&m.trace));
	}
	assert_int_equal(m.running, 0);
	rb_flow_free(m.flow);
	m.flow = NULL;
	assert_int_equal(m.live, 0);
	mock_free(&m);
}

static void
test_random_runs(void **state)
{
	struct record *r = rb_alloc_zero(NULL, 1, sizeof(*r));
	struct maker k = {.seed = 0x9E3779B97F4A7C15U};
	size_t events = 0;

	(void)state;
	rb_buf_init(&k.out, NULL, SIZE_MAX);
	for (unsigned i = 0; i < RUNS; i++) {
		rb_buf_clear(&k.out);
		k.ids = 0;
		k.procedure = false;
		check_run(&k, r);
		events += r->events;
	}
	assert_true(events > RUNS * (size_t)10);
	rb_buf_free(&k.out);
	rb_alloc_free(NULL, r);
}

/* The same with every run dropped in the middle. */
static void
test_random_drops(void **state)
{
	struct maker k = {.seed = 0xD1B54A32D192ED03U};

	(void)state;
	rb_buf_init(&k.out, NULL, SIZE_MAX);
	for (unsigned i = 0; i < RUNS / 3; i++) {
		struct mock m;

		rb_buf_clear(&k.out);
		k.ids = 0;
		k.procedure = false;
		mock_init(&m);
		make_runbook(&k);
		m.answers[0] = "9s yes";
		mock_load(&m, rb_buf_cstr(&k.out));
		mock_start_flow(&m);
		for (unsigned n = pick(&k, 30); n > 0; n--) {
			int64_t wake = mock_next(&m, rb_flow_advance(m.flow));

			if (wake == RB_NEVER)
				break;
			m.now = wake > m.now ? wake : m.now;
			mock_complete_due(&m);
		}
		rb_flow_free(m.flow);
		m.flow = NULL;
		assert_int_equal(m.live, 0);
		mock_free(&m);
	}
	rb_buf_free(&k.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_runs), cmocka_unit_test(test_random_drops)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
