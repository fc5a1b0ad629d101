/* Ending what is out: a visit that is cut tells the driver to end its attempt, look and question, and waits
 * for each of them, so that the record has their ends. */
#include "flow/state.h"

static bool
is_out(const struct rb_visit *v)
{
	return v->main != NULL || v->look != NULL || v->asking != NULL;
}

static void
end_try(struct rb_try *t, enum rb_cancel why)
{
	if (t != NULL && !t->done && (!t->cancelled || (why == RB_CANCEL_NOW && t->why != RB_CANCEL_NOW)))
		rb_try_cancel(t, why);
}

/* What was told to end has ended: the record gets its end. */
enum rb_signal
rb_ending_drain(struct rb_visit *v)
{
	struct rb_flow *f = rb_visit_flow(v);
	struct rb_reason reason;

	if (v->main != NULL && v->main->asking != NULL && v->main->asking->done) {
		rb_emit_answer(v, v->main->asking);
		v->main->res.ended = RB_ENDED_CANCELLED;
		v->main->done = true;
	}
	if (v->main != NULL && v->main->done) {
		rb_try_judge(v, v->main, &reason);
		rb_visit_found(v, v->main);
		rb_try_free(f, v->main);
		v->main = NULL;
	}
	if (v->look != NULL && v->look->done) {
		rb_try_judge(v, v->look, &reason);
		rb_try_free(f, v->look);
		v->look = NULL;
	}
	if (v->asking != NULL && v->asking->done) {
		rb_emit_answer(v, v->asking);
		rb_asking_free(f, v->asking);
		v->asking = NULL;
	}
	return is_out(v) ? RB_SIG_NONE : RB_SIG_YES;
}

enum rb_signal
rb_ending_all(struct rb_visit *v)
{
	enum rb_cancel why = rb_visit_flow(v)->now ? RB_CANCEL_NOW : RB_CANCEL_ABORT;

	rb_visit_stop_timers(v);
	end_try(v->main, why);
	end_try(v->look, why);
	if (v->asking != NULL)
		rb_asking_cancel(rb_visit_flow(v), v->asking);
	return rb_ending_drain(v);
}

enum rb_signal
rb_ending_cut(struct rb_visit *v)
{
	struct rb_str why = RB_STR("");

	if (rb_cut_at(rb_visit_flow(v), &v->a, &why) != RB_CUT_NONE && v->outcome != RB_CANCELLED)
		rb_visit_fail(v, RB_CANCELLED, why);
	return rb_ending_all(v);
}

bool
rb_visit_cuttable(const struct rb_visit *v, enum rb_cut level)
{
	bool people = v->asking != NULL || (v->main != NULL && v->main->asking != NULL);

	if (v->state == RB_S_ENDING || v->state == RB_S_DETACH)
		return rb_visit_flow(v)->now;
	if (!is_out(v) && v->timer.at == 0 && v->tick.at == 0)
		return false; /* what is inside is told by itself, or it has not begun */
	switch (level) {
	case RB_CUT_NONE:
		return false;
	case RB_CUT_SOFT:
		return people;
	case RB_CUT_DEADLINE:
		return people || v->main == NULL || v->main->effect == RB_READ;
	case RB_CUT_HARD:
		break;
	}
	return true;
}
