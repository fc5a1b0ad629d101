/* What is open: the visits of steps that have begun, and what their attempts told so far. */
#include <ctype.h>
#include <string.h>

#include "view/state.h"

/* STEP where nothing is said, as in a record of a later version. */
static enum rb_form
form_of(const struct rb_event *ev)
{
	struct rb_str word = rb_event_get_text(ev, "form");

	for (size_t i = 0; i < RB_FORMS; i++) {
		if (rb_str_is(word, rb_form_words[i]))
			return (enum rb_form)i;
	}
	return RB_FORM_STEP;
}

struct rb_open *
rb_open_find(const struct rb_view *v, struct rb_str path)
{
	struct rb_open *found = NULL;

	for (struct rb_open *o = v->open; o != NULL; o = o->next) {
		if (rb_str_eq(o->where.step, path))
			found = o;
	}
	return found;
}

static struct rb_open *
table_of(const struct rb_view *v, const struct rb_open *row)
{
	struct rb_open *found = NULL;

	if (!row->quiet || row->where.depth == 0)
		return NULL;
	for (struct rb_open *o = v->open; o != NULL; o = o->next) {
		if (o->form == RB_FORM_TABLE && o->where.depth + 1 == row->where.depth &&
		    rb_str_eq(rb_str_folder(o->where.step), rb_str_folder(row->where.step)))
			found = o;
	}
	return found;
}

/* The loop that the visit "pods[2]" is an item of. */
static const struct rb_open *
loop_of(const struct rb_view *v, struct rb_str path)
{
	size_t n = path.n;

	if (n == 0 || path.p[n - 1] != ']')
		return NULL;
	while (n > 0 && path.p[n] != '[')
		n--;
	return rb_open_find(v, rb_str_cut(path, 0, n));
}

unsigned
rb_open_indent(struct rb_str path)
{
	size_t at = rb_str_find(path, RB_STR("escalation["), 0);

	return at != SIZE_MAX && (at == 0 || path.p[at - 1] == '/') ? 2 : 0;
}

struct rb_open *
rb_open_begin(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_alloc_zero(v->opt.alloc, 1, sizeof(*o)), **end = &v->open;
	const struct rb_open *loop = loop_of(v, ev->where.step);
	bool headed;

	rb_arena_init(&o->arena, v->opt.alloc);
	rb_arena_init(&o->attempt, v->opt.alloc);
	o->where = ev->where;
	o->where.step = rb_arena_str(&o->arena, ev->where.step);
	o->where.id = rb_arena_str(&o->arena, ev->where.id);
	o->where.title = rb_arena_str(&o->arena, ev->where.title);
	o->kind = rb_arena_str(&o->arena, rb_event_get_text(ev, "kind"));
	o->effect = rb_arena_str(&o->arena, rb_event_get_text(ev, "effect"));
	o->does = rb_arena_str(&o->arena, rb_event_get_text(ev, "does"));
	o->indent = rb_open_indent(o->where.step);
	o->quiet = rb_event_get_num(ev, "quiet", 0) != 0;
	o->form = form_of(ev);
	headed = o->form == RB_FORM_GROUP || o->form == RB_FORM_LIBRARY;
	o->group = headed || o->form == RB_FORM_BRANCH || o->form == RB_FORM_TABLE;
	o->heading = headed && !o->quiet;
	o->all_output = rb_str_is(rb_event_get_text(ev, "show"), "output");
	o->no_output = rb_str_is(rb_event_get_text(ev, "show"), "none");
	o->begun = o->since = ev->mono;
	o->timeout = rb_event_get_num(ev, "timeout", 0);
	if (loop != NULL)
		o->item = rb_arena_str(&o->arena, loop->item);
	o->rows_tail = &o->rows;
	o->failures_tail = &o->failures;
	rb_buf_init(&o->last, v->opt.alloc, RB_VIEW_LAST_MAX);
	rb_buf_init(&o->retried, v->opt.alloc, RB_VIEW_LAST_MAX);
	for (int i = 0; i < RB_STREAMS; i++) {
		rb_buf_init(&o->tails[i], v->opt.alloc, (size_t)RB_VIEW_TAIL * 2);
		rb_buf_init(&o->lines[i], v->opt.alloc, RB_VIEW_LINE_MAX);
	}
	o->table = table_of(v, o);
	if (o->table != NULL) {
		*o->table->rows_tail = o;
		o->table->rows_tail = &o->row;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = o;
	return o;
}

static void
take_out(struct rb_view *v, struct rb_open *o)
{
	for (struct rb_open **p = &v->open; *p != NULL; p = &(*p)->next) {
		if (*p == o) {
			*p = o->next;
			break;
		}
	}
}

struct rb_open *
rb_open_end(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);

	if (o == NULL)
		return NULL;
	take_out(v, o);
	o->over = true;
	o->outcome = rb_arena_str(&o->arena, rb_event_get_text(ev, "outcome"));
	o->reason = rb_arena_str(&o->arena, rb_event_get_text(ev, "reason"));
	o->summary = rb_arena_str(&o->arena, rb_event_get_text(ev, "summary"));
	o->duration = rb_event_get_num(ev, "duration", 0);
	o->continued = rb_event_get_num(ev, "continued", 0) != 0;
	return o;
}

