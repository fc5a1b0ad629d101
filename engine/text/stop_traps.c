/* YAML's traps where libyaml stopped: its message names what it expected; what the author wrote tells the
 * cause. */
#include "text/load.h"

#include <string.h>

#include "text/yaml_write.h"

enum { REASON_MAX = 300 }; /* bytes of an ending that is written out again */

struct site {
	const struct rb_source *src;
	const struct rb_stop *stop;
	struct rb_diags *diags;
	struct rb_str s; /* the source's bytes */
	size_t line;     /* offset of the start of the line where libyaml stopped */
	size_t text;     /* of its first character that is no blank */
	size_t before; /* of the character before the stop that is no blank, or SIZE_MAX: none on this line */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
ends_line(struct rb_str s, size_t i)
{
	return i >= s.n || s.p[i] == '\n' || s.p[i] == '\r';
}

static size_t
line_end(struct rb_str s, size_t i)
{
	while (!ends_line(s, i))
		i++;
	return i;
}

static size_t
line_start(struct rb_str s, size_t i)
{
	while (i > 0 && s.p[i - 1] != '\n')
		i--;
	return i;
}

static char
char_at(const struct site *site, size_t i)
{
	return i < site->s.n ? site->s.p[i] : '\0';
}

static bool
problem_is(const struct site *site, const char *text)
{
	return strcmp(site->stop->problem, text) == 0;
}

static bool
context_has(const struct site *site, const char *text)
{
	return site->stop->context != NULL && strstr(site->stop->context, text) != NULL;
}

/* libyaml had read a whole value and met something that is no part of it. */
static bool
is_after_value(const struct site *site)
{
	return problem_is(site, "did not find expected key") ||
	       problem_is(site, "did not find expected '-' indicator") ||
	       problem_is(site, "did not find expected ',' or ']'") ||
	       problem_is(site, "did not find expected ',' or '}'") ||
	       problem_is(site, "did not find expected <document start>");
}

static struct rb_diag *
report(const struct site *site, enum rb_code code, size_t from, size_t to, const char *text)
{
	return rb_diag_add(site->diags, code, (struct rb_span){site->src, from, to}, "%s", text);
}

/* Reports the item around `at`, shows it quoted, and puts the carets under [from, to). */
static bool
report_quote(const struct site *site, enum rb_code code, size_t from, size_t to, size_t at, const char *text)
{
	rb_mend_quote(
	    site->src, rb_item_at(site->src, at, 0), site->diags, report(site, code, from, to, text));
	return true;
}

static bool
tab(const struct site *site)
{
	size_t at = site->line;

	while (at < site->text && site->s.p[at] != '\t')
		at++;
	if (at == site->text &&
	    !problem_is(site, "found a tab character where an indentation space is expected"))
		return false;
	at = at < site->text ? at : site->stop->at;
	rb_diag_hint(site->diags,
	    report(site, RB_E_TRAP_TAB, at, at + 1, "a tab may not indent a line in YAML"),
	    "indent with blanks");
	return true;
}

static bool
escape(const struct site *site)
{
	size_t at = site->stop->at;
	struct rb_diag *diag;

	if (!problem_is(site, "found unknown escape character") &&
	    !problem_is(site, "did not find expected hexdecimal number") &&
	    !problem_is(site, "found invalid Unicode character escape code"))
		return false;
	while (at > site->line && site->s.p[at] != '\\')
		at--;
	diag = rb_diag_add(site->diags, RB_E_TRAP_ESCAPE, (struct rb_span){site->src, at, at + 2},
	    "between double quotes YAML knows no escape `\\%c`%s", char_at(site, at + 1),
	    problem_is(site, "found unknown escape character") ? "" : " with what follows it");
	rb_mend_quote(site->src, rb_item_at(site->src, site->stop->context_at, 0), site->diags, diag);
	return true;
}

static bool
braces(const struct site *site)
{
	size_t at = site->stop->at, end;

	if (char_at(site, at) != '{' || at == 0 || site->s.p[at - 1] != '$')
		return false;
	for (end = at; !ends_line(site->s, end) && site->s.p[end] != '}'; end++)
		;
	if (char_at(site, end) == '}')
		end++;
	return report_quote(site, RB_E_TRAP_BRACES, at - 1, end, at - 1,
	    "inside of [] and {} a text with ${…} needs quotes: YAML reads its { as a mapping");
}

/* `run: [ "$a" = b ]`, `run: [ -f x ] && y`: a test of the shell. */
static bool
shell_test(const struct site *site)
{
	struct rb_item item;

	if (!is_after_value(site) && !context_has(site, "flow"))
		return false;
	for (unsigned up = 0; up < 3; up++) {
		item = rb_item_at(site->src, site->stop->at, up);
		if (char_at(site, item.value) != '[' || !rb_is_script_key(rb_item_key(site->src, item)))
			continue;
		if (!is_blank(char_at(site, item.value + 1)) && char_at(site, item.value + 1) != '[')
			continue;
		rb_mend_quote(site->src, item, site->diags,
		    report(site, RB_E_TRAP_LIST, item.value, item.to,
			"YAML reads a value that begins with [ as a list"));
		return true;
	}
	return false;
}

/* `"$a" -m x` and `[Errno 98] x`: a value that YAML takes to end where its quote or bracket does. */
static bool
text_behind(const struct site *site)
{
	char before = site->before != SIZE_MAX ? site->s.p[site->before] : '\0',
	     at = char_at(site, site->stop->at);
	size_t end = line_end(site->s, site->stop->at);

	if (!is_after_value(site) || ends_line(site->s, site->stop->at))
		return false;
	if (context_has(site, "flow") && strchr("\"'[{", at) != NULL)
		return false; /* a missing comma is more likely */
	if (before == '"' || before == '\'')
		return report_quote(site, RB_E_TRAP_QUOTE, site->stop->at, end, site->stop->at,
		    "the value ends at its closing quote in YAML; this stands behind it");
	if (before == ']')
		return report_quote(site, RB_E_TRAP_LIST, site->stop->at, end, site->stop->at,
		    "YAML reads a value that begins with [ as a list, which ends before this");
	if (before == '}')
		return report_quote(site, RB_E_TRAP_LIST, site->stop->at, end, site->stop->at,
		    "YAML reads a value that begins with { as a mapping, which ends before this");
	return false;
}

/* `{n: int(split(x)[4])}`, `[a in [1, 2]]`: an expression whose bracket or brace ends a plain text for YAML.
 */
static bool
expression(const struct site *site)
{
	static const char *const words[] = {
	    "in", "contains", "and", "or", "not", "where", "if", "else", "==", "!=", "+", "??"};
	size_t at = site->stop->at, end = site->before, start;
	struct rb_item item;
	bool inside;

	if ((!problem_is(site, "did not find expected ',' or ']'") &&
		!problem_is(site, "did not find expected ',' or '}'")) ||
	    (char_at(site, at) != '[' && char_at(site, at) != '{') || end == SIZE_MAX)
		return false;
	item = rb_item_at(site->src, at, 0);
	if (item.value >= at || strchr("\"'[{", char_at(site, item.value)) != NULL)
		return false;
	inside = end + 1 == at; /* a bracket behind a blank is rather a new item, after a missing comma */
	for (start = end; start > item.value && !is_blank(site->s.p[start - 1]); start--)
		;
	for (size_t i = 0; !inside && i < sizeof(words) / sizeof(words[0]); i++)
		inside = rb_str_is(rb_str_cut(site->s, start, end + 1), words[i]);
	return inside &&
	       report_quote(site, RB_E_TRAP_BRACES, at, at + 1, at,
		   char_at(site, at) == '['
		       ? "inside of [] and {} a text that holds [ needs quotes: YAML reads it as a list"
		       : "inside of [] and {} a text that holds { needs quotes: YAML reads it as a mapping");
}

/* The offset of a " #" with text glued to it in the line that holds `at`, or SIZE_MAX. Quoted texts are
 * skipped. */
static size_t
glued_comment(const struct site *site, size_t at)
{
	struct rb_str s = site->s;
	char quote = '\0';

	for (size_t i = line_start(s, at); !ends_line(s, i); i++) {
		char before = i > 0 ? s.p[i - 1] : '\n';

		if (quote != '\0') {
			quote = s.p[i] == quote ? '\0' : quote;
		} else if ((s.p[i] == '"' || s.p[i] == '\'') &&
			   (is_blank(before) || strchr("[{,\n", before) != NULL)) {
			quote = s.p[i];
		} else if (s.p[i] == '#' && is_blank(before)) {
			return !ends_line(s, i + 1) && !is_blank(s.p[i + 1]) && s.p[i + 1] != '#' ? i
												  : SIZE_MAX;
		}
	}
	return SIZE_MAX;
}

/* The offset of the last character before `at` that is neither blank nor a line's end. */
static size_t
last_text(struct rb_str s, size_t at)
{
	while (at > 0 && (is_blank(s.p[at - 1]) || ends_line(s, at - 1)))
		at--;
	return at > 0 ? at - 1 : 0;
}

static bool
comment(const struct site *site)
{
	size_t places[3], at = SIZE_MAX;

	if (problem_is(site, "found unexpected end of stream"))
		return false;
	places[0] = site->stop->at;
	places[1] = last_text(site->s, site->line);
	places[2] = site->stop->context_at;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && at == SIZE_MAX; i++)
		at = glued_comment(site, places[i]);
	if (at == SIZE_MAX)
		return false;
	return report_quote(site, RB_E_TRAP_COMMENT, at, line_end(site->s, at), at,
	    "a # after a blank starts a comment in YAML, so this is cut off");
}

