/* Reading the clocks; durations and times as text, and back. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct unit {
	const char *name;
	int64_t ns;
};

/* Largest first: the order in which a duration is written. */
static const struct unit units[] = {
    {"d", RB_DAY}, {"h", RB_HOUR}, {"m", RB_MINUTE}, {"s", RB_SECOND}, {"ms", RB_MS}};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

static int64_t
read_clock(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t) != 0)
		return 0; /* cannot happen: both clocks exist on every system that this builds on */
	return (int64_t)t.tv_sec * RB_SECOND + t.tv_nsec;
}

int64_t
rb_clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t
rb_clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
rb_clock_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (a == RB_NEVER || b == RB_NEVER)
		return RB_NEVER;
	if (__builtin_add_overflow(a, b, &sum))
		return a > 0 ? RB_NEVER : INT64_MIN;
	return sum;
}

char *
rb_clock_rfc3339(int64_t wall_ns, char buf[RB_CLOCK_RFC3339])
{
	int64_t seconds = wall_ns / RB_SECOND, rest = wall_ns % RB_SECOND;
	char date[RB_CLOCK_RFC3339 - 8] = "";
	struct tm tm;
	time_t t;

	if (rest < 0) {
		seconds--;
		rest += RB_SECOND;
	}
	t = (time_t)seconds;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, RB_CLOCK_RFC3339, "%s.%03dZ", date, (int)(rest / RB_MS));
	return buf;
}

/* The text of a negative duration is that of its size behind a minus; RB_NEVER has a word of its own. Returns
 * false if all is written, else leaves the size in *ns and where to write on in *at. */
static bool
sign_and_size(int64_t *ns, char *buf, char **at)
{
	*at = buf;
	if (*ns == RB_NEVER) {
		snprintf(buf, RB_CLOCK_DURATION, "never");
		return false;
	}
	if (*ns < 0) {
		*ns = *ns == INT64_MIN ? INT64_MAX : -*ns;
		*(*at)++ = '-';
	}
	return true;
}

char *
rb_clock_human(int64_t ns, char buf[RB_CLOCK_DURATION])
{
	enum { ROOM = RB_CLOCK_DURATION - 1 };
	char *at;

	if (!sign_and_size(&ns, buf, &at))
		return buf;
	if (ns < RB_SECOND)
		snprintf(at, ROOM, "%dms", (int)(ns / RB_MS));
	else if (ns < 10 * RB_SECOND)
		snprintf(at, ROOM, "%d.%ds", (int)(ns / RB_SECOND), (int)(ns % RB_SECOND / (100 * RB_MS)));
	else if (ns < RB_MINUTE)
		snprintf(at, ROOM, "%ds", (int)(ns / RB_SECOND));
	else if (ns < RB_HOUR)
		snprintf(at, ROOM, "%dm%02ds", (int)(ns / RB_MINUTE), (int)(ns % RB_MINUTE / RB_SECOND));
	else if (ns < RB_DAY)
		snprintf(at, ROOM, "%dh%02dm", (int)(ns / RB_HOUR), (int)(ns % RB_HOUR / RB_MINUTE));
	else
		snprintf(at, ROOM, "%dd%02dh", (int)(ns / RB_DAY), (int)(ns % RB_DAY / RB_HOUR));
	return buf;
}

char *
rb_clock_exact(int64_t ns, char buf[RB_CLOCK_DURATION])
{
	char *at;

	if (!sign_and_size(&ns, buf, &at))
		return buf;
	if (ns < RB_MS) {
		snprintf(buf, RB_CLOCK_DURATION, "0s");
		return buf;
	}
	for (size_t i = 0; i < UNITS; i++) {
		int64_t n = ns / units[i].ns;

		ns %= units[i].ns;
		if (n > 0)
			at += snprintf(at, (size_t)(buf + RB_CLOCK_DURATION - at), "%lld%s", (long long)n,
			    units[i].name);
	}
	return buf;
}

/* The index of the unit that stands at the start of s (letters up to the next digit), or UNITS. */
static size_t
unit_at(struct rb_str s, size_t *len)
{
	for (*len = 0; *len < s.n && (s.p[*len] < '0' || s.p[*len] > '9'); (*len)++)
		;
	for (size_t i = 0; i < UNITS; i++) {
		if (rb_str_is(rb_str_cut(s, 0, *len), units[i].name))
			return i;
	}
	return UNITS;
}

int
rb_clock_parse(struct rb_str text, int64_t *ns)
{
	size_t i = 0, next_unit = 0, digits, letters, unit;
	int64_t total = 0, n;

	if (text.n == 0)
		return -1;
	while (i < text.n) {
		for (digits = 0;
		     i + digits < text.n && text.p[i + digits] >= '0' && text.p[i + digits] <= '9'; digits++)
			;
		if (rb_str_int(rb_str_cut(text, i, i + digits), &n) != 0)
			return -1;
		i += digits;
		unit = unit_at(rb_str_cut(text, i, text.n), &letters);
		if (unit == UNITS || unit < next_unit)
			return -1;
		next_unit = unit + 1;
		i += letters;
		if (__builtin_mul_overflow(n, units[unit].ns, &n) || __builtin_add_overflow(total, n, &total))
			return -1;
	}
	if (total == RB_NEVER)
		return -1;
	*ns = total;
	return 0;
}
