/* Text that people write → values of a declared type, without guessing: `no` is no bool, `012` no int. */
#include <string.h>

#include "base/clock.h"
#include "lang/pattern.h"
#include "lang/value.h"

enum { SIZE_DECIMALS = 6, QUOTED_MAX = 60 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A digit string that begins with 0 and goes on: to some programs octal, to others not. */
static bool
leading_zero(struct rb_str s)
{
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = rb_str_cut(s, 1, s.n);
	return s.n > 1 && s.p[0] == '0' && is_digit(s.p[1]);
}

static const struct {
	const char *name;
	int64_t bytes;
} size_units[] = {
    {"B", 1},
    {"kB", 1000},
    {"MB", 1000LL * 1000},
    {"GB", 1000LL * 1000 * 1000},
    {"TB", 1000LL * 1000 * 1000 * 1000},
    {"KiB", 1 << 10},
    {"MiB", 1 << 20},
    {"GiB", 1 << 30},
    {"TiB", 1LL << 40},
};

static int64_t
size_unit(struct rb_str name)
{
	for (size_t i = 0; i < sizeof(size_units) / sizeof(*size_units); i++)
		if (rb_str_is(name, size_units[i].name))
			return size_units[i].bytes;
	return 0;
}

/* The share that decimals have of a unit, in whole bytes: at most 10^6 times 2^40, so that nothing overflows.
 */
static int64_t
fraction_of(struct rb_str digits, int64_t unit)
{
	int64_t parts = 0, whole = 1;

	for (size_t i = 0; i < digits.n; i++) {
		parts = parts * 10 + (digits.p[i] - '0');
		whole *= 10;
	}
	return parts * unit / whole;
}

int
rb_size_parse(struct rb_str text, int64_t *bytes)
{
	size_t digits = 0, point, end;
	int64_t whole, unit, sum;

	while (digits < text.n && is_digit(text.p[digits]))
		digits++;
	if (digits == 0 || rb_str_int(rb_str_cut(text, 0, digits), &whole) != 0 || leading_zero(text))
		return -1;
	if (digits == text.n && whole == 0) {
		*bytes = 0;
		return 0;
	}
	point = end = digits;
	if (point < text.n && text.p[point] == '.') {
		end = point + 1;
		while (end < text.n && is_digit(text.p[end]))
			end++;
		point++;
		if (end == point || end - point > SIZE_DECIMALS)
			return -1;
	}
	unit = size_unit(rb_str_cut(text, end, text.n));
	if (unit == 0 || (unit == 1 && end != digits))
		return -1;
	if (__builtin_mul_overflow(whole, unit, &sum) ||
	    __builtin_add_overflow(sum, fraction_of(rb_str_cut(text, point, end), unit), &sum))
		return -1;
	*bytes = sum;
	return 0;
}

/* A text in a message: of one that is long its beginning. */
static const char *
quoted(struct rb_arena *arena, struct rb_str s)
{
	bool cut = s.n > QUOTED_MAX;

	return rb_arena_fmt(
	    arena, "`%.*s%s`", cut ? QUOTED_MAX : (int)s.n, s.n > 0 ? s.p : "", cut ? "…" : "")
	    .p;
}

static struct rb_value
wrong(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	return rb_v_error(arena, "%s is not %s", quoted(arena, s), type->help);
}

struct rb_value
rb_v_no_pattern(struct rb_arena *arena, struct rb_str text, struct rb_str why, size_t at)
{
	const char *said = quoted(arena, text);

	return at == 0 ? rb_v_error(arena, "%s: %.*s", said, RB_STR_ARG(why))
		       : rb_v_error(arena, "%s: %.*s (at character %zu)", said, RB_STR_ARG(why), at + 1);
}

/* Each type's decoder; s is never empty but for text. */
static struct rb_value
parse_text(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	(void)type;
	return rb_v_text(rb_arena_str(arena, s));
}

static struct rb_value
parse_int(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	int64_t i;

	if (s.p[0] == '+' || leading_zero(s) || rb_str_int(s, &i) != 0)
		return wrong(arena, type, s);
	return rb_v_int(i);
}

static struct rb_value
parse_port(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	struct rb_value v = parse_int(arena, type, s);

	return v.kind == RB_V_INT && (v.i < 1 || v.i > 65535) ? wrong(arena, type, s) : v;
}

static struct rb_value
parse_number(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	double d;

	if (s.p[0] == '+' || leading_zero(s) || rb_str_number(s, &d) != 0)
		return wrong(arena, type, s);
	return rb_v_number(d);
}

static struct rb_value
parse_percent(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	struct rb_str digits = s.n > 1 && s.p[s.n - 1] == '%' ? rb_str_cut(s, 0, s.n - 1) : s;
	struct rb_value v = parse_number(arena, type, digits);

	return v.kind == RB_V_ERROR ? wrong(arena, type, s) : v;
}

static struct rb_value
parse_bool(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	if (rb_str_is(s, "true") || rb_str_is(s, "false"))
		return rb_v_bool(rb_str_is(s, "true"));
	return wrong(arena, type, s);
}

static struct rb_value
parse_size(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	int64_t bytes;

	return rb_size_parse(s, &bytes) == 0 ? rb_v_of(RB_V_SIZE, bytes) : wrong(arena, type, s);
}

int64_t
rb_days_in(int64_t year, int64_t month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* The number that digits at a place of "2026-11-22T03:04:05Z" make. */
static int64_t
digits(struct rb_str s, size_t at, size_t n)
{
	int64_t v = 0;

	for (size_t i = at; i < at + n; i++)
		v = v * 10 + (s.p[i] - '0');
	return v;
}

/* What follows the seconds: a fraction of up to 9 digits, and the Z. */
static int
end_of_time(struct rb_str s, int64_t *ns)
{
	int64_t unit = RB_SECOND;
	size_t i = 1;

	*ns = 0;
	if (rb_str_is(s, "Z"))
		return 0;
	for (; i < s.n && is_digit(s.p[i]) && unit > 1; i++) {
		unit /= 10;
		*ns += (s.p[i] - '0') * unit;
	}
	return i > 1 && s.p[0] == '.' && rb_str_is(rb_str_cut(s, i, s.n), "Z") ? 0 : -1;
}

/* RFC 3339 in UTC. Days are counted as in "days from civil". */
int
rb_time_parse(struct rb_str s, int64_t *wall)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	int64_t year, month, day, hour, minute, second, era, of_era, of_year, ns;

	if (s.n < sizeof(form) || end_of_time(rb_str_cut(s, sizeof(form) - 1, s.n), &ns) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (form[i] == 'd' ? !is_digit(s.p[i]) : s.p[i] != form[i])
			return -1;
	}
	year = digits(s, 0, 4);
	month = digits(s, 5, 2);
	day = digits(s, 8, 2);
	hour = digits(s, 11, 2);
	minute = digits(s, 14, 2);
	second = digits(s, 17, 2);
	if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 ||
	    day > rb_days_in(year, month) || hour > 23 || minute > 59 || second > 59)
		return -1;
	year -= month <= 2;
	era = year / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	*wall =
	    ((era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468) * 24 + hour) * 3600;
	*wall = (*wall + minute * 60 + second) * RB_SECOND + ns;
	return 0;
}