/* `on_pass: end resolved: it answers`, `end: resolved: it answers`: what comes before the reason is a key. */
static bool
ending(const struct site *site, struct rb_item item)
{
	static const char *const words[] = {"resolved", "failed", "escalated"};
	struct rb_str key = rb_item_key(site->src, item), value = rb_str_cut(site->s, item.value, item.to),
		      why;
	bool word = rb_str_starts(value, "end ");
	struct rb_diag *diag;
	struct rb_buf b;

	if (word)
		value = rb_str_trim(rb_str_cut(value, strlen("end "), value.n));
	else if (!rb_str_is(key, "end"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		if (!rb_str_starts(value, words[i]) || value.n <= n || value.p[n] != ':')
			continue;
		why = rb_str_trim(rb_str_cut(value, n + 1, value.n));
		rb_buf_init(&b, site->diags->arena->alloc, REASON_MAX);
		if (key.n > 0)
			rb_buf_fmt(&b, "%.*s: ", RB_STR_ARG(key));
		rb_buf_fmt(&b, "%s%s: ", word ? "{end: {" : "{", words[i]);
		if (why.n > 0 && (why.p[0] == '"' || why.p[0] == '\''))
			rb_buf_str(&b, why);
		else
			rb_yaml_scalar(&b, why);
		rb_buf_c(&b, word ? "}}" : "}");
		diag = report(site, RB_E_TRAP_COLON, site->stop->at, site->stop->at + 1,
		    "a colon and a blank end a key in YAML; an ending with its reason is a mapping");
		if (b.lost == 0)
			rb_diag_hint(site->diags, diag, "write: %s", rb_buf_cstr(&b));
		rb_buf_free(&b);
		return true;
	}
	return false;
}

/* `on_fail: goto: verify`: an edge is written with a blank. */
static bool
edge(const struct site *site, struct rb_item item)
{
	static const char *const keys[] = {"on_pass", "on_fail", "on_timeout", "then", "else"};
	static const char *const words[] = {"goto", "end"};
	struct rb_str key = rb_item_key(site->src, item), value = rb_str_cut(site->s, item.value, item.to);
	struct rb_diag *diag;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) * 2; i++) {
		size_t n = strlen(words[i % 2]);

		if (!rb_str_is(key, keys[i / 2]) || !rb_str_starts(value, words[i % 2]) || value.n <= n ||
		    value.p[n] != ':' || rb_str_trim(rb_str_cut(value, n + 1, value.n)).n == 0)
			continue;
		diag = report(site, RB_E_TRAP_COLON, item.value + n, item.value + n + 1,
		    "a colon and a blank end a key in YAML; an edge has no colon");
		rb_diag_hint(site->diags, diag, "write: %.*s: %s %.*s", RB_STR_ARG(key), words[i % 2],
		    RB_STR_ARG(rb_str_trim(rb_str_cut(value, n + 1, value.n))));
		return true;
	}
	return false;
}

