/* YAML's traps in what libyaml accepted: texts that mean something else than their author wrote. */
#include "text/load.h"

#include <string.h>

struct traps {
	const struct rb_source *src;
	struct rb_diags *diags;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct rb_span
span_of(const struct traps *t, size_t from, size_t to)
{
	return (struct rb_span){t->src, from, to};
}

static size_t
line_end(const struct traps *t, size_t i)
{
	struct rb_str s = t->src->bytes;

	while (i < s.n && s.p[i] != '\n' && s.p[i] != '\r')
		i++;
	return i;
}

static size_t
count(struct rb_str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* A plain text that ends before " #". Behind "# " stands an ordinary comment, unless the text was cut between
 * two double quotes; behind "#2" stands what the author took for text. */
static void
check_comment(const struct traps *t, const struct rb_node *n)
{
	struct rb_str s = t->src->bytes;
	size_t at = n->span.to;
	struct rb_diag *diag;
	struct rb_item item;
	struct rb_span span;
	bool glued;

	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	if (n->style != RB_PLAIN || at == n->span.to || at + 1 >= s.n || s.p[at] != '#')
		return;
	glued = !is_space(s.p[at + 1]) && s.p[at + 1] != '#';
	if (!glued && count(n->text, '"') % 2 == 0)
		return;
	span = span_of(t, at, line_end(t, at));
	diag = rb_diag_add(t->diags, RB_E_TRAP_COMMENT, span,
	    "a # after a blank starts a comment in YAML, so this is cut off and the value is %s%.*s%s",
	    n->text.n > 0 ? "`" : "",
	    RB_STR_ARG(n->text.n > 0 ? rb_str_cut(n->text, 0, 60) : RB_STR("empty")),
	    n->text.n > 0 ? "`" : "");
	item = rb_item_at(t->src, at, 0);
	if (!item.flow)
		item.to = span.to;
	rb_mend_quote(t->src, item, t->diags, diag);
	if (glued)
		rb_diag_hint(t->diags, diag, "or, if it is a comment, put a blank behind the #");
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape with a code point: what may not stand in the file may not come in by this door either. */
static void
check_code_point(const struct traps *t, size_t at, size_t digits, size_t end)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < digits && at + 2 + i < end; i++)
		cp = cp << 4 | (uint32_t)(hex_digit(t->src->bytes.p[at + 2 + i]) & 15);
	/* The other controls can be meant: "\x1b" says plainly what it makes. */
	if (rb_utf8_steers(cp) && (cp == 0 || cp >= 0x7f))
		rb_diag_add(t->diags, RB_E_UTF8, span_of(t, at, at + 2 + digits),
		    "this escape makes the character U+%04X, which may not stand in a runbook", (unsigned)cp);
}

static const char *
made_by(char letter)
{
	static const struct {
		char letter;
		const char *made;
	} escapes[] = {{'0', "the NUL character"}, {'a', "the bell character"},
	    {'b', "the backspace character"}, {'e', "the escape character"}, {'f', "a form feed"},
	    {'v', "a vertical tab"}, {'N', "the next-line character"}, {'L', "a line separator"},
	    {'P', "a paragraph separator"}, {'_', "a no-break space"}};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		if (escapes[i].letter == letter)
			return escapes[i].made;
	}
	return NULL;
}

static void
check_escapes(const struct traps *t, const struct rb_node *n)
{
	const char *p = t->src->bytes.p, *made;
	size_t end = n->span.to;
	struct rb_diag *diag;

	if (n->style != RB_DOUBLE_QUOTED || memchr(p + n->span.from, '\\', end - n->span.from) == NULL)
		return;
	for (size_t i = n->span.from; i + 1 < end; i++) {
		if (p[i] != '\\')
			continue;
		made = made_by(p[i + 1]);
		if (made != NULL) {
			diag = rb_diag_add(t->diags, RB_E_TRAP_ESCAPE, span_of(t, i, i + 2),
			    "between double quotes YAML makes `\\%c` %s", p[i + 1], made);
			rb_mend_quote(t->src, rb_item_at(t->src, i, 0), t->diags, diag);
		} else if (p[i + 1] == 'x' || p[i + 1] == 'u' || p[i + 1] == 'U') {
			check_code_point(t, i, p[i + 1] == 'x' ? 2 : p[i + 1] == 'u' ? 4 : 8, end);
		}
		i++;
	}
}

static bool
has_space(struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_space(s.p[i]))
			return true;
	}
	return false;
}

/* A list of one item that no list of arguments looks like: `[ -f x ]`, `[[ -f x ]]`, `[systemctl restart x]`.
 */
