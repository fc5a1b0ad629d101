/* Output on its way: raw bytes to the matchers, masked ones to the record, bounded ones to the facts. */
#include "exec/collect.h"

#include <string.h>

#include "exec/steplog.h"

#define PROGRESS_EVERY (100 * RB_MS)

enum { PROGRESS_MAX = 512 }; /* bytes of the line that a live view gets */

struct stream {
	struct rb_bus_output *out;
	bool keeps;         /* facts hold its text */
	struct rb_buf text; /* up to RB_FACT_TEXT_MAX */
	struct rb_buf tail; /* the last RB_TAIL bytes at least, masked: cut afterwards a secret would show */
	uint64_t count;
	uint64_t lines; /* of a drill: line feeds */
	char last;
};

struct rb_collect {
	struct rb_job *job;
	unsigned nstreams;
	struct stream streams[RB_MATCH_STREAMS];
	struct rb_matcher *matcher;
	size_t nrows;
	struct rb_match_row *rows;
	bool *made;               /* rows whose pattern is ours to close */
	struct rb_steplog *log;   /* of the step, or NULL */
	bool hushed;              /* what it captures is secret: no sink sees its output */
	struct rb_match_row stop; /* stop_on; pattern NULL: none */
	struct rb_matcher *stop_matcher;
	bool stop_made, stopped, ended;
	void (*on_stop)(void *ctx);
	void *ctx;
	int64_t shown_at;
};

/* A pattern as it stands, or made from its template. */
static struct rb_pattern *
pattern_of(struct rb_job *job, struct rb_pattern *constant, const struct rb_tmpl *tmpl, bool *made,
    struct rb_str *why)
{
	struct rb_eval ev = {.arena = job->arena, .frame = job->at->frame, .wall = rb_clock_wall()};

	*made = constant == NULL && tmpl != NULL;
	return *made ? rb_tmpl_pattern(tmpl, &ev, why) : constant;
}

static int
make_patterns(struct rb_collect *c, struct rb_str *why)
{
	const struct rb_step *step = c->job->at->step;

	c->rows = RB_ARRAY(c->job->arena, struct rb_match_row, step->nmatches);
	c->made = RB_ARRAY(c->job->arena, bool, step->nmatches);
	for (size_t i = 0; i < step->nmatches; i++) {
		const struct rb_match_key *m = &step->matches[i];

		c->rows[i].name = m->name;
		c->rows[i].pattern = pattern_of(c->job, m->pattern, m->tmpl, &c->made[i], why);
		if (c->rows[i].pattern == NULL)
			return -1;
		c->nrows++;
	}
	if (step->stop_on != NULL && (step->stop_on->pattern != NULL || step->stop_on->tmpl != NULL)) {
		c->stop.pattern =
		    pattern_of(c->job, step->stop_on->pattern, step->stop_on->tmpl, &c->stop_made, why);
		if (c->stop.pattern == NULL)
			return -1;
	}
	return 0;
}

struct rb_collect *
rb_collect_new(
    struct rb_job *job, unsigned streams, void (*stopped)(void *ctx), void *ctx, struct rb_str *why)
{
	const struct rb_step *step = job->at->step;
	const struct rb_alloc *alloc = job->x->opt.alloc;
	struct rb_collect *c = rb_alloc_zero(alloc, 1, sizeof(*c));

	c->job = job;
	c->nstreams = streams;
	c->on_stop = stopped;
	c->ctx = ctx;
	c->hushed = rb_step_keeps_secret(step);
	for (unsigned i = 0; i < streams; i++) {
		struct stream *s = &c->streams[i];

		s->keeps = streams == 1 ? step->keeps_body : i == 0 ? step->keeps_stdout : step->keeps_stderr;
		rb_buf_init(&s->text, alloc, RB_FACT_TEXT_MAX);
		rb_buf_init(&s->tail, alloc, (size_t)RB_TAIL * 2);
		if (!c->hushed)
			s->out = rb_bus_output_open(job->x->opt.bus, &job->at->where,
			    streams == 1 ? RB_BODY
			    : i == 0     ? RB_STDOUT
					 : RB_STDERR);
	}
	if (!c->hushed)
		c->log = rb_steplog_open(job, why);
	if (why->n > 0 || make_patterns(c, why) < 0) {
		rb_collect_free(c);
		return NULL;
	}
	if (c->nrows > 0)
		c->matcher = rb_matcher_new(alloc, c->rows, c->nrows, streams);
	if (c->stop.pattern != NULL)
		c->stop_matcher = rb_matcher_new(alloc, &c->stop, 1, streams);
	return c;
}