static bool
colon(const struct site *site)
{
	struct rb_item item;

	if (char_at(site, site->stop->at) != ':')
		return false;
	if (site->stop->at == site->text) {
		report(site, RB_E_KEYFORM, site->text, site->text + 1, "there is no key before this colon");
		return true;
	}
	item = rb_item_at(site->src, site->stop->at, 0);
	/* Only where the line has a key before this colon: else it is the indentation that is wrong. */
	if (item.value >= site->stop->at || (rb_item_key(site->src, item).n == 0 && !item.flow))
		return false;
	if (ending(site, item) || edge(site, item))
		return true;
	return report_quote(site, RB_E_TRAP_COLON, site->stop->at, site->stop->at + 1, site->stop->at,
	    "a colon and a blank end a key in YAML; a text that holds them needs quotes");
}

/* `key:value`: no key for want of a blank. */
static bool
missing_blank(const struct site *site)
{
	size_t at = site->stop->context_at, end;
	struct rb_diag *diag;

	if (problem_is(site, "mapping values are not allowed in this context")) {
		/* libyaml took the line before for a text that goes on here. */
		at = line_start(site->s, last_text(site->s, site->line));
		while (is_blank(char_at(site, at)) ||
		       (char_at(site, at) == '-' && is_blank(char_at(site, at + 1))))
			at++;
	} else if (!problem_is(site, "could not find expected ':'")) {
		return false;
	}
	end = at;
	while (!ends_line(site->s, end) && !is_blank(site->s.p[end]) && site->s.p[end] != ':')
		end++;
	if (char_at(site, end) != ':' || end == at || ends_line(site->s, end + 1) ||
	    is_blank(char_at(site, end + 1)) || char_at(site, end + 1) == '/')
		return false;
	diag = report(site, RB_E_YAML, end, end + 1, "a blank is missing behind this colon");
	rb_diag_hint(site->diags, diag, "write: %.*s: %.*s", RB_STR_ARG(rb_str_cut(site->s, at, end)),
	    RB_STR_ARG(rb_str_cut(site->s, end + 1, line_end(site->s, end))));
	return true;
}

