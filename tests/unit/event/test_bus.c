/* The bus: stamps, masks, hands out, and says when a record could not be made durable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "event/bus.h"

/* A sink that writes down what it gets. */
struct seen {
	struct rb_sink sink;
	struct rb_bus *bus;
	struct rb_buf text;
	int result;
	bool emits; /* answers each warning with a note, as a sink that is in trouble does */
};

static int
on_event(void *ctx, const struct rb_event *ev)
{
	struct seen *seen = ctx;
	struct rb_event note;

	rb_buf_fmt(&seen->text, "%u:%s", (unsigned)ev->seq, rb_event_rows[ev->type].name);
	if (ev->where.title.n > 0)
		rb_buf_fmt(&seen->text, " <%.*s>", RB_STR_ARG(ev->where.title));
	for (size_t i = 0; i < ev->nfields; i++)
		rb_buf_fmt(&seen->text, " %s=%.*s", ev->fields[i].name, RB_STR_ARG(ev->fields[i].text));
	rb_buf_char(&seen->text, '\n');
	if (seen->emits && ev->type == RB_EV_WARNING) {
		char text[] = "short-lived";

		rb_event_init(&note, RB_EV_NOTE, NULL);
		rb_event_text(&note, "text", rb_str_c(text));
		assert_int_equal(rb_bus_emit(seen->bus, &note), 0);
		memset(text, '?', sizeof(text) - 1);
		note.durable = true;
		rb_event_init(&note, RB_EV_NOTE, NULL);
		note.durable = true;
		assert_int_equal(rb_bus_emit(seen->bus, &note), -1);
	}
	return seen->result;
}

static void
on_output(void *ctx, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes)
{
	struct seen *seen = ctx;

	rb_buf_fmt(&seen->text, "%.*s/%d:%.*s\n", RB_STR_ARG(where->step), (int)stream, RB_STR_ARG(bytes));
}

static int64_t
tick(void *ctx)
{
	return ++*(int64_t *)ctx;
}

static void
start(struct seen *seen, struct rb_bus *bus)
{
	memset(seen, 0, sizeof(*seen));
	seen->sink = (struct rb_sink){seen, on_event, on_output};
	seen->bus = bus;
	rb_buf_init(&seen->text, NULL, 1 << 16);
	rb_bus_add(bus, &seen->sink);
}

static void
stamps_in_order(void **state)
{
	int64_t clock = 100;
	struct rb_bus *bus = rb_bus_new(NULL, NULL, tick, tick, &clock);
	struct rb_event ev;
	struct seen seen;

	(void)state;
	start(&seen, bus);
	rb_event_init(&ev, RB_EV_SAY, NULL);
	rb_event_text(&ev, "text", RB_STR("one"));
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	assert_int_equal(ev.seq, 1);
	assert_in_range(ev.wall, 101, 102);
	assert_in_range(ev.mono, 101, 102);
	rb_event_init(&ev, RB_EV_PROGRESS, NULL);
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	rb_event_init(&ev, RB_EV_RUN_END, NULL);
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	assert_string_equal(rb_buf_cstr(&seen.text), "1:say text=one\n0:progress\n2:run_end\n");
	rb_buf_free(&seen.text);
	rb_bus_free(bus);
}

static void
masks_free_text_only(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_bus *bus = rb_bus_new(NULL, m, NULL, NULL, NULL);
	struct rb_where where = {
	    .step = RB_STR("hunter22"), .title = RB_STR("say hunter22"), .visit = 1, .item = -1};
	struct rb_event ev;
	struct seen seen;

	(void)state;
	start(&seen, bus);
	rb_masker_add(m, RB_STR("hunter22"));
	rb_event_init(&ev, RB_EV_FACTS, &where);
	rb_event_text(&ev, "facts", RB_STR("{\"a\":\"hunter22\"}"));
	rb_event_text(&ev, "summary", RB_STR("has hunter22"));
	rb_bus_emit(bus, &ev);
	rb_event_init(&ev, RB_EV_ANSWER, NULL);
	rb_event_text(&ev, "operator", RB_STR("hunter22"));
	rb_bus_emit(bus, &ev);
	assert_string_equal(rb_buf_cstr(&seen.text),
	    "1:facts <say ***> facts={\"a\":\"***\"} summary=has ***\n"
	    "2:answer operator=hunter22\n");
	assert_true(rb_str_is(rb_event_get_text(&ev, "operator"), "hunter22"));
	rb_buf_free(&seen.text);
	rb_bus_free(bus);
	rb_masker_free(m);
}

