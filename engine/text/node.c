/* Questions to nodes. The long one is where in the source a byte of a scalar's text came from: the scalar is
 * read once more, as libyaml read it, until that byte. */
#include "text/node.h"

#include <string.h>

const struct rb_node *
rb_node_get(const struct rb_node *map, const char *key)
{
	if (map == NULL || map->kind != RB_NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->len; i++) {
		if (rb_str_is(map->pairs[i].key->text, key))
			return map->pairs[i].value;
	}
	return NULL;
}

const char *
rb_node_form(const struct rb_node *n)
{
	if (n->kind == RB_NODE_LIST)
		return "a list";
	if (n->kind == RB_NODE_MAP)
		return "a mapping";
	return n->empty_plain ? "nothing" : "a text";
}

/* Reading on until the wanted byte of the text has been produced. */
struct walk {
	const char *p;  /* the source's bytes */
	size_t at, end; /* what is left to read */
	size_t want;    /* bytes of text before the wanted one */
	size_t found;   /* its offset, once `done` */
	size_t last;    /* behind the last byte that gave text */
	bool done;
};

/* `n` bytes of text that stand in the source as they are. */
static void
copied(struct walk *w, size_t from, size_t n)
{
	if (w->done)
		return;
	if (w->want < n) {
		w->found = from + w->want;
		w->done = true;
		return;
	}
	w->want -= n;
	if (n > 0)
		w->last = from + n;
}

