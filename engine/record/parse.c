/* From a transcript's line to an event: the inverse of event/line.c, strict, since a record that was changed
 * must not pass for one that was written. */
#include "record/parse.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "event/line.h"

enum { KEY_MAX = 64 };

struct parser {
	struct rb_arena *arena;
	struct rb_event *ev;
	char *why;
};

static int
bad(struct parser *p, const char *key, const char *what)
{
	snprintf(p->why, RB_PARSE_WHY, "\"%.64s\" %s", key, what);
	return -1;
}

static int
base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static int
decode_base64(struct rb_arena *arena, struct rb_str in, struct rb_str *out)
{
	char *p = rb_arena_new(arena, in.n / 4 * 3 + 1);
	size_t n = 0, pad = 0;

	if (in.n % 4 != 0)
		return -1;
	while (pad < 2 && in.n > 0 && in.p[in.n - 1] == '=') {
		in.n--;
		pad++;
	}
	for (size_t i = 0; i < in.n; i += 4) {
		uint32_t bits = 0;
		size_t digits = in.n - i < 4 ? in.n - i : 4;

		for (size_t k = 0; k < 4; k++) {
			int digit = k < digits ? base64_digit(in.p[i + k]) : 0;

			if (digit < 0)
				return -1;
			bits = bits << 6 | (uint32_t)digit;
		}
		for (size_t k = 0; k + 1 < digits; k++)
			p[n++] = (char)(bits >> (16 - 8 * k) & 0xff);
	}
	*out = (struct rb_str){p, n};
	return 0;
}

static struct rb_str
string_of(const json_t *value)
{
	return (struct rb_str){json_string_value(value), json_string_length(value)};
}

/* A string, or {"base64": …} for bytes that are no text. */
static int
read_text(struct parser *p, const char *key, const json_t *value, struct rb_str *out)
{
	const json_t *coded = json_object_get(value, "base64");

	if (json_is_string(value)) {
		*out = rb_arena_str(p->arena, string_of(value));
		return 0;
	}
	if (json_is_string(coded) && json_object_size(value) == 1 &&
	    decode_base64(p->arena, string_of(coded), out) == 0)
		return 0;
	return bad(p, key, "is no text");
}

static int
read_json(struct parser *p, const char *key, const json_t *value, struct rb_str *out)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL)
		return bad(p, key, "cannot be read");
	*out = rb_arena_str(p->arena, rb_str_c(text));
	free(text);
	return 0;
}

static int
read_int(struct parser *p, const char *key, const json_t *value, int64_t min, int64_t max, int64_t *out)
{
	if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max)
		return bad(p, key, "is no integer, or out of range");
	*out = json_integer_value(value);
	return 0;
}

static int
read_ms(struct parser *p, const char *key, const json_t *value, int64_t *ns)
{
	const double limit = (double)(INT64_MAX / RB_MS);
	double ms = json_number_value(value);

	if (!json_is_number(value) || !(ms > -limit - 1 && ms < limit + 1))
		return bad(p, key, "is no duration");
	if (ms >= limit || ms <= -limit)
		*ns = ms > 0 ? RB_NEVER : INT64_MIN;
	else if (json_is_integer(value))
		*ns = (int64_t)json_integer_value(value) * RB_MS;
	else
		*ns = llround(ms * (double)RB_MS);
	return 0;
}

static int
read_bool(struct parser *p, const char *key, const json_t *value, int64_t *out)
{
	if (!json_is_boolean(value))
		return bad(p, key, "is neither true nor false");
	*out = json_is_true(value);
	return 0;
}

/* The number that the digits at `text` form, or -1. */
static int
digits(const char *text, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* "2026-11-22T03:04:05.678Z" and nothing else, as rb_clock_rfc3339 writes it. */
static int
read_time(struct parser *p, const char *key, const json_t *value, int64_t *wall)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	struct rb_str text = string_of(value);
	char again[RB_CLOCK_RFC3339];
	struct tm tm = {0};

	if (!json_is_string(value) || text.n != sizeof(form) - 1)
		return bad(p, key, "is no time");
	for (size_t i = 0; i < text.n; i++) {
		if (form[i] != 'd' && text.p[i] != form[i])
			return bad(p, key, "is no time");
	}
	tm.tm_year = digits(text.p, 4) - 1900;
	tm.tm_mon = digits(text.p + 5, 2) - 1;
	tm.tm_mday = digits(text.p + 8, 2);
	tm.tm_hour = digits(text.p + 11, 2);
	tm.tm_min = digits(text.p + 14, 2);
	tm.tm_sec = digits(text.p + 17, 2);
	if (tm.tm_year < 70 || tm.tm_year > 330)
		return bad(p, key, "is out of range");
	*wall = (int64_t)timegm(&tm) * RB_SECOND + digits(text.p + 20, 3) * RB_MS;
	/* what is no digit, no month, no hour does not come out as it went in */
	if (!rb_str_is(text, rb_clock_rfc3339(*wall, again)))
		return bad(p, key, "is no time");
	return 0;
}

static int
read_unsigned(struct parser *p, const char *key, const json_t *value, unsigned *out)
{
	int64_t number = 0;

	if (read_int(p, key, value, 0, INT_MAX, &number) < 0)
		return -1;
	*out = (unsigned)number;
	return 0;
}

