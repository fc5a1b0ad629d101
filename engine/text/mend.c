/* Lines read without YAML: where the item begins that a message speaks of, and how its line looks when
 * quoted. This is for lines that YAML misread, so it goes by how people write them. */
#include "text/load.h"

#include <string.h>

enum {
	NESTED_MAX = 16,
	LINE_MAX = 4096, /* bytes; longer lines are not written by people, and get no hint */
	HINT_MAX = 200,
};

struct scan {
	struct rb_str line;
	size_t starts[NESTED_MAX]; /* of the items around the current one */
	unsigned depth;
	size_t start; /* of the current item */
	size_t value; /* of its value */
};

static size_t
skip_blanks(struct rb_str s, size_t i)
{
	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return i;
}

static bool
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '.' || c == '/';
}

/* The length of `key:` at i, with the colon, when a blank or the line's end follows; else 0. */
static size_t
key_at(struct rb_str s, size_t i)
{
	size_t n = 0;

	while (i + n < s.n && is_key_char(s.p[i + n]))
		n++;
	if (n == 0 || i + n >= s.n || s.p[i + n] != ':')
		return 0;
	return i + n + 1 == s.n || s.p[i + n + 1] == ' ' || s.p[i + n + 1] == '\t' ? n + 1 : 0;
}

static size_t
value_of(struct rb_str s, size_t item)
{
	return skip_blanks(s, item + key_at(s, item));
}

/* The end of the quoted text that begins at i, or the line's end. */
static size_t
skip_quoted(struct rb_str s, size_t i)
{
	char quote = s.p[i];

	for (i++; i < s.n && s.p[i] != quote; i++) {
		if (quote == '"' && s.p[i] == '\\')
			i++;
	}
	return i < s.n ? i + 1 : s.n;
}

/* The end of the `${…}` that begins at i, or the line's end. */
static size_t
skip_braces(struct rb_str s, size_t i)
{
	while (i < s.n && s.p[i] != '}')
		i++;
	return i < s.n ? i + 1 : s.n;
}

/* The end of the parentheses that open at i, where they close within what a hint can show; else what follows
 * i. A comma in them belongs to an expression. */
static size_t
skip_parens(struct rb_str s, size_t i)
{
	unsigned depth = 0;

	for (size_t k = i; k < s.n && k - i < HINT_MAX; k++) {
		if (s.p[k] == '(')
			depth++;
		else if (s.p[k] == ')' && --depth == 0)
			return k + 1;
	}
	return i + 1;
}

static void
begin(struct scan *sc, size_t start)
{
	sc->start = start;
	sc->value = value_of(sc->line, start);
}

/* Steps over what stands at i, entering and leaving brackets; returns where to go on. */
static size_t
step(struct scan *sc, size_t i)
{
	struct rb_str s = sc->line;
	bool at_value = i == sc->value;
	char c = s.p[i];

	if ((c == '"' || c == '\'') && at_value)
		return skip_quoted(s, i);
	if (c == '$' && i + 1 < s.n && s.p[i + 1] == '{')
		return skip_braces(s, i);
	if (c == '(')
		return skip_parens(s, i);
	if ((c == '[' || c == '{') && at_value && sc->depth < NESTED_MAX) {
		sc->starts[sc->depth++] = sc->start;
		begin(sc, skip_blanks(s, i + 1));
	} else if (c == ',' && sc->depth > 0) {
		begin(sc, skip_blanks(s, i + 1));
	} else if ((c == ']' || c == '}') && sc->depth > 0) {
		begin(sc, sc->starts[--sc->depth]);
	}
	return i + 1;
}

