/* The first look at a file's bytes: UTF-8, and nothing that reads differently from what it shows. */
#include "text/load.h"

#include <stdio.h>

enum { VET_MAX = 20 }; /* findings; a binary file has no end of them */

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

int
rb_vet(const struct rb_source *src, struct rb_diags *diags)
{
	struct rb_str s = src->bytes;
	struct rb_span span = {.src = src};
	size_t i = 0, found = 0, len;
	struct rb_diag *diag;
	uint32_t cp;

	while (i < s.n && found < VET_MAX) {
		if ((s.p[i] >= ' ' && s.p[i] < 0x7f) || s.p[i] == '\n') {
			i++;
			continue;
		}
		len = rb_utf8_next(s.p + i, s.n - i, &cp);
		span.from = i;
		span.to = i + len;
		if (len == 0) {
			span.to = end_of_malformed(s, i);
			diag = rb_diag_add(diags, RB_E_UTF8, span, "the byte 0x%02X is not UTF-8 text here",
			    (unsigned char)s.p[i]);
			rb_diag_hint(diags, diag, "save the file as UTF-8");
			found++;
		} else if (!allowed(s, i, cp)) {
			if (cp == '\r')
				rb_diag_add(diags, RB_E_UTF8, span,
				    "a carriage return (U+000D) that is not part of a line's end may not "
				    "stand in a runbook");
			else
				rb_diag_add(diags, RB_E_UTF8, span, "U+%04X (%s) may not stand in a runbook",
				    (unsigned)cp, name_of(cp));
			found++;
		}
		i = span.to;
	}
	return found == 0 ? 0 : -1;
}
