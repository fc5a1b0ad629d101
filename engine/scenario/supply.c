/* From a reply to the result that the driver hands over: completed by the kind as its runner would, and what
 * `match` and `stop_on` find in its texts by the matcher of a run. */
#include "kinds/words.h"
#include "scenario/state.h"

#include <string.h>

static void
add_facts(struct rb_result *res, struct rb_arena *arena, const struct rb_vpair *more, size_t n)
{
	size_t have = res->facts.kind == RB_V_MAP ? res->facts.map->len : 0;
	struct rb_vpair *pairs;
	struct rb_value all = rb_v_map(arena, have + n, &pairs);

	if (have > 0)
		memcpy(pairs, res->facts.map->pairs, have * sizeof(*pairs));
	memcpy(pairs + have, more, n * sizeof(*more));
	res->facts = all;
}

/* ---- what is found in its texts ---- */

static struct rb_str
text_of(const struct rb_result *res, const char *name)
{
	struct rb_value v =
	    res->facts.kind == RB_V_MAP ? rb_v_get_c(res->facts, name) : rb_v_unset(RB_STR(""));

	return v.kind == RB_V_TEXT ? v.s : RB_STR("");
}

/* A matcher that was fed with all of it. */
static struct rb_matcher *
matched(const struct rb_attempt *at, const struct rb_result *res, const struct rb_match_row *rows, size_t n)
{
	bool body = (at->step->kind->traits & RB_KIND_BODY) != 0;
	struct rb_matcher *m = rb_matcher_new(NULL, rows, n, body ? 1 : 2);

	rb_matcher_feed(m, 0, text_of(res, body ? "body" : "stdout"));
	if (!body)
		rb_matcher_feed(m, 1, text_of(res, "stderr"));
	rb_matcher_end(m);
	return m;
}

/* A pattern as it stands, or made from its template; then *made. NULL with a reason. */
static struct rb_pattern *
pattern_of(const struct rb_attempt *at, struct rb_pattern *constant, const struct rb_tmpl *tmpl, bool *made,
    struct rb_str *why)
{
	struct rb_eval ev = {.arena = at->arena, .frame = at->frame, .wall = RB_PLAY_WALL};

	*made = constant == NULL;
	return constant != NULL ? constant : rb_tmpl_pattern(tmpl, &ev, why);
}

static int
take_matches(const struct rb_attempt *at, struct rb_result *res)
{
	const struct rb_step *s = at->step;
	struct rb_match_row *rows = RB_ARRAY(at->arena, struct rb_match_row, s->nmatches);
	struct rb_vpair *facts = RB_ARRAY(at->arena, struct rb_vpair, s->nmatches);
	bool *made = RB_ARRAY(at->arena, bool, s->nmatches);
	struct rb_str why = RB_STR("");
	struct rb_matcher *m;
	size_t n = 0;

	for (; n < s->nmatches; n++) {
		rows[n].name = s->matches[n].name;
		rows[n].pattern = pattern_of(at, s->matches[n].pattern, s->matches[n].tmpl, &made[n], &why);
		if (rows[n].pattern == NULL)
			break;
	}
	if (n == s->nmatches) {
		m = matched(at, res, rows, n);
		for (size_t i = 0; i < n; i++) {
			struct rb_match_fact fact;

			rb_matcher_fact(m, i, &fact);
			facts[i] = (struct rb_vpair){
			    rows[i].name, rb_match_value(at->arena, rows[i].pattern, &fact)};
		}
		rb_matcher_free(m);
		add_facts(res, at->arena, facts, n);
	}
	for (size_t i = 0; i < n; i++) {
		if (made[i])
			rb_pattern_close(rows[i].pattern);
	}
	if (n == s->nmatches)
		return 0;
	res->ended = RB_ENDED_ERROR;
	res->reason = why;
	return -1;
}

/* ---- stop_on ---- */

static bool
stop_is_seen(const struct rb_attempt *at, struct rb_result *res)
{
	const struct rb_stop_on *stop = at->step->stop_on;
	struct rb_match_row row = {.name = RB_STR("stop_on")};
	struct rb_match_fact fact;
	struct rb_str why = RB_STR("");
	struct rb_matcher *m;
	bool made;

	if (stop->pattern == NULL && stop->tmpl == NULL)
		return false;
	row.pattern = pattern_of(at, stop->pattern, stop->tmpl, &made, &why);
	if (row.pattern == NULL) {
		res->ended = RB_ENDED_ERROR;
		res->reason = why;
		return false;
	}
	m = matched(at, res, &row, 1);
	rb_matcher_fact(m, 0, &fact);
	rb_matcher_free(m);
	if (made)
		rb_pattern_close(row.pattern);
	return fact.matched;
}