/* A key that begins further right than the one above it, whose text it continues for YAML. */
static bool
too_far(const struct site *site)
{
	struct rb_str s = site->s, key, above;
	size_t last, from, column;
	struct rb_item item;
	struct rb_diag *diag;

	if (!problem_is(site, "mapping values are not allowed in this context") || site->line == 0)
		return false;
	key = rb_item_key(site->src, (struct rb_item){site->text, site->stop->at + 1, s.n, false});
	last = last_text(s, site->line);
	item = rb_item_at(site->src, last, 0);
	above = rb_item_key(site->src, item);
	from = line_start(s, last);
	if (key.n == 0 || above.n == 0 || item.flow || item.value > last ||
	    site->text + key.n != site->stop->at || site->text - site->line <= item.from - from)
		return false;
	column = item.from - from + 1;
	diag = rb_diag_add(site->diags, RB_E_YAML, (struct rb_span){site->src, site->text, site->stop->at},
	    "`%.*s:` is indented further than `%.*s:` above it, so YAML reads it as part of that text",
	    RB_STR_ARG(key), RB_STR_ARG(above));
	rb_diag_hint(site->diags, diag, "begin it in column %zu, below `%.*s:`", column, RB_STR_ARG(above));
	return true;
}

/* A value that begins with a character that YAML has a use for. */
static bool
indicator(const struct site *site)
{
	size_t at = site->stop->at;

	if (problem_is(site, "found character that cannot start any token")) {
		rb_mend_quote(site->src, rb_item_at(site->src, at, 0), site->diags,
		    rb_diag_add(site->diags, RB_E_YAML, (struct rb_span){site->src, at, at + 1},
			"a text that begins with %c needs quotes in YAML", char_at(site, at)));
		return true;
	}
	at = site->stop->context_at;
	if (context_has(site, "alias") || context_has(site, "anchor"))
		return report_quote(site, RB_E_ANCHOR, at, at + 1, at,
		    char_at(site, at) == '*'
			? "a text that begins with * needs quotes: YAML reads it as an alias"
			: "a text that begins with & needs quotes: YAML reads it as an anchor");
	if (context_has(site, "tag") || problem_is(site, "found undefined tag handle"))
		return report_quote(site, RB_E_TAG, at, at + 1, at,
		    "a text that begins with ! needs quotes: YAML reads it as a tag");
	if (context_has(site, "block scalar") &&
	    problem_is(site, "did not find expected comment or line break"))
		return report_quote(site, RB_E_YAML, at, at + 1, at,
		    "a text that begins with | or > needs quotes: YAML reads it as the head of a block");
	return false;
}

bool
rb_traps_at_stop(const struct rb_source *src, const struct rb_stop *stop, struct rb_diags *diags)
{
	/* The surer ones first. */
	static bool (*const traps[])(const struct site *) = {tab, escape, indicator, braces, shell_test,
	    text_behind, expression, comment, colon, missing_blank, too_far};
	struct site site = {.src = src, .stop = stop, .diags = diags, .s = src->bytes, .before = SIZE_MAX};

	site.line = line_start(site.s, stop->at);
	for (site.text = site.line; site.text < site.s.n && is_blank(site.s.p[site.text]); site.text++)
		;
	for (size_t i = stop->at; i > site.line && site.before == SIZE_MAX; i--) {
		if (!is_blank(site.s.p[i - 1]))
			site.before = i - 1;
	}
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		if (traps[i](&site))
			return true;
	}
	return false;
}
