/* Values on their way out: as people read them, as a script gets them, as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "lang/value.h"

static void
show_json(struct rb_value v, struct rb_buf *out)
{
	struct rb_json j;

	rb_json_init(&j, out);
	rb_value_json(v, &j);
}

static void
show_duration(int64_t ns, struct rb_buf *out)
{
	char text[RB_CLOCK_DURATION];

	if (ns < 0)
		rb_buf_char(out, '-');
	rb_buf_c(out, rb_clock_exact(ns == INT64_MIN ? INT64_MAX : ns < 0 ? -ns : ns, text));
}

/* The largest unit in which the number is whole; of two alike the decimal one. */
static void
show_size(int64_t bytes, struct rb_buf *out)
{
	static const struct {
		const char *name;
		int64_t bytes;
	} units[] = {
	    {"TB", 1000LL * 1000 * 1000 * 1000},
	    {"TiB", 1LL << 40},
	    {"GB", 1000LL * 1000 * 1000},
	    {"GiB", 1 << 30},
	    {"MB", 1000LL * 1000},
	    {"MiB", 1 << 20},
	    {"kB", 1000},
	    {"KiB", 1 << 10},
	    {"B", 1},
	};
	size_t i = 0;

	while (bytes % units[i].bytes != 0 || (bytes == 0 && units[i].bytes != 1))
		i++;
	rb_buf_fmt(out, "%" PRId64 "%s", bytes / units[i].bytes, units[i].name);
}

static void
show_time(int64_t wall, struct rb_buf *out)
{
	char text[RB_CLOCK_RFC3339];

	rb_buf_c(out, rb_clock_rfc3339(wall, text));
}

static void
show_number(double d, struct rb_buf *out)
{
	char text[RB_NUMBER_TEXT];

	rb_buf_c(out, rb_number_text(d, text));
}

void
rb_value_show(struct rb_value v, struct rb_buf *out)
{
	switch (v.kind) {
	case RB_V_UNSET:
		rb_buf_c(out, "<unset>");
		break;
	case RB_V_ERROR:
		rb_buf_c(out, "<error: ");
		rb_buf_str(out, v.s);
		rb_buf_char(out, '>');
		break;
	case RB_V_UNKNOWN:
	case RB_V_TEXT:
	case RB_V_VERSION:
		rb_buf_str(out, v.s);
		break;
	case RB_V_NULL:
		rb_buf_c(out, "null");
		break;
	case RB_V_BOOL:
		rb_buf_c(out, v.b ? "true" : "false");
		break;
	case RB_V_INT:
		rb_buf_fmt(out, "%" PRId64, v.i);
		break;
	case RB_V_NUMBER:
		show_number(v.d, out);
		break;
	case RB_V_DURATION:
		show_duration(v.i, out);
		break;
	case RB_V_SIZE:
		show_size(v.i, out);
		break;
	case RB_V_TIME:
		show_time(v.i, out);
		break;
	case RB_V_PROCESS:
		rb_buf_fmt(out, "%" PRId64, v.process.pid);
		break;
	case RB_V_LIST:
		for (size_t i = 0; i < v.list->len; i++) {
			if (i > 0)
				rb_buf_c(out, ", ");
			if (v.list->items[i].kind == RB_V_LIST)
				show_json(v.list->items[i], out);
			else
				rb_value_show(v.list->items[i], out);
		}
		break;
	case RB_V_MAP:
		show_json(v, out);
		break;
	case RB_V_MATCH:
		rb_value_show(rb_v_plain(v), out);
		break;
	}
}

/* Seconds, with as many decimals as are needed. */
static void
env_duration(int64_t ns, struct rb_buf *out)
{
	char text[32];
	int64_t rest = imaxabs(ns % RB_SECOND);
	size_t n;

	if (ns < 0 && ns / RB_SECOND == 0)
		rb_buf_char(out, '-');
	rb_buf_fmt(out, "%" PRId64, ns / RB_SECOND);
	if (rest == 0)
		return;
	n = (size_t)snprintf(text, sizeof(text), ".%09" PRId64, rest);
	while (text[n - 1] == '0')
		n--;
	rb_buf_add(out, text, n);
}

static const char *env_value(struct rb_value v, struct rb_buf *out);

