/* Attempts of a run as the results of a scenario: no more than what a mock cannot complete by itself. */
#include <string.h>
#include <time.h>

#include "api/tape_parts.h"
#include "kinds/words.h"

void
rb_tape_add(struct rb_tape_entries *r, const char *key, struct rb_str inline_)
{
	if (r->n < RB_TAPE_FIELDS)
		r->items[r->n++] = (struct rb_tape_entry){key, inline_, {NULL, 0}};
}

static void
add_text(struct rb_tape_writer *w, struct rb_tape_entries *r, const char *key, struct rb_str text)
{
	if (r->n < RB_TAPE_FIELDS)
		r->items[r->n++] = (struct rb_tape_entry){key, rb_tape_scalar(w, text), text};
}

/* A body that is an object or a list is easier to read, and to change, as such. */
static void
add_body(struct rb_tape_writer *w, struct rb_tape_entries *out, const struct rb_tape_row *row,
    const struct rb_tape_result *r)
{
	struct rb_str body = rb_tape_output(w, row, &r->out);
	struct rb_value v =
	    body.n <= RB_FACT_TEXT_MAX ? rb_value_from_json(w->arena, body) : rb_v_unset(RB_STR(""));

	if (r->headers.kind == RB_V_MAP)
		rb_tape_add(out, "headers", rb_tape_value(w, r->headers));
	/* Patterns see the bytes. */
	if ((v.kind == RB_V_MAP || v.kind == RB_V_LIST) && row->step->nmatches == 0)
		rb_tape_add(out, "json", rb_tape_value(w, v));
	else if (body.n > 0)
		add_text(w, out, "body", rb_tape_cut(w, row, body));
}

static void
add_output(struct rb_tape_writer *w, struct rb_tape_entries *out, const struct rb_tape_row *row,
    const char *name, const struct rb_tape_output *o)
{
	if (o->file.n > 0)
		add_text(w, out, name, rb_tape_cut(w, row, rb_tape_output(w, row, o)));
}

/* ---- results ---- */

static bool
is_false(struct rb_value v)
{
	return v.kind == RB_V_BOOL && !v.b;
}

/* What the transcript has of a fact, from the facts of the visit or from the end of the attempt. */
static struct rb_value
fact_of(const struct rb_tape_result *r, const char *name)
{
	const struct {
		const char *name;
		int64_t value;
	} numbers[] = {{"exit", r->exit}, {"signal", r->signal}, {"status", r->status}, {"pid", r->pid}};
	struct rb_value v = r->facts.kind == RB_V_MAP ? rb_v_get_c(r->facts, name) : rb_v_unset(RB_STR(""));

	for (size_t i = 0; v.kind == RB_V_UNSET && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(name, numbers[i].name) == 0 && numbers[i].value != RB_TAPE_NONE)
			v = rb_v_int(numbers[i].value);
	}
	return v;
}

/* ---- what needs not be said ---- */

struct fact {
	const struct rb_step *step;
	const struct rb_tape_result *result;
	struct rb_value v;
};

static bool
always(const struct fact *f)
{
	(void)f;
	return true;
}

static bool
is_zero(const struct fact *f)
{
	return rb_value_eq(f->v, rb_v_int(0));
}

static bool
is_one(const struct fact *f)
{
	return rb_value_eq(f->v, rb_v_int(1));
}

static bool
is_fine(const struct fact *f)
{
	return rb_value_eq(f->v, rb_v_int(200));
}

static bool
is_of_script(const struct fact *f)
{
	return (f->step->kind->traits & RB_KIND_OUTPUT) != 0;
}

static bool
is_nothing(const struct fact *f)
{
	return is_false(f->v) || rb_value_eq(f->v, rb_v_text(RB_STR("0B")));
}

static bool
is_not_several(const struct fact *f)
{
	return f->v.kind != RB_V_LIST || f->v.list->len < 2;
}

/* Who listens is told by his pid. */
static bool
is_told(const struct fact *f)
{
	return !is_false(f->v) && fact_of(f->result, "pid").kind != RB_V_UNSET;
}

static bool
is_connected(const struct fact *f)
{
	return !is_false(f->v) || rb_str_ends(f->result->reason, RB_SAYS_REFUSED);
}

static bool
is_as_asked(const struct fact *f)
{
	return rb_value_eq(f->v, rb_v_text(f->result->url));
}

/* Facts that the mock of a kind completes by itself, and when. */
static const struct {
	const char *fact;
	bool (*left_out)(const struct fact *f);
} completed[] = {{"exit", is_zero}, {"status", is_fine}, {"pid", is_of_script}, {"count", is_one},
    {"rss", is_nothing}, {"unseen", is_nothing}, {"output_incomplete", is_nothing}, {"pids", is_not_several},
    {"holders", is_not_several}, {"listening", is_told}, {"connected", is_connected}, {"url", is_as_asked},
    {"time", always}, {"process", always}, {"processes", always}};

