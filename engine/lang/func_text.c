/* Functions that take texts apart: split, lines, rows, table. Each looks at every byte a bounded number of
 * times. */
#include <string.h>

#include "lang/func_impl.h"

enum {
	TABLE_COLUMNS = 256,
	NAMES_SHOWN = 120, /* bytes of the names of columns in a message */
};

const struct rb_type *
rb_type_of_texts(struct rb_checker *c, struct rb_x *call)
{
	for (size_t i = 0; i < call->len; i++)
		if (!rb_func_fits(call->args[i]->type, RB_M_TEXT))
			rb_func_refuse(c, call, i);
	return &rb_type_list_text;
}

const struct rb_type *
rb_type_of_table(struct rb_checker *c, struct rb_x *call)
{
	struct rb_type *row = RB_NEW(c->ctx->arena, struct rb_type);

	if (!rb_func_fits(call->args[0]->type, RB_M_TEXT))
		rb_func_refuse(c, call, 0);
	row->base = RB_RECORD;
	row->item = &rb_types[RB_TEXT];
	return rb_type_list(c->ctx->arena, row);
}

const struct rb_type *
rb_type_of_rows(struct rb_checker *c, struct rb_x *call)
{
	const struct rb_x *arg = call->args[1];
	struct rb_type *row = RB_NEW(c->ctx->arena, struct rb_type);
	struct rb_member *members;
	struct rb_diag *diag;

	row->base = RB_RECORD;
	row->item = &rb_types[RB_TEXT];
	if (!rb_func_fits(call->args[0]->type, RB_M_TEXT))
		rb_func_refuse(c, call, 0);
	if (arg->op != RB_X_REGEX) {
		if (arg->type->base != RB_REGEX)
			rb_func_refuse(c, call, 1);
		return rb_type_list(c->ctx->arena, row);
	}
	if (arg->pattern == NULL)
		return rb_type_list(c->ctx->arena, row);
	row->len = rb_pattern_groups(arg->pattern);
	if (row->len == 0) {
		diag = rb_diag_add(c->ctx->diags, RB_E_EXPR_CALL, rb_check_fail(c, arg),
		    "rows() needs a regex with named groups, which become the members of each row");
		rb_diag_hint(c->ctx->diags, diag, "as in: rows(text, /(?<pid>\\d+) (?<name>\\S+)/)");
	}
	members = RB_ARRAY(c->ctx->arena, struct rb_member, row->len);
	for (size_t i = 0; i < row->len; i++)
		members[i] =
		    (struct rb_member){rb_pattern_group(arg->pattern, i), &rb_types[RB_TEXT], false, NULL};
	row->members = members;
	return rb_type_list(c->ctx->arena, row);
}

static bool
is_text(struct rb_value v)
{
	return v.kind == RB_V_TEXT || v.kind == RB_V_VERSION;
}

static struct rb_value
no_text(struct rb_eval *ev, const struct rb_x *call, size_t i, struct rb_value v)
{
	return rb_v_error(ev->arena, "%.*s() takes a text, and `%.*s` is %s", RB_STR_ARG(call->name),
	    RB_STR_ARG(call->args[i]->shown), rb_x_describe(ev->arena, v));
}

/* A list that grows. */
struct growing {
	struct rb_arena *arena;
	struct rb_value *items;
	size_t len, cap;
};

static void
push(struct growing *g, struct rb_value v)
{
	g->items = rb_arena_grow(g->arena, g->items, sizeof(*g->items), g->len, &g->cap);
	g->items[g->len++] = v;
}

static struct rb_value
finish(struct growing *g)
{
	struct rb_vlist *list = RB_NEW(g->arena, struct rb_vlist);

	*list = (struct rb_vlist){g->len, g->items};
	return (struct rb_value){.kind = RB_V_LIST, .list = list};
}

/* The next line from *at, without its end (LF, or CR LF). False at the end; a last LF begins no line. */
static bool
next_line(struct rb_str s, size_t *at, struct rb_str *line)
{
	const char *lf;
	size_t end;

	if (*at >= s.n)
		return false;
	lf = memchr(s.p + *at, '\n', s.n - *at);
	end = lf != NULL ? (size_t)(lf - s.p) : s.n;
	*line = rb_str_cut(s, *at, end);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	*at = end + 1;
	return true;
}

