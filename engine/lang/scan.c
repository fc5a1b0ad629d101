/* Searching whole lines at once: a block of complete lines is searched in one go, which is many times faster
 * than a call for each line, and says the same for the patterns that rb_regex_scannable lets through.
 *
 * Why it is the same. Take a regex without atomic parts (possessive quantifiers, (?>), lookaround, \R, \X,
 * conditions, recursion, verbs) and without anchors to the ends of the text (\A \z \Z \G) or \K. Whether it
 * matches at a start position is then whether there is a path through it, and a path that stays inside of a
 * line is the same path in the block: ^ and $ hold at line ends (multi-line), and a line feed next to a word
 * is no word character, like the end of the text. So a line that matches alone matches in the block from the
 * same start, and the leftmost match in the block stands in the first line that can match. What the block
 * adds are paths that run over the line's end: they make candidates that the line itself must confirm. Blocks
 * with CR are not searched in one go, since CR before LF is not part of a line.
 *
 * The cost of a failed path over the whole block is not bounded by the line: what gets slow is left to the
 * line by line search, which has the full limits. */
#include <string.h>

#include "lang/pattern_impl.h"

enum {
	SLICE_FIRST = 1024, /* start positions that are searched before the clock is first read */
	SLICE_GROWTH = 8,
	SLOW_PER_START = 20,    /* ns: slower than the search by line would be */
	SLOW_PER_SLICE = 50000, /* ns: what a slice may take however short it is */
};

/* ---- which patterns ---- */

/* Letters and digits after a backslash that mean one character, a class, a word border or a backreference. */
static const char SAFE_ESCAPES[] = "dDwWsShHvVbBNnrtfae0123456789pPxok";

/* Skips "{…}" at i. */
static size_t
skip_braces(struct rb_str body, size_t i)
{
	size_t close = i < body.n && body.p[i] == '{' ? rb_str_find(body, RB_STR("}"), i) : SIZE_MAX;

	return close != SIZE_MAX ? close + 1 : i;
}

/* After a backslash at i - 1. Returns where to go on, or 0: not a safe escape. */
static size_t
skip_escape(struct rb_str body, size_t i)
{
	char c = i < body.n ? body.p[i] : 'E';
	bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

	if (c == 'Q') {
		size_t end = rb_str_find(body, RB_STR("\\E"), i + 1);

		return end != SIZE_MAX ? end + 2 : body.n;
	}
	if (!word)
		return i + 1;
	return strchr(SAFE_ESCAPES, c) != NULL ? skip_braces(body, i + 1) : 0;
}

/* After a "[" at i - 1. Returns where to go on, or 0: something unusual. */
static size_t
skip_class(struct rb_str body, size_t i)
{
	if (i < body.n && body.p[i] == '^')
		i++;
	if (i < body.n && body.p[i] == ']')
		i++;
	while (i < body.n && body.p[i] != ']') {
		struct rb_str rest = rb_str_cut(body, i, body.n);

		/* \Q in a class, and [[:<:]] and [[:>:]], which stand for lookaround, are not worth
		 * following. */
		if (rb_str_starts(rest, "\\Q") || rb_str_starts(rest, "[:<") || rb_str_starts(rest, "[:>"))
			return 0;
		if (rb_str_starts(rest, "[:")) {
			size_t end = rb_str_find(body, RB_STR(":]"), i + 2);

			i = end != SIZE_MAX ? end + 2 : i + 1;
			continue;
		}
		i += body.p[i] == '\\' ? 2 : 1;
	}
	return i + 1;
}

/* After "(?" at i - 2: a group that only groups or names, or sets harmless flags. Returns where to go on, or
 * 0. */
static size_t
skip_group_head(struct rb_str body, size_t i)
{
	bool off = false;

	if (i + 1 < body.n && body.p[i] == 'P' && body.p[i + 1] == '<')
		return i + 2;
	if (i + 1 < body.n && body.p[i] == '<')
		return body.p[i + 1] != '=' && body.p[i + 1] != '!' ? i + 1 : 0;
	if (i < body.n && (body.p[i] == '\'' || body.p[i] == '|'))
		return i + 1;
	for (; i < body.n; i++) {
		char c = body.p[i];

		if (c == ':' || c == ')')
			return i + 1;
		if (c == '-')
			off = true;
		else if (strchr("isnmU", c) == NULL || (off && c == 'm'))
			return 0;
	}
	return 0;
}

bool
rb_regex_scannable(struct rb_str body, uint32_t options)
{
	bool quantified = false; /* a "+" here would make the quantifier before it possessive */
	size_t i = 0;

	if ((options & PCRE2_EXTENDED) != 0 || (options & PCRE2_MULTILINE) == 0)
		return false;
	while (i < body.n) {
		char c = body.p[i++];
		bool opens = c == '(' && i < body.n;

		if ((quantified && c == '+') || (opens && body.p[i] == '*'))
			return false;
		quantified = c == '*' || c == '+' || c == '?' || c == '}';
		if (c == '\\')
			i = skip_escape(body, i);
		else if (c == '[')
			i = skip_class(body, i);
		else if (opens && body.p[i] == '?')
			i = skip_group_head(body, i + 1);
		if (i == 0)
			return false;
	}
	return true;
}

/* ---- the search ---- */

static int
scan_literal(struct rb_str needle, struct rb_str block, size_t from, size_t *start, size_t *end)
{
	*start = rb_str_find(block, needle, from);
	*end = *start + needle.n;
	return *start != SIZE_MAX;
}

int
rb_pattern_scan(const struct rb_pattern *p, struct rb_str block, size_t from, size_t *start, size_t *end)
{
	struct rb_regex *re = p->regex;
	size_t slice = SLICE_FIRST;
	int64_t then = 0;
	int rc = PCRE2_ERROR_NOMATCH;

	if (re == NULL)
		return scan_literal(p->text, block, from, start, end);
	rb_pattern_ready(p);
	while (from < block.n) {
		size_t last = block.n - from > slice ? from + slice - 1 : block.n - 1;
		int64_t now;

		rc = rb_regex_try(re, re->code, block, from, last, RB_PATTERN_QUICK_LIMIT);
		if (rc != PCRE2_ERROR_NOMATCH || last == block.n - 1)
			break;
		now = rb_regex_clock();
		if (then != 0 && now - then > (int64_t)slice * SLOW_PER_START + SLOW_PER_SLICE)
			return -1;
		then = now;
		slice *= SLICE_GROWTH;
		from = last + 1;
		while (from < block.n && ((unsigned char)block.p[from] & 0xc0) == 0x80)
			from++;
	}
	if (rc < 0)
		return rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
	*start = pcre2_get_ovector_pointer(re->data)[0];
	*end = pcre2_get_ovector_pointer(re->data)[1];
	return 1;
}