static bool
is_completed(const struct rb_step *step, const struct rb_tape_result *r, const char *name, struct rb_value v)
{
	const struct fact f = {step, r, v};

	for (size_t i = 0; i < sizeof(completed) / sizeof(completed[0]); i++) {
		if (strcmp(completed[i].fact, name) == 0)
			return completed[i].left_out(&f);
	}
	return false;
}

/* ---- what is said in another form ---- */

/* How long ago a moment was: the clock of a test is not that of the run. */
static struct rb_str
time_ago(struct rb_tape_writer *w, const struct rb_tape_result *r, struct rb_str text)
{
	struct tm tm = {.tm_year = 0};
	const char *rest = strptime(rb_arena_str(w->arena, text).p, "%Y-%m-%dT%H:%M:%S", &tm);
	int64_t then, ms = 0;

	if (rest == NULL)
		return rb_tape_scalar(w, text);
	if (rest[0] == '.' && rb_str_int(rb_str_cut(rb_str_c(rest), 1, 4), &ms) < 0)
		ms = 0;
	then = (int64_t)timegm(&tm) * RB_SECOND + ms * RB_MS;
	return rb_tape_duration(w, r->wall - then > RB_MS ? r->wall - then : RB_MS);
}

/* Of a certificate the time that it had left, or since when it has none. */
static struct rb_str
cert_text(struct rb_tape_writer *w, const struct rb_tape_result *r, struct rb_value cert)
{
	struct rb_value left = rb_v_get_c(cert, "valid_for"), expires = rb_v_get_c(cert, "expires");
	bool expired = left.kind == RB_V_TEXT && rb_str_starts(left.s, "-");
	struct rb_str text;
	struct rb_buf b;

	rb_buf_init(&b, w->arena->alloc, SIZE_MAX);
	rb_buf_char(&b, '{');
	for (size_t i = 0; i < cert.map->len; i++) {
		const struct rb_vpair *p = &cert.map->pairs[i];

		if (rb_str_is(p->key, "expires") || rb_str_is(p->key, "valid_for"))
			continue;
		rb_buf_str(&b, p->key);
		rb_buf_c(&b, ": ");
		rb_tape_json(w, &b, p->value);
		rb_buf_c(&b, ", ");
	}
	if (expired && expires.kind == RB_V_TEXT)
		text = time_ago(w, r, expires.s);
	else
		text = left.kind == RB_V_TEXT ? left.s : RB_STR("0s");
	rb_buf_fmt(&b, "%s: %.*s}", expired ? "expires" : "valid_for", RB_STR_ARG(text));
	text = rb_arena_str(w->arena, rb_buf_view(&b));
	rb_buf_free(&b);
	return text;
}

/* The kernel's word for each process is made up again from its pid. */
static struct rb_value
without_process(struct rb_tape_writer *w, struct rb_value holders)
{
	struct rb_value *items, list = rb_v_list(w->arena, holders.list->len, &items);
	struct rb_vpair *pairs;

	for (size_t i = 0; i < holders.list->len; i++) {
		const struct rb_value *from = &holders.list->items[i];
		struct rb_vmap *map = RB_NEW(w->arena, struct rb_vmap);

		items[i] = *from;
		if (from->kind != RB_V_MAP)
			continue;
		pairs = RB_ARRAY(w->arena, struct rb_vpair, from->map->len);
		*map = (struct rb_vmap){0, pairs};
		for (size_t k = 0; k < from->map->len; k++) {
			if (!rb_str_is(from->map->pairs[k].key, "process"))
				pairs[map->len++] = from->map->pairs[k];
		}
		items[i].map = map;
	}
	return list;
}

static struct rb_str
fact_text(struct rb_tape_writer *w, const struct rb_tape_result *r, const struct rb_fact_row *row,
    struct rb_value v)
{
	if (row->type->base == RB_TIME && v.kind == RB_V_TEXT)
		return time_ago(w, r, v.s);
	if (strcmp(row->name, "cert") == 0 && v.kind == RB_V_MAP)
		return cert_text(w, r, v);
	if (strcmp(row->name, "holders") == 0 && v.kind == RB_V_LIST)
		v = without_process(w, v);
	return rb_tape_value(w, v);
}

