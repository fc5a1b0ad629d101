/* Escapes what could steer a terminal or hide in a text. */
#include "base/escape.h"

#include <stdio.h>
#include <string.h>

/* Code points that show as nothing, beside those that steer (rb_utf8_steers): what they hide is what they are
 * used for. The joiners that scripts and emoji need (U+200C, U+200D) and variation selectors 1 to 16 are not
 * among them. */
static bool
is_hidden(uint32_t cp)
{
	static const struct {
		uint32_t from, to;
	} table[] = {
	    {0x00ad, 0x00ad},   /* soft hyphen */
	    {0x180e, 0x180e},   /* Mongolian vowel separator */
	    {0x200b, 0x200b},   /* zero width space */
	    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates, deprecated format characters */
	    {0xfff9, 0xfffb},   /* interlinear annotation */
	    {0xe0000, 0xe0fff}, /* tags, variation selectors beyond the first 16 */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (cp >= table[i].from && cp <= table[i].to)
			return true;
	}
	return false;
}

static void
escape_control(uint32_t cp, char shown[RB_ESCAPE_CHAR])
{
	static const char letter[] = "\n\t\r\a\b\f\v\033";
	static const char name[] = "ntrabfve";
	const char *p = cp != 0 ? memchr(letter, (int)cp, sizeof(letter) - 1) : NULL;

	if (p != NULL)
		snprintf(shown, RB_ESCAPE_CHAR, "\\%c", name[p - letter]);
	else
		snprintf(shown, RB_ESCAPE_CHAR, "\\x%02x", (unsigned)cp);
}

size_t
rb_escape_char(struct rb_str s, unsigned flags, char shown[RB_ESCAPE_CHAR])
{
	uint32_t cp = 0;
	size_t n = rb_utf8_next(s.p, s.n, &cp);

	shown[0] = '\0';
	if (n == 0) {
		snprintf(shown, RB_ESCAPE_CHAR, "\\x%02x", (unsigned)(unsigned char)s.p[0]);
		return 1;
	}
	if (cp < 0x20 || cp == 0x7f) {
		if ((flags & RB_ESCAPE_LINES) == 0 || (cp != '\n' && cp != '\t'))
			escape_control(cp, shown);
	} else if (cp > 0x7f && ((flags & RB_ESCAPE_ASCII) != 0 || rb_utf8_steers(cp) || is_hidden(cp))) {
		snprintf(shown, RB_ESCAPE_CHAR, cp > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)cp);
	}
	return n;
}

void
rb_escape(struct rb_buf *out, struct rb_str s, unsigned flags)
{
	char shown[RB_ESCAPE_CHAR];

	for (size_t i = 0, n; i < s.n; i += n) {
		n = rb_escape_char(rb_str_cut(s, i, s.n), flags, shown);
		if (shown[0] != '\0')
			rb_buf_c(out, shown);
		else
			rb_buf_add(out, s.p + i, n);
	}
}