/* The keys of every record; those that must be there have a bit in `seen`. */
enum { SEEN_SEQ = 1, SEEN_TIME = 2, SEEN_MONO = 4, SEEN_ALL = 7 };

/* 0: it was one of these; 1: it is not; -1. */
static int
read_common(struct parser *p, const char *key, const json_t *value, unsigned *seen)
{
	struct rb_where *where = &p->ev->where;
	int64_t number = 0;
	int result;

	if (strcmp(key, "seq") == 0) {
		*seen |= SEEN_SEQ;
		result = read_int(p, key, value, 0, INT64_MAX, &number);
		p->ev->seq = (uint64_t)number;
		return result;
	}
	if (strcmp(key, "time") == 0) {
		*seen |= SEEN_TIME;
		return read_time(p, key, value, &p->ev->wall);
	}
	if (strcmp(key, "mono_ns") == 0) {
		*seen |= SEEN_MONO;
		return read_int(p, key, value, INT64_MIN, INT64_MAX, &p->ev->mono);
	}
	if (strcmp(key, "step") == 0)
		return read_text(p, key, value, &where->step);
	if (strcmp(key, "id") == 0)
		return read_text(p, key, value, &where->id);
	if (strcmp(key, "step_title") == 0)
		return read_text(p, key, value, &where->title);
	if (strcmp(key, "depth") == 0)
		return read_unsigned(p, key, value, &where->depth);
	if (strcmp(key, "visit") == 0)
		return read_unsigned(p, key, value, &where->visit);
	if (strcmp(key, "attempt") == 0)
		return read_unsigned(p, key, value, &where->attempt);
	if (strcmp(key, "item") == 0)
		return read_int(p, key, value, 0, INT64_MAX, &where->item);
	return strcmp(key, "type") == 0 ? 0 : 1;
}

static const struct rb_event_field_row *
find_row(const struct rb_event_field_row *row, const char *key)
{
	char name[KEY_MAX];

	for (; row->name != NULL; row++) {
		snprintf(name, sizeof(name), "%s%s", row->name, row->type == RB_EVF_NS ? RB_RECORD_MS : "");
		if (strcmp(name, key) == 0)
			return row;
	}
	return NULL;
}

static int
read_field(struct parser *p, const char *key, const json_t *value)
{
	const struct rb_event_field_row *row = find_row(rb_event_rows[p->ev->type].fields, key);
	struct rb_event_field f = {0};
	int result = -1;

	if (row == NULL)
		return 0;
	f.name = row->name;
	f.type = row->type;
	switch (row->type) {
	case RB_EVF_TEXT:
	case RB_EVF_WORD:
		result = read_text(p, key, value, &f.text);
		break;
	case RB_EVF_JSON:
		result = read_json(p, key, value, &f.text);
		break;
	case RB_EVF_INT:
		result = read_int(p, key, value, INT64_MIN, INT64_MAX, &f.num);
		break;
	case RB_EVF_NS:
		result = read_ms(p, key, value, &f.num);
		break;
	case RB_EVF_BOOL:
		result = read_bool(p, key, value, &f.num);
		break;
	}
	if (result == 0)
		p->ev->fields[p->ev->nfields++] = f;
	return result;
}

static int
read_type(struct parser *p, const json_t *record, bool *known)
{
	const json_t *type = json_object_get(record, "type");

	if (!json_is_string(type))
		return bad(p, "type", "is missing");
	for (size_t i = 0; i < RB_EV_TYPES; i++) {
		if (rb_str_is(string_of(type), rb_event_rows[i].name)) {
			rb_event_init(p->ev, (enum rb_event_type)i, NULL);
			*known = true;
			return 0;
		}
	}
	rb_event_init(p->ev, RB_EV_WARNING, NULL);
	*known = false;
	return 0;
}

static int
read_record(struct parser *p, json_t *record)
{
	bool known = false;
	unsigned seen = 0;
	const char *key;
	json_t *value;

	if (!json_is_object(record)) {
		snprintf(p->why, RB_PARSE_WHY, "it is no JSON object");
		return -1;
	}
	if (read_type(p, record, &known) < 0)
		return -1;
	json_object_foreach(record, key, value)
	{
		int other = read_common(p, key, value, &seen);

		if (other < 0 || (other > 0 && known && read_field(p, key, value) < 0))
			return -1;
	}
	if (seen != SEEN_ALL)
		return bad(p,
		    (seen & SEEN_SEQ) == 0    ? "seq"
		    : (seen & SEEN_TIME) == 0 ? "time"
					      : "mono_ns",
		    "is missing");
	return known ? 0 : 1;
}

int
rb_record_parse(struct rb_arena *arena, struct rb_str line, struct rb_event *ev, char why[RB_PARSE_WHY])
{
	struct parser p = {arena, ev, why};
	json_error_t error;
	json_t *record = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	int result;

	if (record == NULL) {
		snprintf(why, RB_PARSE_WHY, "it is no valid JSON: %.100s", error.text);
		return -1;
	}
	result = read_record(&p, record);
	json_decref(record);
	return result;
}