static bool
is_bracketed_text(const struct traps *t, const struct rb_node *n)
{
	const struct rb_node *item;

	if (n->kind != RB_NODE_LIST || n->len != 1 || t->src->bytes.p[n->span.from] != '[')
		return false;
	item = n->items[0];
	if (item->kind == RB_NODE_LIST)
		return true;
	return item->kind == RB_NODE_SCALAR && item->style == RB_PLAIN && has_space(item->text);
}

static void
report_list(const struct traps *t, const struct rb_node *n)
{
	struct rb_diag *diag =
	    rb_diag_add(t->diags, RB_E_TRAP_LIST, n->span, "YAML reads a value that begins with [ as a list");

	rb_mend_quote(t->src, rb_item_at(t->src, n->span.from, 0), t->diags, diag);
}

/* The next line of an unquoted script reads like a key, which begins further right than that of the script.
 */
static void
hint_indented(const struct traps *t, const struct rb_pair *pair, struct rb_diag *diag)
{
	struct rb_str s = t->src->bytes;
	size_t key = pair->key->span.from, at = line_end(t, pair->value->span.from), end, from = key;

	while (from > 0 && s.p[from - 1] != '\n')
		from--;
	while (at < s.n && is_space(s.p[at]))
		at++;
	for (end = at; end < s.n && ((s.p[end] >= 'a' && s.p[end] <= 'z') || s.p[end] == '_'); end++)
		;
	if (end == at || end >= s.n || s.p[end] != ':' || (end + 1 < s.n && !is_space(s.p[end + 1])))
		return;
	rb_diag_hint(t->diags, diag,
	    "or is `%.*s` indented too far? It begins in column %zu, and `%.*s` in column %zu",
	    RB_STR_ARG(rb_str_cut(s, at, end)), rb_source_pos(t->src, at).column, RB_STR_ARG(pair->key->text),
	    key - from + 1);
}

static void
check_script(const struct traps *t, const struct rb_pair *pair)
{
	const struct rb_node *n = pair->value;
	struct rb_str key = pair->key->text;
	struct rb_diag *diag;

	if (is_bracketed_text(t, n)) {
		report_list(t, n);
	} else if (n->kind == RB_NODE_SCALAR && n->style == RB_FOLDED) {
		diag = rb_diag_add(t->diags, RB_E_TRAP_FOLD, span_of(t, n->span.from, n->span.from + 1),
		    "`>` joins the lines of the script into one");
		rb_diag_hint(t->diags, diag, "write: %.*s: |", RB_STR_ARG(key));
	} else if (n->kind == RB_NODE_SCALAR && n->style == RB_PLAIN &&
		   memchr(rb_span_text(n->span).p, '\n', rb_span_text(n->span).n) != NULL) {
		diag = rb_diag_add(
		    t->diags, RB_E_TRAP_FOLD, n->span, "YAML joins the lines of an unquoted script into one");
		rb_diag_hint(
		    t->diags, diag, "write `%.*s: |` and the script in the lines below it", RB_STR_ARG(key));
		hint_indented(t, pair, diag);
	}
}

/* Keys whose mappings hold names that the author chose: `start` in them is no script. */
static bool
has_own_names(struct rb_str key)
{
	static const char *const keys[] = {"capture", "choices", "env", "fields", "form", "headers", "inputs",
	    "json", "match", "outputs", "query", "record", "set", "values", "with"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (rb_str_is(key, keys[i]))
			return true;
	}
	return false;
}

/* Depth is bounded by RB_NODE_DEPTH. `own_names`: n is a mapping whose keys the author chose. */
static void
visit(const struct traps *t, const struct rb_node *n, bool own_names)
{
	switch (n->kind) {
	case RB_NODE_SCALAR:
		check_comment(t, n);
		check_escapes(t, n);
		break;
	case RB_NODE_LIST:
		if (is_bracketed_text(t, n) && rb_str_starts(n->items[0]->text, "Errno "))
			report_list(t, n);
		for (size_t i = 0; i < n->len; i++)
			visit(t, n->items[i], false);
		break;
	case RB_NODE_MAP:
		for (size_t i = 0; i < n->len; i++) {
			const struct rb_pair *pair = &n->pairs[i];

			if (!own_names && rb_is_script_key(pair->key->text))
				check_script(t, pair);
			check_escapes(t, pair->key);
			visit(t, pair->value,
			    !own_names && pair->value->kind == RB_NODE_MAP && has_own_names(pair->key->text));
		}
		break;
	}
}

void
rb_traps(const struct rb_source *src, const struct rb_node *root, struct rb_diags *diags)
{
	struct traps t = {src, diags};

	visit(&t, root, false);
}