static struct rb_value
parse_time(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	int64_t wall;

	return rb_time_parse(s, &wall) == 0 ? rb_v_of(RB_V_TIME, wall) : wrong(arena, type, s);
}

static struct rb_value
parse_duration(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	int64_t ns;

	return rb_clock_parse(s, &ns) == 0 ? rb_v_of(RB_V_DURATION, ns) : wrong(arena, type, s);
}

/* A scheme, `://` and a host (RFC 3986, 3); blanks and controls nowhere. */
static struct rb_value
parse_url(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	size_t colon = rb_str_find(s, RB_STR("://"), 0);

	if (colon == SIZE_MAX || colon == 0 || colon + 3 >= s.n || strchr("/?#", s.p[colon + 3]) != NULL)
		return wrong(arena, type, s);
	for (size_t i = 0; i < colon; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(i > 0 && (is_digit(c) || c == '+' || c == '-' || c == '.')))
			return wrong(arena, type, s);
	}
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return wrong(arena, type, s);
	return parse_text(arena, type, s);
}

static struct rb_value
parse_path(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	return memchr(s.p, '\0', s.n) != NULL
		   ? rb_v_error(arena, "%s: a path holds no NUL byte", quoted(arena, s))
		   : parse_text(arena, type, s);
}

static struct rb_value
parse_version(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	size_t from = s.p[0] == 'v' && s.n > 1;

	if (!is_digit(s.p[from]))
		return wrong(arena, type, s);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return wrong(arena, type, s);
	return rb_v_version(rb_arena_str(arena, s));
}

static struct rb_value
parse_regex(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	struct rb_str why;
	size_t at;
	struct rb_pattern *p = rb_pattern_new(arena, s, &why, &at);

	if (p == NULL)
		return rb_v_no_pattern(arena, s, why, at);
	rb_pattern_close(p);
	return parse_text(arena, type, s);
}

static struct rb_value
parse_json(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s)
{
	struct rb_value v = rb_value_from_json(arena, s);

	if (v.kind == RB_V_ERROR)
		return v;
	return v.kind == (type->base == RB_LIST ? RB_V_LIST : RB_V_MAP) ? v : wrong(arena, type, s);
}

static const struct {
	const char *type;
	struct rb_value (*parse)(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str s);
} parsers[] = {
    {"text", parse_text},
    {"int", parse_int},
    {"number", parse_number},
    {"percent", parse_percent},
    {"size", parse_size},
    {"duration", parse_duration},
    {"time", parse_time},
    {"bool", parse_bool},
    {"port", parse_port},
    {"url", parse_url},
    {"path", parse_path},
    {"file", parse_path},
    {"dir", parse_path},
    {"version", parse_version},
    {"regex", parse_regex},
    {"list", parse_json},
    {"map", parse_json},
};

struct rb_value
rb_value_parse(struct rb_arena *arena, const struct rb_type_row *type, struct rb_str text)
{
	if (text.n == 0 && type->base != RB_TEXT)
		return rb_v_error(arena, "an empty text is not %s", type->help);
	for (size_t i = 0; i < sizeof(parsers) / sizeof(*parsers); i++)
		if (strcmp(parsers[i].type, type->name) == 0)
			return parsers[i].parse(arena, type, text);
	return rb_v_error(arena, "a %s cannot be written as text", type->name);
}
