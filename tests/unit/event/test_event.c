/* Events as values, and as lines of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "event/event.h"
#include "event/line.h"

static json_t *
parse_line(const struct rb_event *ev, size_t *length)
{
	struct rb_buf out;
	json_t *value;

	rb_buf_init(&out, NULL, RB_RECORD_LINE_MAX);
	rb_event_line(ev, &out);
	assert_int_equal(out.lost, 0);
	assert_int_equal(out.p[out.len - 1], '\n');
	assert_ptr_equal(memchr(out.p, '\n', out.len), out.p + out.len - 1);
	if (length != NULL)
		*length = out.len;
	value = json_loadb(out.p, out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	assert_non_null(value);
	rb_buf_free(&out);
	return value;
}

static void
every_type_has_its_row(void **state)
{
	(void)state;
	for (size_t type = 0; type < RB_EV_TYPES; type++) {
		const struct rb_event_row *row = &rb_event_rows[type];
		size_t n = 0;

		assert_non_null(row->name);
		assert_true(strlen(row->help) > 10);
		for (const struct rb_event_field_row *f = row->fields; f->name != NULL; f++, n++) {
			assert_true(strlen(f->help) >= 3);
			for (const struct rb_event_field_row *g = row->fields; g != f; g++)
				assert_string_not_equal(f->name, g->name);
			for (const struct rb_record_key_row *key = rb_record_keys; key->name != NULL; key++)
				assert_string_not_equal(f->name, key->name);
		}
		assert_in_range(n, 1, RB_EVENT_FIELDS);
		for (size_t other = 0; other < type; other++)
			assert_string_not_equal(row->name, rb_event_rows[other].name);
	}
}

static void
fields_are_had_back(void **state)
{
	struct rb_where where = {.step = RB_STR("a/b"), .visit = 2, .item = 3};
	struct rb_event ev;

	(void)state;
	rb_event_init(&ev, RB_EV_ATTEMPT_END, NULL);
	assert_int_equal(ev.where.item, -1);
	rb_event_init(&ev, RB_EV_ATTEMPT_END, &where);
	rb_event_text(&ev, "outcome", RB_STR("failed"));
	rb_event_num(&ev, "exit", 3);
	assert_int_equal(ev.where.visit, 2);
	assert_true(rb_str_is(rb_event_get_text(&ev, "outcome"), "failed"));
	assert_int_equal(rb_event_get_num(&ev, "exit", -1), 3);
	assert_int_equal(rb_event_get_num(&ev, "pid", -1), -1);
	assert_int_equal(rb_event_get_text(&ev, "reason").n, 0);
	assert_null(rb_event_get(&ev, "reason"));
	assert_int_equal(rb_event_get(&ev, "exit")->type, RB_EVF_INT);
}

static void
a_line_has_everything(void **state)
{
	struct rb_where where = {.step = RB_STR("pods[2]/check"),
	    .id = RB_STR("check"),
	    .title = RB_STR("Is \"it\" up?"),
	    .depth = 1,
	    .visit = 1,
	    .attempt = 2,
	    .item = 0};
	struct rb_event ev;
	struct rb_buf out;

	(void)state;
	rb_event_init(&ev, RB_EV_ATTEMPT_END, &where);
	ev.seq = 7;
	ev.wall = 1795316645678 * RB_MS;
	ev.mono = 42;
	rb_event_text(&ev, "outcome", RB_STR("passed"));
	rb_event_num(&ev, "duration", 1500 * RB_US);
	rb_event_num(&ev, "output_incomplete", 1);
	rb_buf_init(&out, NULL, RB_RECORD_LINE_MAX);
	rb_event_line(&ev, &out);
	assert_string_equal(rb_buf_cstr(&out),
	    "{\"seq\":7,\"type\":\"attempt_end\",\"time\":\"2026-11-22T03:04:05.678Z\",\"mono_ns\":42,"
	    "\"step\":\"pods[2]/check\",\"id\":\"check\",\"step_title\":\"Is \\\"it\\\" up?\",\"depth\":1,"
	    "\"visit\":1,\"attempt\":2,\"item\":0,\"outcome\":\"passed\",\"duration_ms\":1.5,"
	    "\"output_incomplete\":true}\n");
	rb_buf_free(&out);
}

static void
durations_are_exact(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {{0, "0"}, {1, "0.000001"}, {1000000, "1"}, {1500000, "1.5"}, {123456789, "123.456789"},
	    {-2500000, "-2.5"}, {90 * RB_DAY + 1, "7776000000.000001"}, {INT64_MIN, "-9223372036854.775808"}};
	struct rb_event ev;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rb_buf out;
		char want[64];

		rb_event_init(&ev, RB_EV_RETRY, NULL);
		rb_event_num(&ev, "pause", rows[i].ns);
		rb_buf_init(&out, NULL, RB_RECORD_LINE_MAX);
		rb_event_line(&ev, &out);
		snprintf(want, sizeof(want), "\"pause_ms\":%s}\n", rows[i].text);
		assert_true(rb_str_ends(rb_buf_view(&out), want));
		rb_buf_free(&out);
	}
}

static void
json_values_stay_on_the_line(void **state)
{
	struct rb_event ev;
	json_t *value;

	(void)state;
	rb_event_init(&ev, RB_EV_FACTS, NULL);
	rb_event_text(&ev, "facts", RB_STR("{\n  \"a\": [1,\n 2]\n}"));
	value = parse_line(&ev, NULL);
	assert_int_equal(
	    json_integer_value(json_array_get(json_object_get(json_object_get(value, "facts"), "a"), 1)), 2);
	json_decref(value);

	rb_event_init(&ev, RB_EV_FACTS, NULL);
	rb_event_text(&ev, "facts", RB_STR(""));
	value = parse_line(&ev, NULL);
	assert_true(json_is_null(json_object_get(value, "facts")));
	json_decref(value);
}

static void
a_line_that_would_be_too_long_is_cut(void **state)
{
	size_t n = RB_RECORD_LINE_MAX, length = 0;
	char *text = malloc(n + 2);
	struct rb_event ev;
	json_t *value;

	(void)state;
	memset(text, 1, n); /* each byte becomes six */
	memcpy(text + RB_RECORD_FIELD_MAX - 1, "é", 2);
	rb_event_init(&ev, RB_EV_ASSERTION, NULL);
	rb_event_text(&ev, "what", (struct rb_str){text, n});
	rb_event_text(&ev, "expected", (struct rb_str){text, n});
	rb_event_text(&ev, "actual", RB_STR("short"));
	value = parse_line(&ev, &length);
	assert_true(length < RB_RECORD_LINE_MAX);
	assert_string_equal(json_string_value(json_object_get(value, "actual")), "short");
	assert_true(rb_str_ends(
	    rb_str_c(json_string_value(json_object_get(value, "what"))), "\x01… 16711681 bytes left out …"));
	json_decref(value);

	rb_event_init(&ev, RB_EV_FACTS, NULL);
	memset(text, ' ', n);
	text[0] = '1';
	rb_event_text(&ev, "facts", (struct rb_str){text, n});
	value = parse_line(&ev, &length);
	assert_int_equal(
	    json_integer_value(json_object_get(json_object_get(value, "facts"), "left_out_bytes")), n);
	json_decref(value);
	free(text);
}

static void
bytes_travel(void **state)
{
	struct rb_event ev;
	json_t *value;

	(void)state;
	rb_event_init(&ev, RB_EV_SAY, NULL);
	rb_event_text(&ev, "text", RB_STR("\x1b]52;c;eA==\a\x00 \xe2\x80\xae"));
	value = parse_line(&ev, NULL);
	assert_int_equal(json_string_length(json_object_get(value, "text")), 17);
	assert_memory_equal(
	    json_string_value(json_object_get(value, "text")), "\x1b]52;c;eA==\a\x00 \xe2\x80\xae", 17);
	json_decref(value);

	rb_event_init(&ev, RB_EV_SAY, NULL);
	rb_event_text(&ev, "text", RB_STR("caf\xe9"));
	value = parse_line(&ev, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(json_object_get(value, "text"), "base64")), "Y2Fm6Q==");
	json_decref(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_type_has_its_row),
	    cmocka_unit_test(fields_are_had_back),
	    cmocka_unit_test(a_line_has_everything),
	    cmocka_unit_test(durations_are_exact),
	    cmocka_unit_test(json_values_stay_on_the_line),
	    cmocka_unit_test(a_line_that_would_be_too_long_is_cut),
	    cmocka_unit_test(bytes_travel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