static void
add_facts(struct rb_tape_writer *w, struct rb_tape_entries *out, const struct rb_tape_row *row,
    const struct rb_tape_result *r)
{
	const struct rb_step *step = row->step;
	const struct rb_fact_row *rows = step->kind->facts;

	for (size_t i = 0; rows != NULL && rows[i].name != NULL; i++) {
		struct rb_value v = fact_of(r, rows[i].name);

		if (rb_v_known(v) && !is_completed(step, r, rows[i].name, v))
			rb_tape_add(out, rows[i].name, fact_text(w, r, &rows[i], v));
	}
	if ((step->kind->traits & RB_KIND_BODY) != 0)
		add_body(w, out, row, r);
	if ((step->kind->traits & RB_KIND_OUTPUT) == 0)
		return;
	add_output(w, out, row, "stdout", &r->out);
	add_output(w, out, row, "stderr", &r->err);
}

/* Whether the mock of the kind fails by itself with the facts that are given. */
static bool
fails_by_itself(const struct rb_step *step, const struct rb_tape_result *r)
{
	struct rb_value count = fact_of(r, "count");

	if (r->signal != RB_TAPE_NONE ||
	    ((step->kind->traits & RB_KIND_STAYS) != 0 && r->exit != RB_TAPE_NONE))
		return true;
	return is_false(fact_of(r, "listening")) || (count.kind == RB_V_INT && count.i == 0);
}

/* Where no assertion decided, it failed by itself: the words are what a mock cannot make up. */
static void
add_failure(struct rb_tape_writer *w, struct rb_tape_entries *out, const struct rb_step *step,
    const struct rb_tape_result *r)
{
	if ((step->kind->traits & RB_KIND_CONNECTS) != 0 && rb_str_ends(r->reason, RB_SAYS_REFUSED))
		rb_tape_add(out, "refused", RB_STR("true"));
	else if (rb_str_starts(r->reason, RB_SAYS_NO_PROCESS) && fact_of(r, "count").kind == RB_V_UNSET)
		rb_tape_add(out, "count", RB_STR("0"));
	else if (rb_str_starts(r->reason, "nobody listens on port ") &&
		 fact_of(r, "listening").kind == RB_V_UNSET)
		rb_tape_add(out, "listening", RB_STR("false"));
	else if (!fails_by_itself(step, r))
		rb_tape_add(out, "failed", rb_tape_scalar(w, r->reason));
}

/* Whether its runner, and not what was asked of its facts, could not do it. */
static bool
could_not(const struct rb_tape_result *r)
{
	bool seen = r->exit != RB_TAPE_NONE || r->status != RB_TAPE_NONE || r->signal != RB_TAPE_NONE;
	struct rb_str rest = rb_str_cut(r->reason, rb_str_find(r->reason, RB_STR(" "), 0), r->reason.n);

	if (!rb_str_is(r->outcome, "errored"))
		return false;
	/* "GET http://…: the body is larger than …" */
	if (r->status != RB_TAPE_NONE && r->url.n > 0)
		return rb_str_find(rest, r->url, 0) == 1;
	return !seen && r->facts.kind == RB_V_UNSET;
}

/* What goes on until it is ended: by its time, by the run's end, by `stop_on`, or when it is ready. */
static bool
hangs(const struct rb_step *step, const struct rb_tape_result *r)
{
	if ((step->kind->traits & RB_KIND_STAYS) != 0)
		return false;
	if (rb_str_is(r->outcome, "passed"))
		return step->stop_on != NULL && r->exit == RB_TAPE_NONE &&
		       (step->stop_on->after != NULL || step->stop_on->operator_);
	return rb_str_is(r->outcome, "timed out") || rb_str_is(r->outcome, "cancelled") || r->outcome.n == 0;
}

/* Of one quick attempt nobody asks how long it took; in a row of them, and beside what runs by the clock, it
 * tells what comes first. */
static bool
takes_time(const struct rb_tape_writer *w, const struct rb_tape_row *row, const struct rb_tape_result *r)
{
	/* A program that stays has no end. */
	if ((row->step->kind->traits & RB_KIND_STAYS) != 0 && r->exit == RB_TAPE_NONE)
		return false;
	if (row->n > 1 || w->tape->by_clock)
		return r->duration >= RB_MS;
	return r->duration >= RB_TAPE_QUICK;
}

void
rb_tape_result(struct rb_tape_writer *w, const struct rb_tape_row *row, const struct rb_tape_result *r,
    struct rb_tape_entries *out)
{
	const struct rb_step *step = row->step;
	bool cut = rb_str_is(r->outcome, "timed out") || rb_str_is(r->outcome, "cancelled");

	out->n = 0;
	if (hangs(step, r))
		rb_tape_add(out, "hangs", RB_STR("true"));
	if (could_not(r)) {
		rb_tape_add(out, "error", rb_tape_scalar(w, r->reason));
	} else if (!cut) {
		if (rb_str_is(r->outcome, "failed") && !r->judged)
			add_failure(w, out, step, r);
		add_facts(w, out, row, r);
	}
	if (!hangs(step, r) && takes_time(w, row, r))
		rb_tape_add(out, "takes", rb_tape_duration(w, r->duration));
}