static void
keep_tail(struct rb_buf *tail, struct rb_str bytes)
{
	if (bytes.n >= RB_TAIL) {
		rb_buf_clear(tail);
		bytes = rb_str_cut(bytes, bytes.n - RB_TAIL, bytes.n);
	} else if (tail->len + bytes.n > (size_t)RB_TAIL * 2) {
		rb_buf_shift(tail, tail->len - RB_TAIL);
	}
	rb_buf_str(tail, bytes);
}

static void
look_for_stop(struct rb_collect *c)
{
	struct rb_match_fact fact;

	if (c->stopped || c->stop_matcher == NULL)
		return;
	rb_matcher_fact(c->stop_matcher, 0, &fact);
	c->stopped = fact.matched;
	if (c->stopped && !c->ended)
		c->on_stop(c->ctx);
}

/* The last whole or begun line of the bytes, which are masked, for live views; rate-limited, since a terminal
 * cannot show more. */
static void
show_progress(struct rb_collect *c, struct rb_str bytes)
{
	int64_t now = rb_clock_mono();
	struct rb_event ev;
	const char *nl;

	if (bytes.n == 0 || now - c->shown_at < PROGRESS_EVERY)
		return;
	c->shown_at = now;
	bytes = rb_str_chomp(bytes);
	nl = bytes.n > 0 ? memrchr(bytes.p, '\n', bytes.n) : NULL;
	if (nl != NULL)
		bytes = rb_str_cut(bytes, (size_t)(nl - bytes.p) + 1, bytes.n);
	rb_event_init(&ev, RB_EV_PROGRESS, &c->job->at->where);
	rb_event_text(&ev, "line", rb_str_cut(bytes, 0, PROGRESS_MAX));
	rb_bus_emit(c->job->x->opt.bus, &ev);
}

/* In a drill alone: a run has no use for the number, and a gigabyte would feel it. */
static void
count_lines(struct stream *s, struct rb_str bytes)
{
	if (bytes.n == 0)
		return;
	s->last = bytes.p[bytes.n - 1];
	for (const char *nl = memchr(bytes.p, '\n', bytes.n); nl != NULL;
	     nl = memchr(nl + 1, '\n', bytes.n - (size_t)(nl + 1 - bytes.p)))
		s->lines++;
}

void
rb_collect_bytes(struct rb_collect *c, unsigned stream, struct rb_str bytes)
{
	struct stream *s = &c->streams[stream];

	s->count += bytes.n;
	if (c->job->x->opt.drill)
		count_lines(s, bytes);
	if (c->matcher != NULL)
		rb_matcher_feed(c->matcher, stream, bytes);
	if (s->keeps)
		rb_buf_str(&s->text, bytes);
	if (!c->hushed) {
		struct rb_str safe = rb_bus_output_write(s->out, bytes);

		keep_tail(&s->tail, safe);
		show_progress(c, safe);
	}
	if (c->log != NULL)
		rb_steplog_write(c->log, stream, bytes);
	if (c->stop_matcher != NULL)
		rb_matcher_feed(c->stop_matcher, stream, bytes);
	look_for_stop(c); /* last: its callback may begin to end the job */
}

void
rb_collect_end(struct rb_collect *c)
{
	if (c->ended)
		return;
	c->ended = true;
	if (c->matcher != NULL)
		rb_matcher_end(c->matcher);
	if (c->stop_matcher != NULL)
		rb_matcher_end(c->stop_matcher);
	look_for_stop(c);
	rb_steplog_close(c->log);
	c->log = NULL;
	for (unsigned i = 0; i < c->nstreams; i++) {
		if (c->streams[i].out == NULL)
			continue;
		keep_tail(&c->streams[i].tail, rb_bus_output_end(c->streams[i].out));
		rb_bus_output_close(c->streams[i].out);
		c->streams[i].out = NULL;
	}
}