void
rb_open_free(struct rb_view *v, struct rb_open *o)
{
	while (o->rows != NULL) {
		struct rb_open *row = o->rows;

		o->rows = row->row;
		row->table = NULL;
		if (row->over)
			rb_open_free(v, row);
	}
	for (int i = 0; i < RB_STREAMS; i++) {
		rb_buf_free(&o->tails[i]);
		rb_buf_free(&o->lines[i]);
	}
	rb_buf_free(&o->last);
	rb_buf_free(&o->retried);
	rb_arena_free(&o->attempt);
	rb_arena_free(&o->arena);
	rb_alloc_free(v->opt.alloc, o);
}

/* ---- names ---- */

/* "step_3": it stands for a step that was given no id, and says nothing to a reader. */
static bool
is_made(struct rb_str id)
{
	size_t i = 5;

	if (!rb_str_starts(id, "step_"))
		return false;
	while (i < id.n && id.p[i] >= '0' && id.p[i] <= '9')
		i++;
	return i == id.n;
}

struct rb_str
rb_open_id_of(struct rb_view *v, const struct rb_where *where)
{
	struct rb_str id = rb_page_safe(&v->page, where->id, 0);

	if (is_made(where->id))
		return RB_STR("");
	if (where->visit > 1)
		return rb_arena_fmt(&v->page.scratch, "%.*s#%u", RB_STR_ARG(id), where->visit);
	return id;
}

struct rb_str
rb_open_name(struct rb_view *v, const struct rb_where *where)
{
	struct rb_str id = rb_open_id_of(v, where);
	bool made = rb_str_find(where->step, RB_STR("step_"), 0) != SIZE_MAX;

	return id.n > 0 && !made ? rb_page_safe(&v->page, where->step, 0) : id;
}

struct rb_str
rb_open_id(struct rb_view *v, const struct rb_open *o)
{
	return rb_open_id_of(v, &o->where);
}

/* Whether the title has the item as a word of its own. */
static bool
has_word(struct rb_str title, struct rb_str word)
{
	size_t at = rb_str_find(title, word, 0);

	for (; at != SIZE_MAX; at = rb_str_find(title, word, at + 1)) {
		size_t end = at + word.n;

		if ((at == 0 || !isalnum((unsigned char)title.p[at - 1])) &&
		    (end == title.n || !isalnum((unsigned char)title.p[end])))
			return true;
	}
	return false;
}

struct rb_str
rb_open_title(struct rb_view *v, const struct rb_open *o)
{
	struct rb_str title = o->where.title.n > 0 ? o->where.title : o->kind, item;
	size_t colon;

	title = rb_page_safe(&v->page, title, 0);
	if (o->where.title.n == 0 && o->does.n > 0)
		title = rb_page_clip(&v->page, rb_page_safe(&v->page, o->does, 0), RB_PAGE_TITLE);
	/* Of a group it would be said of each step in it. */
	if (rb_str_is(o->effect, "danger") && !o->group)
		title = rb_arena_fmt(&v->page.scratch, "DANGER: %.*s", RB_STR_ARG(title));
	item = rb_page_safe(&v->page, o->item, 0);
	if (item.n == 0 || o->loop)
		return title;
	/* The item itself is not told again by a title that has it. */
	colon = rb_str_find(item, RB_STR(": "), 0);
	if (colon != SIZE_MAX && has_word(title, rb_str_cut(item, colon + 2, item.n)))
		item = rb_str_cut(item, 0, colon);
	return rb_arena_fmt(&v->page.scratch, "%.*s (%.*s)", RB_STR_ARG(title), RB_STR_ARG(item));
}

