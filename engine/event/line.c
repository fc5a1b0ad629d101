/* Events as JSON lines, and the reference of that format, both from the table of types (event.c). */
#include "event/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

const struct rb_record_key_row rb_record_keys[] = {
    {"seq", "integer", "1, 2, … without a gap in one run; 0: written by the recorder itself"},
    {"type", "word", "type of the record"},
    {"time", "time", "wall clock, RFC 3339, UTC, milliseconds; for people"},
    {"mono_ns", "integer", "monotonic clock in nanoseconds; for differences within one run"},
    {"step", "word",
	"instance path of the step: `restart/start`, `pods[2]/check`, `free#2` on its second visit"},
    {"id", "word", "the step's own id"},
    {"step_title", "text", "its title, with its values"},
    {"depth", "integer", "how many steps enclose it; left out when 0"},
    {"visit", "integer", "1, 2, …"},
    {"attempt", "integer", "1, 2, … within the visit; left out outside of attempts"},
    {"item", "integer", "index within the innermost loop; left out outside of loops"},
    {NULL, NULL, NULL},
};

/* s without its last bytes, so that it is at most `max` long and no UTF-8 sequence is cut. */
static struct rb_str
cut_text(struct rb_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return rb_str_cut(s, 0, max);
}

static void
write_text(struct rb_json *j, struct rb_str s, size_t max)
{
	struct rb_str kept = cut_text(s, max);
	struct rb_buf note;

	if (kept.n == s.n) {
		rb_json_bytes(j, s);
		return;
	}
	rb_buf_init(&note, j->out->alloc, kept.n + 64);
	rb_buf_str(&note, kept);
	rb_buf_fmt(&note, "… %zu bytes left out …", s.n - kept.n);
	rb_json_bytes(j, rb_buf_view(&note));
	rb_buf_free(&note);
}

static void
write_json(struct rb_json *j, struct rb_str s, size_t max)
{
	if (s.n == 0) {
		rb_json_null(j);
	} else if (s.n <= max) {
		rb_json_raw(j, s);
	} else {
		rb_json_open(j, '{');
		rb_json_key(j, "left_out_bytes");
		rb_json_int(j, (int64_t)s.n);
		rb_json_close(j, '}');
	}
}

/* Exact: 1500000 → 1.5, 1 → 0.000001. */
static void
write_ms(struct rb_json *j, int64_t ns)
{
	uint64_t abs = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
	char text[48];
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), "%s%" PRIu64 ".%06" PRIu64, ns < 0 ? "-" : "",
	    abs / (uint64_t)RB_MS, abs % (uint64_t)RB_MS);
	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	rb_json_raw(j, (struct rb_str){text, n});
}

static void
write_field(struct rb_json *j, const struct rb_event_field *f, size_t max)
{
	char key[64];

	snprintf(key, sizeof(key), "%s%s", f->name, f->type == RB_EVF_NS ? RB_RECORD_MS : "");
	rb_json_key(j, key);
	switch (f->type) {
	case RB_EVF_TEXT:
	case RB_EVF_WORD:
		write_text(j, f->text, max);
		break;
	case RB_EVF_JSON:
		write_json(j, f->text, max);
		break;
	case RB_EVF_INT:
		rb_json_int(j, f->num);
		break;
	case RB_EVF_NS:
		write_ms(j, f->num);
		break;
	case RB_EVF_BOOL:
		rb_json_bool(j, f->num != 0);
		break;
	}
}

static void
text_key(struct rb_json *j, const char *key, struct rb_str text, size_t max)
{
	if (text.n == 0)
		return;
	rb_json_key(j, key);
	write_text(j, text, max);
}

static void
number_key(struct rb_json *j, const char *key, int64_t number)
{
	rb_json_key(j, key);
	rb_json_int(j, number);
}

static void
write_where(struct rb_json *j, const struct rb_where *where, size_t max)
{
	if (where->step.n == 0)
		return;
	text_key(j, "step", where->step, max);
	text_key(j, "id", where->id, max);
	text_key(j, "step_title", where->title, max);
	if (where->depth > 0)
		number_key(j, "depth", where->depth);
	number_key(j, "visit", where->visit);
	if (where->attempt > 0)
		number_key(j, "attempt", where->attempt);
	if (where->item >= 0)
		number_key(j, "item", where->item);
}

static void
write_record(const struct rb_event *ev, size_t max, struct rb_buf *out)
{
	char time[RB_CLOCK_RFC3339];
	struct rb_json j;

	rb_json_init(&j, out);
	rb_json_open(&j, '{');
	number_key(&j, "seq", (int64_t)ev->seq);
	rb_json_key(&j, "type");
	rb_json_c(&j, rb_event_rows[ev->type].name);
	rb_json_key(&j, "time");
	rb_json_c(&j, rb_clock_rfc3339(ev->wall, time));
	number_key(&j, "mono_ns", ev->mono);
	write_where(&j, &ev->where, max);
	for (size_t i = 0; i < ev->nfields; i++)
		write_field(&j, &ev->fields[i], max);
	rb_json_close(&j, '}');
}

void
rb_event_line(const struct rb_event *ev, struct rb_buf *out)
{
	char *newline;

	write_record(ev, SIZE_MAX, out);
	if (out->lost > 0 || out->len >= RB_RECORD_LINE_MAX) {
		rb_buf_clear(out);
		write_record(ev, RB_RECORD_FIELD_MAX, out);
	}
	/* JSON values may have been laid out over lines; between their tokens a blank does as well. */
	for (newline = memchr(out->p, '\n', out->len); newline != NULL;
	     newline = memchr(newline, '\n', out->len - (size_t)(newline - out->p)))
		*newline = ' ';
	rb_buf_char(out, '\n');
}

static const char *const type_words[] = {
    [RB_EVF_TEXT] = "text",
    [RB_EVF_WORD] = "word",
    [RB_EVF_INT] = "integer",
    [RB_EVF_NS] = "milliseconds",
    [RB_EVF_BOOL] = "boolean",
    [RB_EVF_JSON] = "JSON",
};

void
rb_event_reference(struct rb_buf *out)
{
	rb_buf_c(out, "### Keys of every record\n\n| key | type | meaning |\n|---|---|---|\n");
	for (const struct rb_record_key_row *key = rb_record_keys; key->name != NULL; key++)
		rb_buf_fmt(out, "| `%s` | %s | %s |\n", key->name, key->type, key->help);
	for (size_t type = 0; type < RB_EV_TYPES; type++) {
		const struct rb_event_row *row = &rb_event_rows[type];

		rb_buf_fmt(out, "\n### `%s`\n\n%s%s\n\n| key | type | meaning |\n|---|---|---|\n", row->name,
		    row->help,
		    row->recorded ? "" : " Never in a transcript, only in `--json`; its `seq` is 0.");
		for (const struct rb_event_field_row *f = row->fields; f->name != NULL; f++) {
			rb_buf_fmt(out, "| `%s%s` | %s | %s |\n", f->name,
			    f->type == RB_EVF_NS ? RB_RECORD_MS : "", type_words[f->type], f->help);
		}
	}
}