static const char *
env_list(const struct rb_vlist *list, struct rb_buf *out)
{
	for (size_t i = 0; i < list->len; i++) {
		size_t from;
		const char *why;

		if (i > 0)
			rb_buf_char(out, '\n');
		from = out->len;
		if (list->items[i].kind == RB_V_LIST)
			show_json(list->items[i], out);
		why = list->items[i].kind == RB_V_LIST ? NULL : env_value(list->items[i], out);
		if (why != NULL)
			return why;
		if (out->len > from && memchr(out->p + from, '\n', out->len - from) != NULL)
			return "an item of the list holds a line break, so that lines and items would not "
			       "agree";
	}
	return NULL;
}

/* NULL, or why there is none. */
static const char *
env_value(struct rb_value v, struct rb_buf *out)
{
	switch (v.kind) {
	case RB_V_UNSET:
		return "it was never set";
	case RB_V_UNKNOWN:
		return "it is not known here";
	case RB_V_ERROR:
		return "it could not be computed";
	case RB_V_TEXT:
	case RB_V_VERSION:
		if (v.s.n > 0 && memchr(v.s.p, '\0', v.s.n) != NULL)
			return "it holds a NUL byte, which no environment variable can";
		rb_buf_str(out, rb_str_chomp(v.s));
		return NULL;
	case RB_V_DURATION:
		env_duration(v.i, out);
		return NULL;
	case RB_V_SIZE:
		rb_buf_fmt(out, "%" PRId64, v.i);
		return NULL;
	case RB_V_LIST:
		return env_list(v.list, out);
	case RB_V_MATCH:
		return env_value(rb_v_plain(v), out);
	default:
		rb_value_show(v, out);
		return NULL;
	}
}

int
rb_value_env(struct rb_value v, struct rb_buf *out, const char **why)
{
	size_t from = out->len;
	uint64_t lost = out->lost;
	const char *bad = env_value(v, out);

	if (bad == NULL && (out->len - from > RB_ENV_MAX || out->lost > lost))
		bad = "it is longer than 131071 bytes, the most that an environment variable holds";
	if (bad == NULL)
		return 0;
	*why = bad;
	return -1;
}

/* The text that `show` writes, as a JSON string. Short by its kinds. */
static void
json_shown(struct rb_value v, struct rb_json *j)
{
	struct rb_buf b;

	rb_buf_init(&b, j->out->alloc, 64);
	rb_value_show(v, &b);
	rb_json_str(j, rb_buf_view(&b));
	rb_buf_free(&b);
}

void
rb_value_json(struct rb_value v, struct rb_json *j)
{
	switch (v.kind) {
	case RB_V_UNSET:
	case RB_V_ERROR:
	case RB_V_NULL:
		rb_json_null(j);
		break;
	case RB_V_BOOL:
		rb_json_bool(j, v.b);
		break;
	case RB_V_INT:
		rb_json_int(j, v.i);
		break;
	case RB_V_NUMBER:
		rb_json_number(j, v.d);
		break;
	case RB_V_UNKNOWN:
		rb_json_str(j, v.s);
		break;
	case RB_V_TEXT:
	case RB_V_VERSION:
		rb_json_bytes(j, v.s);
		break;
	case RB_V_DURATION:
	case RB_V_SIZE:
	case RB_V_TIME:
		json_shown(v, j);
		break;
	case RB_V_PROCESS:
		rb_json_open(j, '{');
		rb_json_key(j, "pid");
		rb_json_int(j, v.process.pid);
		rb_json_key(j, "start");
		rb_json_int(j, (int64_t)v.process.start);
		rb_json_close(j, '}');
		break;
	case RB_V_LIST:
		rb_json_open(j, '[');
		for (size_t i = 0; i < v.list->len; i++)
			rb_value_json(v.list->items[i], j);
		rb_json_close(j, ']');
		break;
	case RB_V_MAP:
	case RB_V_MATCH:
		rb_json_open(j, '{');
		for (size_t i = 0; i < v.map->len; i++) {
			rb_json_key_str(j, v.map->pairs[i].key);
			rb_value_json(v.map->pairs[i].value, j);
		}
		rb_json_close(j, '}');
		break;
	}
}
