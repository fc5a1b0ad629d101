/* The first look at a file's bytes: UTF-8, and nothing that reads differently from what it shows. */
#include "text/load.h"

#include <stdio.h>
#include <string.h>

enum { VET_MAX = 20 }; /* kinds of findings; a binary file has no end of them */

static const char *
name_of(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		const char *name;
	} names[] = {{0x00, "NUL"}, {0x07, "bell"}, {0x08, "backspace"}, {0x0b, "vertical tab"},
	    {0x0c, "form feed"}, {0x1b, "escape"}, {0x7f, "delete"}, {0x85, "next line"},
	    {0x61c, "Arabic letter mark"}, {0x200e, "left-to-right mark"}, {0x200f, "right-to-left mark"},
	    {0x2028, "line separator"}, {0x2029, "paragraph separator"}, {0x202a, "left-to-right embedding"},
	    {0x202b, "right-to-left embedding"}, {0x202c, "end of a direction"},
	    {0x202d, "left-to-right override"}, {0x202e, "right-to-left override"},
	    {0x2066, "left-to-right isolate"}, {0x2067, "right-to-left isolate"},
	    {0x2068, "first strong isolate"}, {0x2069, "end of an isolate"}, {0xfeff, "byte-order mark"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].cp == cp)
			return names[i].name;
	}
	return cp >= 0xfffe ? "not a character" : "control character";
}

static bool
allowed(struct rb_str s, size_t i, uint32_t cp)
{
	if (cp == '\t' || cp == '\n')
		return true;
	if (cp == '\r')
		return i + 1 < s.n && s.p[i + 1] == '\n';
	return !rb_utf8_steers(cp) && cp != 0xfffe && cp != 0xffff;
}

/* The end of the run of bytes from `i` on that belong to no character. */
static size_t
end_of_malformed(struct rb_str s, size_t i)
{
	uint32_t cp;

	while (i < s.n && rb_utf8_next(s.p + i, s.n - i, &cp) == 0)
		i++;
	return i;
}

/* What was found, each kind at the first place where it stands. */
struct finding {
	uint32_t cp; /* BAD_BYTES: what is not UTF-8 */
	size_t from, to, count;
};

enum { BAD_BYTES = 0x110000 }; /* beyond the last code point */

static void
note(struct finding *all, size_t *n, uint32_t cp, size_t from, size_t to)
{
	for (size_t i = 0; i < *n; i++) {
		if (all[i].cp == cp) {
			all[i].count++;
			return;
		}
	}
	if (*n < VET_MAX)
		all[(*n)++] = (struct finding){cp, from, to, 1};
}

static void
report(const struct rb_source *src, const struct finding *f, struct rb_diags *diags)
{
	struct rb_span span = {src, f->from, f->to};
	struct rb_diag *diag;

	if (f->cp == BAD_BYTES)
		diag = rb_diag_add(diags, RB_E_UTF8, span, "the byte 0x%02X is not UTF-8 text here",
		    (unsigned char)src->bytes.p[f->from]);
	else if (f->cp == '\r')
		diag = rb_diag_add(diags, RB_E_UTF8, span,
		    "a carriage return (U+000D) that is not part of a line's end may not stand in a runbook");
	else
		diag = rb_diag_add(diags, RB_E_UTF8, span, "U+%04X (%s) may not stand in a runbook",
		    (unsigned)f->cp, name_of(f->cp));
	if (f->cp == BAD_BYTES)
		rb_diag_hint(diags, diag, "save the file as UTF-8");
	if (f->count > 1)
		rb_diag_hint(diags, diag, "%s in %zu places; this is the first",
		    f->cp == BAD_BYTES ? "such bytes stand" : "it stands", f->count);
}

/* The end of the run of printable ASCII from `i` on: nearly the whole of most files. */
static size_t
end_of_plain(struct rb_str s, size_t i)
{
	const uint64_t ones = 0x0101010101010101, high_bits = 0x80 * ones;
	uint64_t eight = 0;

	while (s.n - i >= sizeof(eight)) {
		memcpy(&eight, s.p + i, sizeof(eight));
		/* A byte from 0x80 on, below ' ', or DEL leaves a high bit; what a borrow or carry adds to
		 * that only ends the run early. */
		if (((eight | (eight - ' ' * ones) | (eight + ones)) & high_bits) != 0)
			break;
		i += sizeof(eight);
	}
	while (i < s.n && s.p[i] >= ' ' && s.p[i] < 0x7f)
		i++;
	return i;
}

int
rb_vet(const struct rb_source *src, struct rb_diags *diags)
{
	struct finding found[VET_MAX];
	struct rb_str s = src->bytes;
	size_t i = 0, n = 0, len, to;
	uint32_t cp;

	while (i < s.n) {
		i = end_of_plain(s, i);
		if (i == s.n)
			break;
		if (s.p[i] == '\n') {
			i++;
			continue;
		}
		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		to = len == 0 ? end_of_malformed(s, i) : i + len;
		if (len == 0)
			note(found, &n, BAD_BYTES, i, to);
		else if (!allowed(s, i, cp))
			note(found, &n, cp, i, to);
		i = to;
	}
	for (i = 0; i < n; i++)
		report(src, &found[i], diags);
	return n == 0 ? 0 : -1;
}
