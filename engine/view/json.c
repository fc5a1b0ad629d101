/* JSON: events as lines, one write each (the transcript's records, and what is only for live views); and the
 * strings of the few values that come as JSON. */
#include "base/json.h"
#include "event/line.h"
#include "view/state.h"

void
rb_json_event(struct rb_view *v, const struct rb_event *ev)
{
	/* The page's own bound is for people; a record is whole or it is none. */
	v->page.out.max = RB_RECORD_LINE_MAX + 1;
	rb_event_line(ev, &v->page.out);
}

bool
rb_json_next_string(struct rb_str *rest, struct rb_buf *out)
{
	size_t from = 0, to;

	while (from < rest->n && rest->p[from] != '"')
		from++;
	if (from == rest->n)
		return false;
	for (to = ++from; to < rest->n && rest->p[to] != '"'; to++)
		to += rest->p[to] == '\\';
	rb_json_unescape(rb_str_cut(*rest, from, to), out);
	*rest = rb_str_cut(*rest, to + 1, rest->n);
	return true;
}
