/* `expect` of numbers: exit, signal and status are one of some numbers, names or ranges. */
#include <signal.h>

#include "lang/lower.h"

enum { STATUS_MIN = 100, STATUS_MAX = 599 };

static const struct {
	const char *name;
	int number;
} signals[] = {{"HUP", SIGHUP}, {"INT", SIGINT}, {"QUIT", SIGQUIT}, {"ILL", SIGILL}, {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT}, {"BUS", SIGBUS}, {"FPE", SIGFPE}, {"KILL", SIGKILL}, {"USR1", SIGUSR1},
    {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE}, {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"CHLD", SIGCHLD}, {"CONT", SIGCONT}, {"STOP", SIGSTOP}, {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN},
    {"TTOU", SIGTTOU}, {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}};

static bool
signal_named(struct rb_str s, struct rb_range *r)
{
	if (rb_str_starts(s, "SIG"))
		s = rb_str_cut(s, 3, s.n);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		if (rb_str_is(s, signals[i].name)) {
			r->from = r->to = signals[i].number;
			return true;
		}
	}
	return false;
}

static bool
range_of(int row, struct rb_str s, struct rb_range *r)
{
	int64_t max = row == RB_EXPECT_STATUS ? STATUS_MAX
		      : row == RB_EXPECT_EXIT ? RB_EXIT_MAX
					      : RB_SIGNAL_MAX;
	int64_t min = row == RB_EXPECT_STATUS ? STATUS_MIN : row == RB_EXPECT_EXIT ? 0 : 1;
	size_t dash = rb_str_find(s, RB_STR("-"), 1);

	if (row == RB_EXPECT_STATUS && s.n == 3 && s.p[1] == 'x' && s.p[2] == 'x' && s.p[0] >= '1' &&
	    s.p[0] <= '5') {
		r->from = (s.p[0] - '0') * (int64_t)100;
		r->to = r->from + 99;
		return true;
	}
	if (row == RB_EXPECT_SIGNAL && signal_named(s, r))
		return true;
	if (s.n == 0 || s.p[0] < '0' || s.p[0] > '9')
		return false;
	if (rb_str_int(rb_str_cut(s, 0, dash), &r->from) != 0)
		return false;
	r->to = r->from;
	if (dash != SIZE_MAX && rb_str_int(rb_str_cut(s, dash + 1, s.n), &r->to) != 0)
		return false;
	return r->from >= min && r->from <= r->to && r->to <= max;
}

void
rb_lower_ranges(struct rb_part *p, int row, const struct rb_node *node)
{
	static const char *const forms[] = {
	    [RB_EXPECT_EXIT] = "a code from 0 to 255, or a range such as 1-3",
	    [RB_EXPECT_SIGNAL] = "a signal such as TERM, or its number",
	    [RB_EXPECT_STATUS] = "a status such as 200, 2xx or 200-299",
	};
	const char *name = rb_expect_keys[row].name;
	size_t n = node->kind == RB_NODE_LIST ? node->len : 1;
	struct rb_assert *a;

	if (n == 0) {
		rb_diag_add(p->ctx.diags, RB_E_EMPTY, node->span,
		    "the list of `%s` is empty: nothing would pass", name);
		return;
	}
	a = rb_lower_assert(p, RB_ASSERT_ONE_OF, rb_str_c(name), node->span);
	a->subject = rb_lower_subject(p, rb_arena_fmt(p->ctx.arena, "this.%s", name).p);
	a->ranges = RB_ARRAY(p->ctx.arena, struct rb_range, n);
	for (size_t i = 0; i < n; i++) {
		const struct rb_node *item = node->kind == RB_NODE_LIST ? node->items[i] : node;

		if (item->kind == RB_NODE_SCALAR && range_of(row, item->text, &a->ranges[a->nranges]))
			a->nranges++;
		else
			rb_diag_add(p->ctx.diags, RB_E_TYPE, item->span, "`%s` takes %s, or a list of these",
			    name, forms[row]);
	}
}