bool
rb_collect_stopped(const struct rb_collect *c)
{
	return c->stopped;
}

static struct rb_value
stream_text(struct rb_collect *c, unsigned stream, const char *name)
{
	const struct stream *s = &c->streams[stream];

	if (s->text.lost > 0)
		return rb_v_error(c->job->arena,
		    "`%s` is %llu bytes long, more than the 1 MiB that facts hold; use `match`, which reads "
		    "all of it",
		    name, (unsigned long long)s->count);
	return rb_v_text(rb_arena_str(c->job->arena, rb_buf_view(&s->text)));
}

static void
script_texts(struct rb_collect *c, struct rb_facts *facts)
{
	struct rb_value out = rb_v_unset(RB_STR("stdout")), err = rb_v_unset(RB_STR("stderr"));

	if (c->streams[0].keeps) {
		out = stream_text(c, 0, "stdout");
		rb_facts_add(facts, "stdout", out);
	}
	if (c->streams[1].keeps) {
		err = stream_text(c, 1, "stderr");
		rb_facts_add(facts, "stderr", err);
	}
	if (c->streams[0].keeps && c->streams[1].keeps) {
		struct rb_value both = out.kind == RB_V_ERROR ? out : err;

		if (out.kind == RB_V_TEXT && err.kind == RB_V_TEXT) {
			char *p = rb_arena_new(c->job->arena, out.s.n + err.s.n + 1);

			memcpy(p, out.s.p, out.s.n);
			memcpy(p + out.s.n, err.s.p, err.s.n);
			both = rb_v_text((struct rb_str){p, out.s.n + err.s.n});
		}
		rb_facts_add(facts, "output", both);
	}
}

static void
body_texts(struct rb_collect *c, struct rb_facts *facts)
{
	struct rb_value body;

	if (!c->streams[0].keeps)
		return;
	body = stream_text(c, 0, "body");
	rb_facts_add(facts, "body", body);
	rb_facts_add(
	    facts, "json", body.kind == RB_V_TEXT ? rb_value_from_json(c->job->arena, body.s) : body);
}

void
rb_collect_facts(struct rb_collect *c, bool came, struct rb_facts *facts)
{
	for (unsigned i = 0; i < c->nstreams; i++) {
		const struct stream *s = &c->streams[i];

		c->job->res.lines += s->lines + (s->count > 0 && s->last != '\n' && c->job->x->opt.drill);
	}
	if (c->nstreams == 2)
		script_texts(c, facts);
	else if (came)
		body_texts(c, facts);
	for (size_t i = 0; i < c->nrows; i++) {
		struct rb_match_fact fact;

		rb_matcher_fact(c->matcher, i, &fact);
		rb_facts_add_str(
		    facts, c->rows[i].name, rb_match_value(c->job->arena, c->rows[i].pattern, &fact));
	}
}

void
rb_collect_excerpt(struct rb_collect *c, struct rb_result *res)
{
	static const char *const names[] = {"stdout", "stderr"};

	for (unsigned i = c->nstreams; i-- > 0;) {
		struct rb_str tail = rb_buf_view(&c->streams[i].tail);

		if (tail.n == 0)
			continue;
		res->excerpt = rb_arena_str(
		    c->job->arena, rb_str_cut(tail, tail.n > RB_TAIL ? tail.n - RB_TAIL : 0, tail.n));
		res->excerpt_of = c->nstreams == 1 ? "body" : names[i];
		return;
	}
}

void
rb_collect_free(struct rb_collect *c)
{
	const struct rb_alloc *alloc = c->job->x->opt.alloc;

	rb_steplog_close(c->log);
	rb_matcher_free(c->matcher);
	for (size_t i = 0; i < c->nrows; i++) {
		if (c->made[i])
			rb_pattern_close(c->rows[i].pattern);
	}
	rb_matcher_free(c->stop_matcher);
	if (c->stop_made && c->stop.pattern != NULL)
		rb_pattern_close(c->stop.pattern);
	for (unsigned i = 0; i < c->nstreams; i++) {
		if (c->streams[i].out != NULL)
			rb_bus_output_close(c->streams[i].out);
		rb_buf_free(&c->streams[i].text);
		rb_buf_free(&c->streams[i].tail);
	}
	rb_alloc_free(alloc, c);
}
