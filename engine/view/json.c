/* JSON: events as lines, one write each (the transcript's records, and what is only for live views); and the
 * strings of the few values that come as JSON. */
#include <string.h>

#include "event/line.h"
#include "view/state.h"

void
rb_json_event(struct rb_view *v, const struct rb_event *ev)
{
	/* The page's own bound is for people; a record is whole or it is none. */
	v->page.out.max = RB_RECORD_LINE_MAX + 1;
	rb_event_line(ev, &v->page.out);
}

static uint32_t
hex4(struct rb_str s, size_t at)
{
	uint32_t v = 0;

	for (size_t i = at; i < at + 4 && i < s.n; i++) {
		char c = s.p[i];

		v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static void
put_utf8(struct rb_buf *out, uint32_t cp)
{
	if (cp < 0x80) {
		rb_buf_char(out, (char)cp);
	} else if (cp < 0x800) {
		rb_buf_char(out, (char)(0xc0 | cp >> 6));
		rb_buf_char(out, (char)(0x80 | (cp & 0x3f)));
	} else if (cp < 0x10000) {
		rb_buf_char(out, (char)(0xe0 | cp >> 12));
		rb_buf_char(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		rb_buf_char(out, (char)(0x80 | (cp & 0x3f)));
	} else {
		rb_buf_char(out, (char)(0xf0 | cp >> 18));
		rb_buf_char(out, (char)(0x80 | (cp >> 12 & 0x3f)));
		rb_buf_char(out, (char)(0x80 | (cp >> 6 & 0x3f)));
		rb_buf_char(out, (char)(0x80 | (cp & 0x3f)));
	}
}

/* What stands behind a backslash; returns its bytes. */
static size_t
unescape(struct rb_str s, struct rb_buf *out)
{
	static const char letters[] = "bfnrt", codes[] = "\b\f\n\r\t";
	const char *p;
	uint32_t cp, low;

	if (s.p[0] != 'u') {
		p = strchr(letters, s.p[0]);
		rb_buf_char(out, p != NULL && s.p[0] != '\0' ? codes[p - letters] : s.p[0]);
		return 1;
	}
	cp = hex4(s, 1);
	if (cp >= 0xd800 && cp < 0xdc00 && s.n >= 11 && s.p[5] == '\\' && s.p[6] == 'u') {
		low = hex4(s, 7);
		put_utf8(out, 0x10000 + ((cp - 0xd800) << 10) + (low & 0x3ff));
		return 11;
	}
	put_utf8(out, cp);
	return s.n < 5 ? s.n : 5;
}

bool
rb_json_next_string(struct rb_str *rest, struct rb_buf *out)
{
	size_t i = 0;

	while (i < rest->n && rest->p[i] != '"')
		i++;
	if (i == rest->n)
		return false;
	for (i++; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i += unescape(rb_str_cut(*rest, i + 1, rest->n), out);
		else
			rb_buf_char(out, rest->p[i]);
	}
	*rest = rb_str_cut(*rest, i + 1, rest->n);
	return true;
}