/* ---- what attempts tell ---- */

static void
tell(struct rb_open *o, struct rb_str text)
{
	rb_buf_clear(&o->last);
	rb_buf_str(&o->last, text);
}

void
rb_open_attempt(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str purpose = rb_event_get_text(ev, "purpose");

	if (o == NULL)
		return;
	rb_failure_forget(o);
	/* What a look after the action prints is told by itself. */
	for (int i = 0; i < RB_STREAMS; i++)
		rb_buf_clear(&o->tails[i]);
	if (!rb_str_is(purpose, "action"))
		return;
	o->attempts = ev->where.attempt;
	o->since = ev->mono;
	o->since_wall = ev->wall;
	o->under_way = true;
	rb_buf_clear(&o->last);
}

void
rb_open_attempt_end(struct rb_view *v, const struct rb_event *ev)
{
	static const struct {
		const char *purpose, *not_yet;
	} looks[] = {{"ready", "not ready yet: "}, {"verify", "not verified yet: "}};
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str reason = rb_event_get_text(ev, "reason"), purpose = rb_event_get_text(ev, "purpose"),
		      survivors = rb_event_get_text(ev, "survivors");
	struct rb_str id;

	if (o == NULL)
		return;
	o->under_way = o->under_way && !rb_str_is(purpose, "action");
	rb_lines_output_end(v, o);
	if (rb_event_get_num(ev, "output_incomplete", 0) != 0)
		o->incomplete = true;
	if (rb_str_is(purpose, "action")) {
		o->reason = rb_arena_str(&o->attempt, reason);
		o->excerpt = rb_arena_str(&o->attempt, rb_event_get_text(ev, "excerpt"));
		o->excerpt_of = rb_arena_str(&o->attempt, rb_event_get_text(ev, "excerpt_of"));
	}
	if (rb_str_is(purpose, "verify"))
		o->reason = rb_arena_fmt(&o->attempt, "verify: %.*s", RB_STR_ARG(reason));
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && reason.n > 0; i++) {
		if (rb_str_is(purpose, looks[i].purpose)) {
			tell(o, rb_str_c(looks[i].not_yet));
			rb_buf_str(&o->last, reason);
		}
	}
	if (survivors.n == 0)
		return;
	id = rb_open_id(v, o);
	rb_head_attention(v, o->indent,
	    rb_arena_fmt(&v->page.scratch, "%.*s%sstill alive after it was ended: %.*s", RB_STR_ARG(id),
		id.n > 0 ? ": " : "", RB_STR_ARG(rb_page_safe(&v->page, survivors, 0))));
}

void
rb_open_facts(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);

	if (o != NULL)
		o->found = rb_arena_str(&o->arena, rb_event_get_text(ev, "summary"));
}

void
rb_open_item(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str value = rb_event_get_text(ev, "value"), rest = value;
	struct rb_buf b;

	if (o == NULL)
		return;
	o->group = o->loop = true;
	o->heading = false;
	rb_failure_forget(o);
	rb_buf_init(&b, v->opt.alloc, RB_VIEW_LINE_MAX);
	rb_buf_fmt(&b, "%lld/%lld", (long long)rb_event_get_num(ev, "index", 0) + 1,
	    (long long)rb_event_get_num(ev, "of", 0));
	/* Lists and objects would fill the line. */
	if (value.n > 0 && value.p[0] != '{' && value.p[0] != '[') {
		rb_buf_c(&b, ": ");
		if (!rb_json_next_string(&rest, &b))
			rb_buf_str(&b, value);
	}
	o->item = rb_arena_str(&o->attempt, rb_buf_view(&b));
	rb_buf_free(&b);
}

void
rb_open_progress(struct rb_view *v, const struct rb_event *ev)
{
	struct rb_open *o = rb_open_find(v, ev->where.step);
	struct rb_str line = rb_event_get_text(ev, "line");

	if (o != NULL && !o->no_output && rb_str_trim(line).n > 0)
		tell(o, line);
}