static void
durable_needs_the_recorder(void **state)
{
	struct rb_bus *bus = rb_bus_new(NULL, NULL, NULL, NULL, NULL);
	struct seen view, recorder;
	struct rb_event ev;

	(void)state;
	start(&recorder, bus);
	start(&view, bus);
	rb_event_init(&ev, RB_EV_ATTEMPT_START, NULL);
	ev.durable = true;
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	recorder.result = -1;
	assert_int_equal(rb_bus_emit(bus, &ev), -1);
	assert_string_equal(rb_buf_cstr(&view.text), "1:attempt_start\n2:attempt_start\n");
	ev.durable = false;
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	rb_bus_remove(bus, &recorder.sink);
	ev.durable = true;
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	assert_string_equal(
	    rb_buf_cstr(&recorder.text), "1:attempt_start\n2:attempt_start\n3:attempt_start\n");
	rb_buf_free(&view.text);
	rb_buf_free(&recorder.text);
	rb_bus_free(bus);
}

static void
a_sink_may_emit(void **state)
{
	struct rb_bus *bus = rb_bus_new(NULL, NULL, NULL, NULL, NULL);
	struct seen first, second;
	struct rb_event ev;

	(void)state;
	start(&first, bus);
	start(&second, bus);
	first.emits = true;
	rb_event_init(&ev, RB_EV_WARNING, NULL);
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	rb_event_init(&ev, RB_EV_RUN_END, NULL);
	assert_int_equal(rb_bus_emit(bus, &ev), 0);
	assert_string_equal(
	    rb_buf_cstr(&second.text), "1:warning\n2:note text=short-lived\n3:note\n4:run_end\n");
	assert_string_equal(rb_buf_cstr(&first.text), rb_buf_cstr(&second.text));
	rb_buf_free(&first.text);
	rb_buf_free(&second.text);
	rb_bus_free(bus);
}

static void
output_is_masked_across_writes(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_bus *bus = rb_bus_new(NULL, m, NULL, NULL, NULL);
	char step[] = "api", big[3 * 65536];
	struct rb_where where = {.step = {step, 3}, .item = -1};
	struct rb_bus_output *out, *err;
	struct rb_event ev;
	struct seen seen;

	(void)state;
	rb_masker_add(m, RB_STR("hunter22"));
	start(&seen, bus);
	out = rb_bus_output_open(bus, &where, RB_STDOUT);
	err = rb_bus_output_open(bus, &where, RB_STDERR);
	memcpy(step, "???", 3);
	assert_true(rb_str_is(rb_bus_output_write(out, RB_STR("a hunt")), "a "));
	rb_bus_output_write(err, RB_STR("er22"));
	rb_event_init(&ev, RB_EV_SAY, NULL);
	rb_bus_emit(bus, &ev);
	assert_true(rb_str_is(rb_bus_output_write(out, RB_STR("er22 hu")), "*** "));
	assert_true(rb_str_is(rb_bus_output_end(out), "hu"));
	rb_bus_output_close(out);
	rb_bus_output_close(err);
	assert_string_equal(rb_buf_cstr(&seen.text), "api/0:a \napi/1:er22\n1:say\napi/0:*** \napi/0:hu\n");

	/* a secret across every edge of a slice, and all of the rest there */
	rb_buf_clear(&seen.text);
	memset(big, 'x', sizeof(big));
	memcpy(big + 65536 - 4, "hunter22", 8);
	memcpy(big + 2 * 65536 - 1, "hunter22", 8);
	seen.text.max = 1 << 20;
	out = rb_bus_output_open(bus, &where, RB_BODY);
	rb_bus_output_write(out, (struct rb_str){big, sizeof(big)});
	rb_bus_output_close(out);
	assert_int_equal(rb_str_find(rb_buf_view(&seen.text), RB_STR("hunter"), 0), SIZE_MAX);
	assert_null(strstr(rb_buf_cstr(&seen.text), "hun"));
	rb_buf_free(&seen.text);
	rb_bus_free(bus);
	rb_masker_free(m);
}

static void
output_without_secrets_is_not_copied(void **state)
{
	struct rb_bus *bus = rb_bus_new(NULL, NULL, NULL, NULL, NULL);
	struct rb_where where = {.step = RB_STR("s"), .item = -1};
	struct rb_bus_output *out;
	struct seen seen;

	(void)state;
	start(&seen, bus);
	out = rb_bus_output_open(bus, &where, RB_STDOUT);
	rb_bus_output_write(out, RB_STR("one"));
	rb_bus_output_write(out, RB_STR(""));
	rb_bus_output_close(out);
	rb_bus_output_close(NULL);
	assert_string_equal(rb_buf_cstr(&seen.text), "s/0:one\n");
	rb_buf_free(&seen.text);
	rb_bus_free(bus);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(stamps_in_order),
	    cmocka_unit_test(masks_free_text_only),
	    cmocka_unit_test(durable_needs_the_recorder),
	    cmocka_unit_test(a_sink_may_emit),
	    cmocka_unit_test(output_is_masked_across_writes),
	    cmocka_unit_test(output_without_secrets_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