struct rb_value
rb_run_lines(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct growing out = {.arena = ev->arena};
	struct rb_str line;
	size_t at = 0;

	if (!is_text(args[0]))
		return no_text(ev, call, 0, args[0]);
	while (next_line(args[0].s, &at, &line))
		push(&out, rb_v_text(line));
	return finish(&out);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct rb_value
split_blanks(struct rb_eval *ev, struct rb_str s)
{
	struct growing out = {.arena = ev->arena};
	size_t i = 0;

	for (;;) {
		size_t from;

		while (i < s.n && is_blank(s.p[i]))
			i++;
		if (i == s.n)
			return finish(&out);
		from = i;
		while (i < s.n && !is_blank(s.p[i]))
			i++;
		push(&out, rb_v_text(rb_str_cut(s, from, i)));
	}
}

struct rb_value
rb_run_split(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct growing out = {.arena = ev->arena};
	size_t from = 0, at;
	struct rb_str s;

	for (size_t i = 0; i < call->len; i++)
		if (!is_text(args[i]))
			return no_text(ev, call, i, args[i]);
	s = args[0].s;
	if (call->len == 1)
		return split_blanks(ev, s);
	if (args[1].s.n == 0)
		return rb_v_error(ev->arena, "`%.*s` splits at an empty separator", RB_STR_ARG(call->shown));
	for (at = rb_str_find(s, args[1].s, 0); at != SIZE_MAX; at = rb_str_find(s, args[1].s, from)) {
		push(&out, rb_v_text(rb_str_cut(s, from, at)));
		from = at + args[1].s.n;
	}
	push(&out, rb_v_text(rb_str_cut(s, from, s.n)));
	return finish(&out);
}

/* --- rows --- */

/* One record of a match. A group that took no part is left out, and so unset. */
static struct rb_value
row_of(struct rb_eval *ev, const struct rb_pattern *p, const struct rb_found *found)
{
	size_t n = 0, groups = rb_pattern_groups(p);
	struct rb_vpair *pairs;
	struct rb_value v;

	for (size_t i = 0; i < groups; i++)
		n += found->groups[i].p != NULL;
	v = rb_v_map(ev->arena, n, &pairs);
	n = 0;
	for (size_t i = 0; i < groups; i++)
		if (found->groups[i].p != NULL)
			pairs[n++] = (struct rb_vpair){rb_pattern_group(p, i), rb_v_text(found->groups[i])};
	return v;
}

static struct rb_value
rows_by(struct rb_eval *ev, const struct rb_x *call, struct rb_str text, const struct rb_pattern *p)
{
	struct growing out = {.arena = ev->arena};
	struct rb_found found;
	struct rb_str line;
	const char *limit = NULL;
	size_t at = 0;

	while (next_line(text, &at, &line)) {
		int r = rb_pattern_find(p, line, 0, &found, &limit);

		if (r < 0)
			return rb_v_error(
			    ev->arena, "`%.*s` could not be decided: %s", RB_STR_ARG(call->shown), limit);
		if (r > 0)
			push(&out, row_of(ev, p, &found));
	}
	return finish(&out);
}

struct rb_value
rb_run_rows(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct rb_pattern *p;
	struct rb_value v;
	struct rb_str why;
	size_t at;

	if (!is_text(args[0]))
		return no_text(ev, call, 0, args[0]);
	if (call->args[1]->pattern != NULL)
		return rows_by(ev, call, args[0].s, call->args[1]->pattern);
	if (!is_text(args[1]))
		return no_text(ev, call, 1, args[1]);
	p = rb_pattern_new(ev->arena, args[1].s, &why, &at);
	if (p == NULL)
		return rb_v_no_pattern(ev->arena, args[1].s, why, at);
	/* The groups' names are read from the pattern, so the rows are copied before it is closed. */
	v = rb_value_copy(ev->arena, rows_by(ev, call, args[0].s, p));
	rb_pattern_close(p);
	return v;
}

/* --- table --- */

/* A header line and what it says of the rows below. Columns count characters, as the programs that align them
 * do. A cell begins where its header begins, or ends where it ends; what does neither is not guessed at. */
struct table {
	size_t len;
	bool tabs; /* cells stand between tabs */
	struct rb_str names[TABLE_COLUMNS];
	size_t starts[TABLE_COLUMNS], ends[TABLE_COLUMNS]; /* of the names, in characters */
};

/* A part of a row; a piece has two blanks, or the line's end, on both sides. */
struct piece {
	size_t start, end; /* in characters */
	size_t from, to;   /* in bytes */
};

static size_t
char_len(struct rb_str s, size_t i)
{
	uint32_t cp;
	size_t n = rb_utf8_next(s.p + i, s.n - i, &cp);

	return n > 0 ? n : 1;
}

/* The next piece from byte *at, column *column. False at the end. */
static bool
next_piece(struct rb_str line, size_t *at, size_t *column, struct piece *out)
{
	size_t i = *at, col = *column;

	while (i < line.n && line.p[i] == ' ') {
		i++;
		col++;
	}
	if (i == line.n)
		return false;
	*out = (struct piece){col, col, i, i};
	while (i < line.n && !(line.p[i] == ' ' && (i + 1 == line.n || line.p[i + 1] == ' '))) {
		i += char_len(line, i);
		col++;
	}
	out->to = i;
	out->end = col;
	*at = i;
	*column = col;
	return true;
}

/* The next cell of a line of tabs; *at is SIZE_MAX after the last. */
static bool
next_tabbed(struct rb_str line, size_t *at, struct rb_str *cell)
{
	size_t tab;

	if (*at == SIZE_MAX)
		return false;
	tab = rb_str_find(line, RB_STR("\t"), *at);
	*cell = rb_str_trim(rb_str_cut(line, *at, tab == SIZE_MAX ? line.n : tab));
	*at = tab == SIZE_MAX ? SIZE_MAX : tab + 1;
	return true;
}

/* Reads the header. NULL, or what is wrong with it. */
static const char *
read_header(struct table *t, struct rb_str line)
{
	size_t at = 0, column = 0;
	struct piece piece;
	struct rb_str cell;

	t->tabs = line.n > 0 && memchr(line.p, '\t', line.n) != NULL;
	for (;;) {
		if (t->tabs ? !next_tabbed(line, &at, &cell) : !next_piece(line, &at, &column, &piece))
			break;
		if (t->len == TABLE_COLUMNS)
			return "has more than 256 columns";
		if (!t->tabs) {
			cell = rb_str_cut(line, piece.from, piece.to);
			t->starts[t->len] = piece.start;
			t->ends[t->len] = piece.end;
		}
		for (size_t i = 0; i < t->len; i++)
			if (rb_str_eq(t->names[i], cell))
				return "names a column twice";
		t->names[t->len++] = cell;
	}
	return NULL;
}

/* The first column from `least` on under whose name the piece stands; len if there is none. */
static size_t
under(const struct table *t, const struct piece *p, size_t least)
{
	while (least < t->len && t->ends[least] <= p->start)
		least++;
	return least < t->len && t->starts[least] < p->end ? least : t->len;
}

/* Parts a piece that stands under columns k and k + 1 at the blank between its cells: the one before the next
 * column's beginning, else the only one there is between their names. False if that is not clear. */
static bool
part(const struct table *t, size_t k, struct rb_str line, const struct piece *p, struct piece *left,
    struct piece *right)
{
	size_t low = t->ends[k] - 1, high = t->starts[k + 1], found = 0;

	for (size_t i = p->from, col = p->start; i < p->to && col <= high; i += char_len(line, i), col++) {
		if (line.p[i] != ' ' || col < low)
			continue;
		found++;
		*left = (struct piece){p->start, col, p->from, i};
		*right = (struct piece){col + 1, p->end, i + 1, p->to};
		if (col + 1 == high)
			return true;
	}
	return found == 1;
}

/* Puts a piece into the columns that it stands under, from *least on. */
static bool
place(const struct table *t, struct rb_str line, struct piece p, size_t *least, struct rb_str *cells)
{
	for (;;) {
		size_t k = under(t, &p, *least);
		struct piece left = p, right;
		bool more = k + 1 < t->len && t->starts[k + 1] < p.end;

		if (k == t->len || (more && !part(t, k, line, &p, &left, &right)))
			return false;
		if (left.start != t->starts[k] && left.end != t->ends[k])
			return false;
		cells[k] = rb_str_cut(line, left.from, left.to);
		*least = k + 1;
		if (!more)
			return true;
		p = right;
	}
}

/* A row whose cells all keep to their columns. What the last one begins may be a text with any blanks. */
static bool
cut_aligned(const struct table *t, struct rb_str line, struct rb_str *cells)
{
	size_t at = 0, column = 0, least = 0, last = t->len - 1;
	struct piece p;

	while (next_piece(line, &at, &column, &p)) {
		if (last > 0 && least <= last && p.start == t->starts[last]) {
			cells[last] = rb_str_trim(rb_str_cut(line, p.from, line.n));
			return true;
		}
		if (!place(t, line, p, &least, cells))
			return false;
	}
	return true;
}

/* A row in which a cell was longer than its column and has pushed the others on, each as far as that. It must
 * have all of them: which one is missing could not be told. */
static bool
cut_pushed(const struct table *t, struct rb_str line, struct rb_str *cells)
{
	size_t at = 0, column = 0, shift = 0, before = 0;
	struct piece p;

	for (size_t i = 0; i < t->len; i++) {
		if (!next_piece(line, &at, &column, &p))
			return false;
		if (p.start != t->starts[i] + shift && p.end != t->ends[i] + shift) {
			if (i == 0 || before < t->starts[i] + shift || p.start < t->starts[i] + shift)
				return false;
			shift = p.start - t->starts[i];
		}
		before = p.end;
		cells[i] = rb_str_cut(line, p.from, p.to);
	}
	return !next_piece(line, &at, &column, &p);
}

static bool
cut_tabbed(const struct table *t, struct rb_str line, struct rb_str *cells)
{
	struct rb_str over;
	size_t at = 0;

	for (size_t i = 0; i < t->len; i++)
		if (!next_tabbed(line, &at, &cells[i]))
			return true;
	while (next_tabbed(line, &at, &over))
		if (over.n > 0)
			return false;
	return true;
}

static bool
cut_row(const struct table *t, struct rb_str line, struct rb_str *cells)
{
	memset(cells, 0, t->len * sizeof(*cells));
	if (t->tabs)
		return cut_tabbed(t, line, cells);
	if (cut_aligned(t, line, cells))
		return true;
	memset(cells, 0, t->len * sizeof(*cells));
	return cut_pushed(t, line, cells);
}

/* The names of the columns, as they were understood: where a row does not fit, that is mostly why. */
static struct rb_value
not_kept(struct rb_eval *ev, const struct rb_x *call, const struct table *t, size_t number)
{
	struct rb_value v;
	struct rb_buf b;

	rb_buf_init(&b, ev->arena->alloc, NAMES_SHOWN);
	for (size_t i = 0; i < t->len; i++)
		rb_buf_fmt(&b, "%s`%.*s`", i > 0 ? " " : "", RB_STR_ARG(t->names[i]));
	v = rb_v_error(ev->arena,
	    "`%.*s`: line %zu does not keep to the columns of the header, which two blanks part: %s%s; read "
	    "it "
	    "with rows()",
	    RB_STR_ARG(call->shown), number, rb_buf_cstr(&b), b.lost > 0 ? "…" : "");
	rb_buf_free(&b);
	return v;
}

/* One row; false where the line does not keep to the header. */
static bool
table_row(struct rb_eval *ev, const struct table *t, struct rb_str line, struct rb_value *out)
{
	struct rb_str cells[TABLE_COLUMNS];
	struct rb_vpair *pairs;

	if (!cut_row(t, line, cells))
		return false;
	*out = rb_v_map(ev->arena, t->len, &pairs);
	for (size_t i = 0; i < t->len; i++)
		pairs[i] = (struct rb_vpair){t->names[i], rb_v_text(cells[i])};
	return true;
}

struct rb_value
rb_run_table(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args)
{
	struct growing out = {.arena = ev->arena};
	struct table t = {0};
	struct rb_str line;
	const char *wrong;
	struct rb_value row;
	size_t at = 0, number = 0;

	if (!is_text(args[0]))
		return no_text(ev, call, 0, args[0]);
	while (next_line(args[0].s, &at, &line)) {
		number++;
		if (rb_str_trim(line).n == 0)
			continue;
		if (t.len == 0) {
			wrong = read_header(&t, line);
			if (wrong != NULL)
				return rb_v_error(
				    ev->arena, "`%.*s`: the header line %s", RB_STR_ARG(call->shown), wrong);
			continue;
		}
		if ((out.len + 1) * t.len > RB_EXPR_CELLS)
			return rb_v_error(ev->arena, "`%.*s`: the table has more than %d cells",
			    RB_STR_ARG(call->shown), RB_EXPR_CELLS);
		if (!table_row(ev, &t, line, &row))
			return not_kept(ev, call, &t, number);
		push(&out, row);
	}
	return finish(&out);
}
