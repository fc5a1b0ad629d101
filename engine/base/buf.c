/* Bounded byte buffers. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

void
rb_buf_init(struct rb_buf *b, const struct rb_alloc *alloc, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->alloc = alloc;
	b->max = max;
}

void
rb_buf_free(struct rb_buf *b)
{
	rb_alloc_free(b->alloc, b->p);
	rb_buf_init(b, b->alloc, b->max);
}

void
rb_buf_clear(struct rb_buf *b)
{
	b->len = 0;
	b->lost = 0;
	if (b->p != NULL)
		b->p[0] = '\0';
}

/* Makes room for up to n more bytes within the bound; returns how many fit. */
static size_t
reserve(struct rb_buf *b, size_t n)
{
	size_t cap;

	if (n > b->max - b->len) {
		b->lost += n - (b->max - b->len);
		n = b->max - b->len;
	}
	if (b->len + n + 1 > b->cap) {
		cap = b->cap == 0 ? 64 : b->cap;
		while (cap < b->len + n + 1)
			cap *= 2;
		if (cap - 1 > b->max)
			cap = b->max + 1;
		b->p = rb_alloc_resize(b->alloc, b->p, cap);
		b->cap = cap;
	}
	return n;
}

void
rb_buf_add(struct rb_buf *b, const void *p, size_t n)
{
	n = reserve(b, n);
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
rb_buf_str(struct rb_buf *b, struct rb_str s)
{
	rb_buf_add(b, s.p, s.n);
}

void
rb_buf_c(struct rb_buf *b, const char *s)
{
	rb_buf_add(b, s, strlen(s));
}

void
rb_buf_char(struct rb_buf *b, char c)
{
	rb_buf_add(b, &c, 1);
}

void
rb_buf_utf8(struct rb_buf *b, uint32_t cp)
{
	static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
	unsigned more = cp < 0x80 ? 0 : cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;

	rb_buf_char(b, (char)(leads[more] | cp >> (6 * more)));
	while (more-- > 0)
		rb_buf_char(b, (char)(0x80 | (cp >> (6 * more) & 0x3f)));
}

void
rb_buf_pad(struct rb_buf *b, char c, size_t n)
{
	n = reserve(b, n);
	if (n > 0)
		memset(b->p + b->len, c, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
rb_buf_vfmt(struct rb_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char small[256];
	char *big;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		rb_buf_add(b, small, (size_t)n);
	} else if (n > 0) {
		big = rb_alloc_resize(b->alloc, NULL, (size_t)n + 1);
		vsnprintf(big, (size_t)n + 1, fmt, again);
		rb_buf_add(b, big, (size_t)n);
		rb_alloc_free(b->alloc, big);
	}
	va_end(again);
}

void
rb_buf_fmt(struct rb_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	rb_buf_vfmt(b, fmt, ap);
	va_end(ap);
}

void
rb_buf_shift(struct rb_buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
	b->p[b->len] = '\0';
}

void
rb_buf_tail(struct rb_buf *b, struct rb_str s, size_t keep)
{
	if (s.n >= keep) {
		rb_buf_clear(b);
		s = rb_str_cut(s, s.n - keep, s.n);
	} else if (b->len + s.n > 2 * keep) {
		rb_buf_shift(b, b->len - keep);
	}
	rb_buf_str(b, s);
}

void
rb_buf_cut(struct rb_buf *b, const char *mark)
{
	size_t n = strlen(mark), keep = b->max > n ? b->max - n : 0;

	if (b->lost == 0)
		return;
	if (keep > b->len)
		keep = b->len;
	while (keep > 0 && ((unsigned char)b->p[keep] & 0xC0) == 0x80)
		keep--;
	b->lost += b->len - keep;
	b->len = keep;
	rb_buf_c(b, mark);
}

struct rb_str
rb_buf_view(const struct rb_buf *b)
{
	return (struct rb_str){rb_buf_cstr(b), b->len};
}

const char *
rb_buf_cstr(const struct rb_buf *b)
{
	return b->p != NULL ? b->p : "";
}