/* A command that is followed until something is seen: it goes on while nothing is, unless it was said to end.
 */
static void
take_stop(const struct rb_attempt *at, const struct rb_mock_reply *reply, struct rb_result *res, bool *stays)
{
	const struct rb_stop_on *stop = at->step->stop_on;
	bool timed = stop->operator_ || (stop->after != NULL && stop->after->node != NULL),
	     ends = reply->takes_time || rb_v_get_c(reply->facts, "exit").kind != RB_V_UNSET ||
		    rb_v_get_c(reply->facts, "signal").kind != RB_V_UNSET;

	if (stop_is_seen(at, res)) {
		*stays = false;
		res->stopped = true;
		res->ended = RB_ENDED_OK;
		res->summary = RB_STR(RB_SAYS_STOP_SEEN);
	} else if (!*stays && timed && !ends) {
		*stays = true;
	} else if (!*stays && res->ended != RB_ENDED_ERROR) {
		res->ended = RB_ENDED_FAILED;
		res->reason = RB_STR(RB_SAYS_STOP_UNMET);
	}
}

/* ---- the whole ---- */

static int
complete(struct rb_play *p, const struct rb_attempt *at, const struct rb_mock_reply *reply, int64_t pid,
    bool cut, struct rb_result *res)
{
	const struct rb_mock m = {.request = at->request,
	    .arena = at->arena,
	    .given = reply->facts,
	    .refused = reply->refused,
	    .takes = reply->takes,
	    .wall = RB_PLAY_WALL + (p->now - RB_PLAY_BEGIN) + reply->takes,
	    .pid = pid,
	    .cut = cut};

	if (at->step->kind->mock(&m, res) == 0)
		return 0;
	rb_diag_add(p->load.diags, RB_E_SCENARIO, reply->span, "%.*s", RB_STR_ARG(res->reason));
	return -1;
}

static void
clear(struct rb_result *res)
{
	memset(res, 0, sizeof(*res));
	res->facts = res->record = rb_v_unset(RB_STR(""));
	res->reason = res->summary = RB_STR("");
}

void
rb_supply_cut(struct rb_play *p, struct rb_due *due)
{
	const struct rb_attempt *at = due->attempt;

	clear(&due->res);
	/* The facts were taken once: they are so again. */
	complete(p, at, due->reply, due->pid, true, &due->res);
	if (at->step->nmatches > 0 && (at->step->kind->traits & RB_KIND_OUTPUT) != 0)
		take_matches(at, &due->res);
	due->res.ended = RB_ENDED_CANCELLED;
	due->res.reason = RB_STR(RB_SAYS_ENDED);
}

void
rb_supply_tell(struct rb_play *p, const struct rb_attempt *at, const struct rb_result *res)
{
	static const char *const names[RB_STREAMS] = {
	    [RB_STDOUT] = "stdout", [RB_STDERR] = "stderr", [RB_BODY] = "body"};

	if (rb_step_keeps_secret(at->step))
		return;
	for (int i = 0; i < RB_STREAMS; i++) {
		struct rb_str text = text_of(res, names[i]);
		struct rb_bus_output *o;

		if (text.n == 0)
			continue;
		o = rb_bus_output_open(p->bus, &at->where, (enum rb_stream)i);
		rb_bus_output_write(o, text);
		rb_bus_output_end(o);
		rb_bus_output_close(o);
	}
}

int
rb_supply(struct rb_play *p, const struct rb_attempt *at, const struct rb_mock_reply *reply,
    struct rb_result *res, bool *stays)
{
	unsigned traits = at->step->kind->traits;

	clear(res);
	p->pid++;
	*stays = reply->hangs;
	if (reply->has_error) {
		res->ended = RB_ENDED_ERROR;
		res->reason = reply->error;
		res->retriable = true;
		return 0;
	}
	if (reply->has_failed)
		res->facts = reply->facts;
	else if (complete(p, at, reply, p->pid, false, res) < 0)
		return -1;
	if (reply->has_failed) {
		res->ended = RB_ENDED_FAILED;
		res->reason = reply->failed;
	}
	if ((traits & RB_KIND_STAYS) != 0 && at->step->ready != NULL && res->ended == RB_ENDED_OK)
		*stays = true;
	if (at->step->nmatches > 0 && take_matches(at, res) < 0)
		return 0;
	if (at->step->stop_on != NULL && !reply->has_failed)
		take_stop(at, reply, res, stays);
	return 0;
}
