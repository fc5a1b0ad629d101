/* A cursor over text that others wrote. */
#include "os/scan.h"

#include <stdbool.h>
#include <string.h>

static const char *
blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n')
		p++;
	return p;
}

static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

static const char *
number(const char *p, unsigned base, size_t digits, uint64_t *v)
{
	size_t n = 0;

	*v = 0;
	while (n < digits && digit(p[n]) < base) {
		if (*v > (UINT64_MAX - digit(p[n])) / base)
			return NULL;
		*v = *v * base + digit(p[n]);
		n++;
	}
	return n > 0 ? p + n : NULL;
}

const char *
rb_scan_uint(const char *p, uint64_t *v)
{
	return p != NULL ? number(blanks(p), 10, SIZE_MAX, v) : NULL;
}

const char *
rb_scan_int(const char *p, int64_t *v)
{
	bool minus;
	uint64_t u;

	if (p == NULL)
		return NULL;
	p = blanks(p);
	minus = *p == '-';
	p = number(p + (*p == '-' || *p == '+'), 10, SIZE_MAX, &u);
	if (p == NULL || u > INT64_MAX)
		return NULL;
	*v = minus ? -(int64_t)u : (int64_t)u;
	return p;
}

const char *
rb_scan_hex(const char *p, size_t digits, uint64_t *v)
{
	return p != NULL ? number(blanks(p), 16, digits, v) : NULL;
}

const char *
rb_scan_text(const char *p, const char *text)
{
	return p != NULL && strncmp(p, text, strlen(text)) == 0 ? p + strlen(text) : NULL;
}

const char *
rb_scan_skip(const char *p, size_t words)
{
	for (; p != NULL && words > 0; words--) {
		p = blanks(p);
		if (*p == '\0')
			return NULL;
		p += strcspn(p, " \t\n");
	}
	return p;
}