/* `n` bytes of text that `length` bytes of the source stand for. */
static void
replaced(struct walk *w, size_t from, size_t length, size_t n)
{
	if (w->done)
		return;
	if (w->want < n) {
		w->found = from;
		w->done = true;
		return;
	}
	w->want -= n;
	if (n > 0)
		w->last = from + length;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Length of the line break at offset i: 0, 1 or 2. */
static size_t
break_at(const struct walk *w, size_t i)
{
	if (i < w->end && w->p[i] == '\n')
		return 1;
	return i + 1 < w->end && w->p[i] == '\r' && w->p[i + 1] == '\n' ? 2 : 0;
}

/* Reads blanks and line breaks between the words of a flow scalar. Blanks around breaks vanish, one break
 * becomes a blank, and of more breaks all but the first remain. After an escaped break (`escaped`) the first
 * has gone already. */
static void
fold(struct walk *w, bool escaped)
{
	size_t first = w->at, length, breaks = 0, folded = w->at, blanks_end;

	while (w->at < w->end && is_blank(w->p[w->at]))
		w->at++;
	blanks_end = w->at;
	for (length = break_at(w, w->at); length > 0; length = break_at(w, w->at)) {
		if (breaks == 0)
			folded = w->at;
		if (breaks > 0 || escaped)
			replaced(w, w->at, length, 1);
		breaks++;
		w->at += length;
		while (w->at < w->end && is_blank(w->p[w->at]))
			w->at++;
	}
	if (breaks == 0 && !escaped)
		copied(w, first, blanks_end - first);
	else if (breaks == 1 && !escaped)
		replaced(w, folded, 1, 1);
}

struct escape {
	char letter;
	unsigned char digits; /* hexadecimal ones behind it */
	unsigned char bytes;  /* of text, where there are no digits */
};

static size_t
hex(const char *p, size_t digits)
{
	size_t v = 0;

	for (size_t i = 0; i < digits; i++) {
		char c = p[i];

		v = v * 16 + (size_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

/* Reads an escape of a double-quoted scalar; libyaml accepted it, so it is well formed. */
static void
read_escape(struct walk *w)
{
	static const struct escape escapes[] = {
	    {'x', 2, 0}, {'u', 4, 0}, {'U', 8, 0}, {'N', 0, 2}, {'_', 0, 2}, {'L', 0, 3}, {'P', 0, 3}};
	size_t length = 2, bytes = 1, cp;
	size_t ending = break_at(w, w->at + 1);

	if (ending > 0) {
		w->at += 1 + ending;
		fold(w, true);
		return;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]) && w->at + 1 < w->end; i++) {
		if (w->p[w->at + 1] != escapes[i].letter)
			continue;
		length = 2U + escapes[i].digits;
		bytes = escapes[i].bytes;
		if (bytes == 0 && w->at + length <= w->end) {
			cp = hex(w->p + w->at + 2, escapes[i].digits);
			bytes = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
		}
		break;
	}
	replaced(w, w->at, length, bytes);
	w->at += length;
}

static void
walk_flow(struct walk *w, enum rb_scalar_style style)
{
	while (w->at < w->end && !w->done) {
		char c = w->p[w->at];

		if (is_blank(c) || break_at(w, w->at) > 0) {
			fold(w, false);
		} else if (style == RB_DOUBLE_QUOTED && c == '\\') {
			read_escape(w);
		} else if (style == RB_SINGLE_QUOTED && c == '\'') {
			replaced(w, w->at, 2, 1);
			w->at += 2;
		} else {
			copied(w, w->at, 1);
			w->at++;
		}
	}
}

static size_t
line_end(const struct walk *w, size_t i)
{
	while (i < w->end && break_at(w, i) == 0)
		i++;
	return i;
}

/* The blanks that each line of a block scalar loses: on its first line that has text, those of the source
 * less those of the text (which has some where the indentation was given by a number). */
static size_t
block_indentation(const struct walk *w, struct rb_str text)
{
	size_t at = w->at, in_source = 0, in_text = 0;

	while (at < w->end) {
		for (in_source = 0; at < w->end && w->p[at] == ' '; at++)
			in_source++;
		if (at == w->end || break_at(w, at) == 0)
			break;
		at += break_at(w, at);
	}
	for (at = 0; at < text.n && (text.p[at] == ' ' || text.p[at] == '\n'); at++)
		in_text = text.p[at] == ' ' ? in_text + 1 : 0;
	return in_source > in_text ? in_source - in_text : 0;
}

/* Skips the indentation and the blank lines from here on; each blank line gives a line break, which are text
 * only if `counted`: whether a fold comes before them is known only afterwards. Returns how many there were;
 * *more says whether the scalar goes on, with a line that is indented far enough. */
static size_t
skip_blank_lines(struct walk *w, size_t indentation, bool counted, bool *more)
{
	size_t breaks = 0, blanks, length;

	for (;;) {
		for (blanks = 0; blanks < indentation && w->at < w->end && w->p[w->at] == ' '; blanks++)
			w->at++;
		length = break_at(w, w->at);
		if (length == 0)
			break;
		if (counted)
			replaced(w, w->at, length, 1);
		w->at += length;
		breaks++;
	}
	*more = blanks == indentation && w->at < w->end;
	return breaks;
}

static void
walk_block(struct walk *w, bool folded, struct rb_str text)
{
	size_t indentation, end, length, before, breaks;
	bool more, blank_before, blank_after;

	w->at = line_end(w, w->at); /* behind `|`, its indicators and a comment */
	w->at += break_at(w, w->at);
	indentation = block_indentation(w, text);
	skip_blank_lines(w, indentation, true, &more);
	while (more && !w->done) {
		blank_before = is_blank(w->p[w->at]);
		end = line_end(w, w->at);
		copied(w, w->at, end - w->at);
		w->at = end;
		length = break_at(w, end);
		if (length == 0)
			break;
		w->at += length;
		/* Look ahead: between two lines that begin with text a lone break folds into a blank, and the
		 * first of several vanishes. */
		before = w->at;
		breaks = skip_blank_lines(w, indentation, false, &more);
		blank_after = more && is_blank(w->p[w->at]);
		if (!folded || !more || blank_before || blank_after || breaks == 0)
			replaced(w, end, length, 1);
		w->at = before;
		skip_blank_lines(w, indentation, true, &more);
	}
}

size_t
rb_node_offset(const struct rb_node *scalar, size_t i)
{
	struct rb_span span = scalar->span;
	struct walk w = {.at = span.from, .end = span.to, .want = i, .last = span.from};

	if (span.src == NULL || scalar->kind != RB_NODE_SCALAR || i > scalar->text.n || span.from == span.to)
		return span.from;
	w.p = span.src->bytes.p;
	switch (scalar->style) {
	case RB_PLAIN:
		walk_flow(&w, RB_PLAIN);
		break;
	case RB_SINGLE_QUOTED:
	case RB_DOUBLE_QUOTED:
		w.at++;
		w.end--;
		w.last = w.at;
		walk_flow(&w, scalar->style);
		break;
	case RB_LITERAL:
	case RB_FOLDED:
		/* Blanks alone do not tell where the indentation ends. */
		if (rb_str_trim(scalar->text).n == 0)
			return span.from;
		/* The span ends with the last text; the text may go on with blanks and line breaks. */
		w.end = span.src->bytes.n;
		walk_block(&w, scalar->style == RB_FOLDED, scalar->text);
		break;
	}
	if (w.done)
		return w.found;
	return w.want == 0 ? w.last : span.from;
}

struct rb_span
rb_node_span(const struct rb_node *scalar, size_t from, size_t to)
{
	struct rb_span span = {scalar->span.src, rb_node_offset(scalar, from), rb_node_offset(scalar, to)};

	return span.from < span.to || from == to ? span : scalar->span;
}