static size_t
end_of_item(const struct scan *sc, size_t i)
{
	struct rb_str s = sc->line;
	unsigned inner = 0;

	if (sc->depth > 0) {
		/* From the value's start, since quotes and parentheses around i hide the commas in them. */
		i = sc->value;
		if (i < s.n && (s.p[i] == '"' || s.p[i] == '\''))
			i = skip_quoted(s, i);
		while (i < s.n) {
			char c = s.p[i];

			if (inner == 0 && (c == ',' || c == ']' || c == '}'))
				break;
			if (c == '[' || c == '{')
				inner++;
			else if (c == ']' || c == '}')
				inner--;
			i = c == '(' ? skip_parens(s, i) : i + 1;
		}
	} else {
		if (i < sc->start)
			i = sc->start;
		i = rb_str_find(s, RB_STR(" # "), i); /* a comment, for all that can be seen */
		i = i == SIZE_MAX ? s.n : i;
	}
	while (i > sc->start && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
		i--;
	return i;
}

/* The line that holds offset `at`, without its end; false if it is too long to be looked at. */
static bool
line_around(struct rb_str s, size_t at, size_t *base, struct rb_str *line)
{
	size_t from = at, to = at;

	while (from > 0 && s.p[from - 1] != '\n' && at - from < LINE_MAX)
		from--;
	while (to < s.n && s.p[to] != '\n' && s.p[to] != '\r' && to - from < LINE_MAX)
		to++;
	*base = from;
	*line = rb_str_cut(s, from, to);
	return line->n < LINE_MAX;
}

struct rb_item
rb_item_at(const struct rb_source *src, size_t at, unsigned up)
{
	struct scan sc = {.depth = 0};
	struct rb_item item = {at, at, at, false};
	size_t base, i;

	if (!line_around(src->bytes, at, &base, &sc.line))
		return item;

	i = skip_blanks(sc.line, 0);
	while (
	    i + 1 < sc.line.n && sc.line.p[i] == '-' && (sc.line.p[i + 1] == ' ' || sc.line.p[i + 1] == '\t'))
		i = skip_blanks(sc.line, i + 1);
	begin(&sc, i);
	while (i < sc.line.n && i < at - base)
		i = step(&sc, i);
	for (; up > 0 && sc.depth > 0; up--)
		begin(&sc, sc.starts[--sc.depth]);
	item.from = base + sc.start;
	item.value = base + sc.value;
	item.to = base + end_of_item(&sc, i);
	item.flow = sc.depth > 0;
	if (item.to < item.value)
		item.to = item.value;
	return item;
}

struct rb_str
rb_item_key(const struct rb_source *src, struct rb_item item)
{
	struct rb_str s = rb_str_cut(src->bytes, item.from, item.value);
	size_t n = key_at(src->bytes, item.from);

	return n > 0 && n <= s.n ? rb_str_cut(s, 0, n - 1) : (struct rb_str){"", 0};
}

bool
rb_is_script_key(struct rb_str key)
{
	return rb_str_is(key, "look") || rb_str_is(key, "run") || rb_str_is(key, "start");
}

/* Whether s is one double-quoted text and nothing else. */
static bool
is_double_quoted(struct rb_str s)
{
	return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' && skip_quoted(s, 0) == s.n;
}

/* What was between double quotes, between single ones: there a backslash is itself. */
static void
requote(struct rb_buf *out, struct rb_str s)
{
	rb_buf_char(out, '\'');
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '\\' && (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
			i++;
		rb_buf_char(out, s.p[i]);
		if (s.p[i] == '\'')
			rb_buf_char(out, '\'');
	}
	rb_buf_char(out, '\'');
}

/* Double quotes where nothing in the text has a meaning between them, else single ones. */
void
rb_yaml_quote(struct rb_str s, struct rb_buf *out)
{
	bool plain = memchr(s.p, '"', s.n) == NULL && memchr(s.p, '\\', s.n) == NULL;

	rb_buf_char(out, plain ? '"' : '\'');
	for (size_t i = 0; i < s.n; i++) {
		rb_buf_char(out, s.p[i]);
		if (!plain && s.p[i] == '\'')
			rb_buf_char(out, '\'');
	}
	rb_buf_char(out, plain ? '"' : '\'');
}

void
rb_mend_quote(const struct rb_source *src, struct rb_item item, struct rb_diags *diags, struct rb_diag *diag)
{
	struct rb_str key = rb_item_key(src, item), value = rb_str_cut(src->bytes, item.value, item.to);
	struct rb_buf b;

	if (value.n == 0 || value.n > HINT_MAX)
		return;
	rb_buf_init(&b, diags->arena->alloc, 4 * HINT_MAX);
	if (key.n > 0)
		rb_buf_fmt(&b, "%.*s: ", RB_STR_ARG(key));
	if (is_double_quoted(value))
		requote(&b, value);
	else
		rb_yaml_quote(value, &b);
	rb_diag_hint(diags, diag, "write: %s", rb_buf_cstr(&b));
	rb_buf_free(&b);
}
