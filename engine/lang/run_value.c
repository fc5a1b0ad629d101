/* The members of `run`: their types for the checker and the reference, their values for who begins a run. */
#include "lang/run_value.h"

enum { ID, HOST, OPERATOR, STARTED, ELAPSED, TRANSCRIPT, MEMBERS };

static const struct rb_member members[MEMBERS] = {
    [ID] = {RB_STR_INIT("id"), &rb_types[RB_TEXT], false, "id of the run"},
    [HOST] = {RB_STR_INIT("host"), &rb_types[RB_TEXT], false, "name of the host"},
    [OPERATOR] = {RB_STR_INIT("operator"), &rb_types[RB_TEXT], false, "who runs it"},
    [STARTED] = {RB_STR_INIT("started"), &rb_types[RB_TIME], false, "when it began"},
    [ELAPSED] = {RB_STR_INIT("elapsed"), &rb_types[RB_DURATION], false, "how long it has been running"},
    [TRANSCRIPT] = {RB_STR_INIT("transcript"), &rb_types[RB_PATH], false, "path of the transcript"},
};
const struct rb_type rb_run_type = {RB_RECORD, NULL, MEMBERS, members};

struct rb_value
rb_run_value(struct rb_arena *arena, const struct rb_run_facts *facts)
{
	struct rb_vpair *pairs;
	struct rb_value v = rb_v_map(arena, MEMBERS - 1, &pairs);

	*pairs++ = (struct rb_vpair){members[ID].name, rb_v_text(facts->id)};
	*pairs++ = (struct rb_vpair){members[HOST].name, rb_v_text(facts->host)};
	*pairs++ = (struct rb_vpair){members[OPERATOR].name, rb_v_text(facts->operator_)};
	*pairs++ = (struct rb_vpair){members[STARTED].name, rb_v_of(RB_V_TIME, facts->started)};
	*pairs++ = (struct rb_vpair){members[TRANSCRIPT].name, rb_v_text(facts->transcript)};
	return v;
}
