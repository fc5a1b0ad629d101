/* Slices of bytes: comparing, cutting, and reading numbers out of text. What is particular to UTF-8 is
 * utf8.c. */
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one copy of each of the header's, for calls that are not inlined. */
extern struct rb_str rb_str_c(const char *s);
extern bool rb_str_eq(struct rb_str a, struct rb_str b);
extern bool rb_str_is(struct rb_str a, const char *b);
extern bool rb_str_starts(struct rb_str s, const char *prefix);
extern bool rb_str_ends(struct rb_str s, const char *suffix);
extern struct rb_str rb_str_cut(struct rb_str s, size_t from, size_t to);

int
rb_str_cmp(struct rb_str a, struct rb_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t
rb_str_find(struct rb_str s, struct rb_str needle, size_t from)
{
	enum { SHORT = 256 }; /* where memmem would spend more on its preparations than on the search */
	const char *at, *end;

	if (from > s.n || needle.n > s.n - from)
		return SIZE_MAX;
	if (needle.n == 0)
		return from;
	if (needle.n > 1 && s.n - from > SHORT) {
		at = memmem(s.p + from, s.n - from, needle.p, needle.n);
		return at != NULL ? (size_t)(at - s.p) : SIZE_MAX;
	}
	end = s.p + s.n - needle.n + 1;
	for (at = s.p + from; at < end; at++) {
		at = memchr(at, needle.p[0], (size_t)(end - at));
		if (at == NULL)
			return SIZE_MAX;
		if (memcmp(at, needle.p, needle.n) == 0)
			return (size_t)(at - s.p);
	}
	return SIZE_MAX;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct rb_str
rb_str_trim(struct rb_str s)
{
	size_t from = 0;

	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (from < s.n && is_blank(s.p[from]))
		from++;
	return rb_str_cut(s, from, s.n);
}

struct rb_str
rb_str_chomp(struct rb_str s)
{
	while (s.n > 0 && s.p[s.n - 1] == '\n') {
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
	}
	return s;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
last_slash(struct rb_str path)
{
	size_t n = path.n;

	while (n > 0 && path.p[n - 1] != '/')
		n--;
	return n;
}

struct rb_str
rb_str_folder(struct rb_str path)
{
	return rb_str_cut(path, 0, last_slash(path));
}

struct rb_str
rb_str_file(struct rb_str path)
{
	return rb_str_cut(path, last_slash(path), path.n);
}

int
rb_str_int(struct rb_str s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	int64_t v = 0; /* counted downwards, since INT64_MIN has no positive counterpart */

	if (i == s.n)
		return -1;
	for (; i < s.n; i++) {
		if (!is_digit(s.p[i]))
			return -1;
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s.p[i] - '0', &v))
			return -1;
	}
	if (!negative && v == INT64_MIN)
		return -1;
	*out = negative ? v : -v;
	return 0;
}

/* A double is decided by its first 767 significant digits and whether anything but zeros follows. */
enum { DIGITS_MAX = 800, EXPONENT_MAX = 1000000 };

struct decimal {
	/* Without leading zeros; the one past DIGITS_MAX stands for all that was left out. */
	char digits[DIGITS_MAX + 2];
	size_t len;
	int64_t exponent; /* of ten, for the digits read as an integer */
};

static void
add_digit(struct decimal *d, char c)
{
	if (d->len == 0 && c == '0')
		return;
	if (d->len < DIGITS_MAX) {
		d->digits[d->len++] = c;
		return;
	}
	if (c != '0' && d->len == DIGITS_MAX)
		d->digits[d->len++] = c;
	else
		d->exponent++;
}

/* Reads digits at s[*i]; each one after the point lowers the exponent. Returns whether there was one. */
static bool
read_digits(struct rb_str s, size_t *i, bool after_point, struct decimal *d)
{
	size_t first = *i;

	for (; *i < s.n && is_digit(s.p[*i]); (*i)++) {
		add_digit(d, s.p[*i]);
		d->exponent -= after_point;
	}
	return *i > first;
}

/* Reads an exponent's digits; its magnitude stops growing where nothing finite is left. */
static int
read_exponent(struct rb_str s, size_t *i, int64_t *out)
{
	int64_t sign = 1, v = 0;
	size_t first;

	if (*i < s.n && (s.p[*i] == '+' || s.p[*i] == '-'))
		sign = s.p[(*i)++] == '-' ? -1 : 1;
	first = *i;
	for (; *i < s.n && is_digit(s.p[*i]); (*i)++) {
		if (v < INT64_MAX / 100)
			v = v * 10 + (s.p[*i] - '0');
	}
	*out = sign * v;
	return *i > first ? 0 : -1;
}

int
rb_str_number(struct rb_str s, double *out)
{
	struct decimal d = {.len = 0};
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
	char text[DIGITS_MAX + 32];
	int64_t e = 0;
	double v;

	if (!read_digits(s, &i, false, &d))
		return -1;
	if (i < s.n && s.p[i] == '.') {
		i++;
		if (!read_digits(s, &i, true, &d))
			return -1;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (read_exponent(s, &i, &e) != 0)
			return -1;
	}
	if (i != s.n)
		return -1;
	e += d.exponent;
	if (e > EXPONENT_MAX)
		e = EXPONENT_MAX;
	if (e < -EXPONENT_MAX)
		e = -EXPONENT_MAX;
	/* An integer with an exponent has no decimal point, so that strtod has no locale to ask. */
	d.digits[d.len] = '\0';
	snprintf(text, sizeof(text), "%s%.*se%lld", negative ? "-" : "", (int)(d.len > 0 ? d.len : 1),
	    d.len > 0 ? d.digits : "0", (long long)e);
	v = strtod(text, NULL);
	if (!isfinite(v))
		return -1;
	*out = v;
	return 0;
}

/* Lays out `n` digits with the point after the first `point` of them, as people write numbers of that size.
 */
static void
lay_out(char *to, const char *digits, int n, int point)
{
	enum { FIXED_BIG = 21, FIXED_SMALL = -6 };

	if (point > n && point <= FIXED_BIG)
		snprintf(to, RB_NUMBER_TEXT - 1, "%.*s%.*s", n, digits, point - n, "000000000000000000000");
	else if (point > 0 && point <= FIXED_BIG)
		snprintf(
		    to, RB_NUMBER_TEXT - 1, "%.*s%s%s", point, digits, point < n ? "." : "", digits + point);
	else if (point > FIXED_SMALL && point <= 0)
		snprintf(to, RB_NUMBER_TEXT - 1, "0.%.*s%s", -point, "000000", digits);
	else
		snprintf(
		    to, RB_NUMBER_TEXT - 1, "%.1s%s%se%+d", digits, n > 1 ? "." : "", digits + 1, point - 1);
}

char *
rb_number_text(double v, char buf[RB_NUMBER_TEXT])
{
	enum { DIGITS = 17 }; /* always enough for a double */
	char text[RB_NUMBER_TEXT], digits[DIGITS + 1];
	double size = fabs(v);
	int n = 0, last = 0, exponent;
	const char *e;

	if (!isfinite(v)) {
		snprintf(buf, RB_NUMBER_TEXT, "%s", isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
		return buf;
	}
	/* Written and read back under the same locale, whichever it is; only the digits are used. */
	for (int precision = 0; precision < DIGITS; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision, size);
		if (strtod(text, NULL) == size)
			break;
	}
	e = strchr(text, 'e');
	for (const char *p = text; p < e && n < DIGITS; p++) {
		if (!is_digit(*p))
			continue;
		digits[n++] = *p;
		if (*p != '0')
			last = n;
	}
	n = last > 0 ? last : 1;
	digits[n] = '\0';
	exponent = (int)strtol(e + 1, NULL, 10);
	if (signbit(v))
		buf[0] = '-';
	lay_out(buf + (signbit(v) ? 1 : 0), digits, n, exponent + 1);
	return buf;
}

/* Only the band of the matrix where the distance can be at most `limit` is computed: cells (i, i + k) for k
 * in
 * [-limit, limit], kept at index k + limit. */
unsigned
rb_str_distance(struct rb_str a, struct rb_str b, unsigned limit)
{
	unsigned row[2 * RB_DISTANCE_MAX + 1], next[2 * RB_DISTANCE_MAX + 1];
	unsigned band, far;

	if (limit > RB_DISTANCE_MAX)
		limit = RB_DISTANCE_MAX;
	band = 2 * limit + 1;
	far = limit + 1;
	if ((a.n > b.n ? a.n - b.n : b.n - a.n) > limit)
		return far;
	for (unsigned c = 0; c < band; c++)
		row[c] = c >= limit ? c - limit : far;
	for (size_t i = 1; i <= a.n; i++) {
		for (unsigned c = 0; c < band; c++) {
			size_t j = i + c - limit; /* wraps below 0, and is then larger than b.n */
			unsigned best = far;

			next[c] = far;
			if (j > b.n)
				continue;
			if (j > 0)
				best = row[c] + (a.p[i - 1] != b.p[j - 1]);
			if (c + 1 < band && row[c + 1] + 1 < best)
				best = row[c + 1] + 1;
			if (c > 0 && j > 0 && next[c - 1] + 1 < best)
				best = next[c - 1] + 1;
			next[c] = best < far ? best : far;
		}
		memcpy(row, next, band * sizeof(row[0]));
	}
	return row[limit + b.n - a.n];
}
