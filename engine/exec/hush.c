/* Secret captures. Judging is pure, so that it can be done here once before flow does it: the masker must
 * know the value before the first event that could hold it.
 *
 * Where a captured secret goes cannot be told from the file alone: it travels through `set`, `with` and
 * loops. So the last word is spoken here, over the bytes that would be shown. */
#include "exec/hush.h"

/* Each text that the value holds, and what is no text as it is shown. -1 if one is too short or too long. */
static int
learn(struct rb_job *job, struct rb_value v)
{
	struct rb_buf shown;
	int r = 0;

	if (v.kind == RB_V_LIST) {
		for (size_t i = 0; i < v.list->len && r == 0; i++)
			r = learn(job, v.list->items[i]);
		return r;
	}
	if (v.kind == RB_V_MAP || v.kind == RB_V_MATCH) {
		for (size_t i = 0; i < v.map->len && r == 0; i++)
			r = learn(job, v.map->pairs[i].value);
		return r;
	}
	if (v.kind == RB_V_BOOL || v.kind == RB_V_NULL)
		return 0; /* nothing could be told by hiding each "true" */
	rb_buf_init(&shown, job->x->opt.alloc, RB_SECRET_MAX + 1);
	rb_value_show(v, &shown);
	r = rb_masker_add(job->x->opt.masker, rb_buf_view(&shown));
	rb_buf_free(&shown);
	return r;
}

void
rb_hush_result(struct rb_job *job)
{
	const struct rb_step *step = job->at->step;
	struct rb_eval ev = {.arena = job->arena, .frame = job->at->frame, .wall = rb_clock_wall()};
	struct rb_judged judged;

	if (job->x->opt.masker == NULL || !rb_step_keeps_secret(step))
		return;
	rb_step_judge(step, &job->res, &ev, &judged);
	for (size_t i = 0; i < step->ncaptures; i++) {
		const struct rb_capture *cap = &step->captures[i];
		struct rb_value v =
		    judged.facts.kind == RB_V_MAP ? rb_v_get(judged.facts, cap->name) : rb_v_unset(cap->name);

		if (!cap->secret || !rb_v_known(v) || learn(job, v) == 0)
			continue;
		job->res.ended = RB_ENDED_ERROR;
		job->res.reason = rb_arena_fmt(job->arena,
		    "capture `%.*s`: a secret has %d to %d bytes, or it could not be masked",
		    RB_STR_ARG(cap->name), RB_SECRET_MIN, RB_SECRET_MAX);
		return;
	}
}

static bool
holds_secret(const struct rb_job *job, struct rb_str text)
{
	struct rb_buf masked;
	bool holds;

	if (!rb_masker_active(job->x->opt.masker))
		return false;
	rb_buf_init(&masked, job->x->opt.alloc, SIZE_MAX);
	rb_masker_text(job->x->opt.masker, text, &masked);
	holds = !rb_str_eq(rb_buf_view(&masked), text);
	rb_buf_free(&masked);
	return holds;
}

/* The runbook's own words are no secret, even where a password is the same word. */
static bool
is_written_out(const struct rb_field *list, struct rb_str arg)
{
	for (size_t i = 0; i < list->len; i++) {
		if (rb_str_eq(list->items[i].node->text, arg))
			return true;
	}
	return false;
}

static int
check_arguments(struct rb_job *job, struct rb_str *why)
{
	const struct rb_field *field = &job->at->step->args[RB_ARG_SCRIPT_SCRIPT];
	struct rb_value argv = rb_job_value(job, RB_ARG_SCRIPT_SCRIPT);

	for (size_t i = 0; argv.kind == RB_V_LIST && i < argv.list->len; i++) {
		struct rb_value arg = argv.list->items[i];

		if (arg.kind != RB_V_TEXT || is_written_out(field, arg.s) || !holds_secret(job, arg.s))
			continue;
		*why = rb_arena_fmt(job->arena,
		    "argument %zu of its command holds a secret, which every user of this host could read "
		    "there; "
		    "give it through `env` or `stdin`",
		    i);
		return -1;
	}
	return 0;
}

int
rb_hush_request(struct rb_job *job, struct rb_str *why)
{
	const struct rb_request *r = job->at->request;
	const struct {
		const char *key;
		struct rb_value path;
	} files[] = {{"log", r->log}, {"pidfile", r->pidfile}};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i].path.kind != RB_V_TEXT || !holds_secret(job, files[i].path.s))
			continue;
		*why =
		    rb_arena_fmt(job->arena, "`%s`: the name of the file would hold a secret", files[i].key);
		return -1;
	}
	return (job->at->step->kind->traits & (RB_KIND_OUTPUT | RB_KIND_STAYS)) != 0
		   ? check_arguments(job, why)
		   : 0;
}
