/* The transcript's reader: what was written comes back, what was torn is cut, what was changed is refused. */
#include "record/support.h"

#include "event/line.h"
#include "record/parse.h"

static struct rb_event
numbered(enum rb_event_type type, uint64_t seq)
{
	struct rb_event ev;

	rb_event_init(&ev, type, NULL);
	ev.seq = seq;
	ev.wall = 1795316645678 * RB_MS;
	ev.mono = (int64_t)seq;
	if (type == RB_EV_RUN_START)
		rb_event_num(&ev, "version", RB_TRANSCRIPT_VERSION);
	return ev;
}

static void
add(struct rb_buf *file, enum rb_event_type type, uint64_t seq)
{
	struct rb_event ev = numbered(type, seq);
	struct rb_buf line;

	rb_buf_init(&line, NULL, RB_RECORD_LINE_MAX);
	rb_event_line(&ev, &line);
	rb_buf_str(file, rb_buf_view(&line));
	rb_buf_free(&line);
}

static int
note_event(void *ctx, const struct rb_event *ev)
{
	rb_buf_fmt(ctx, "%u:%s ", (unsigned)ev->seq, rb_event_rows[ev->type].name);
	return 0;
}

/* Reads files with these texts. "" when all is well, else what the reader said; the events go to `seen`. */
static const char *
read_texts(struct world *w, const struct rb_str *texts, size_t n, struct rb_buf *seen, struct rb_read *read)
{
	char names[4][PATH_MAX];
	const char *paths[4];

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%s/t%zu", w->root, i + 1);
		spit(names[i], texts[i]);
		paths[i] = names[i];
	}
	rb_buf_clear(&w->why);
	rb_buf_clear(seen);
	if (rb_transcript_read(NULL, paths, n, note_event, seen, read, &w->why) == 0)
		assert_int_equal(w->why.len, 0);
	else
		assert_true(w->why.len > 0);
	return rb_buf_cstr(&w->why) + (w->why.len > 0 ? strlen(w->root) + 1 : 0);
}

static const char *
read_text_of(struct world *w, struct rb_str text, struct rb_buf *seen, struct rb_read *read)
{
	return read_texts(w, &text, 1, seen, read);
}

/* Fills every field of every type, in every way that it can be. */
static void
fill(struct rb_event *ev, unsigned how)
{
	static const struct rb_str texts[] = {{"", 0}, {"plain", 5}, {"q\"\\\n\x01\xc3\xa9\x00z", 9},
	    {"\xff\xfe", 2}, {"\xf0\x9f\x98\x80 \xe2\x80\xa8", 8}, {"\xff", 1}, {"a\xff z", 4}};
	static const struct rb_str values[] = {{"{}", 2}, {"[1,-2.5,\"x\\u0000\",null,true]", 28},
	    {"\"s\"", 3}, {"{\"a\":{\"b\":[]}}", 14}, {"9007199254740993", 16}};
	static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN, 42};
	static const int64_t durations[] = {0, 1, 1500000, 123456789012, -5, RB_NEVER};

	for (const struct rb_event_field_row *row = rb_event_rows[ev->type].fields; row->name != NULL;
	     row++, how++) {
		if (strcmp(row->name, "version") == 0)
			rb_event_num(ev, row->name, RB_TRANSCRIPT_VERSION);
		else if (row->type == RB_EVF_TEXT || row->type == RB_EVF_WORD)
			rb_event_text(ev, row->name, texts[how % 7]);
		else if (row->type == RB_EVF_JSON)
			rb_event_text(ev, row->name, values[how % 5]);
		else if (row->type == RB_EVF_INT)
			rb_event_num(ev, row->name, numbers[how % 6]);
		else if (row->type == RB_EVF_NS)
			rb_event_num(ev, row->name, durations[how % 6]);
		else
			rb_event_num(ev, row->name, how % 2);
	}
}

static void
assert_same_text(struct rb_str a, struct rb_str b)
{
	assert_int_equal(a.n, b.n);
	if (a.n > 0)
		assert_memory_equal(a.p, b.p, a.n);
}

static void
every_event_comes_back(void **state)
{
	struct rb_arena arena;

	(void)state;
	rb_arena_init(&arena, NULL);
	for (size_t type = 0; type < RB_EV_TYPES; type++) {
		for (unsigned how = 0; how < 30; how++) {
			struct rb_event ev = numbered((enum rb_event_type)type, 7), got;
			char why[RB_PARSE_WHY] = "";
			struct rb_buf line;

			if (type == RB_EV_RUN_START)
				ev.nfields = 0;
			if (how % 2 == 0) {
				ev.where = (struct rb_where){.step = RB_STR("a/b[2]"),
				    .id = RB_STR("b"),
				    .title = how % 4 == 0 ? RB_STR("T\xff") : RB_STR(""),
				    .depth = how,
				    .visit = 1,
				    .attempt = how % 3,
				    .item = (int64_t)how - 1};
			}
			fill(&ev, how);
			rb_buf_init(&line, NULL, RB_RECORD_LINE_MAX);
			rb_event_line(&ev, &line);
			rb_arena_clear(&arena);
			if (rb_record_parse(
				&arena, rb_str_cut(rb_buf_view(&line), 0, line.len - 1), &got, why) != 0)
				fail_msg("%s: %s", rb_buf_cstr(&line), why);
			assert_int_equal(got.type, type);
			assert_int_equal(got.seq, 7);
			assert_int_equal(got.wall, ev.wall);
			assert_int_equal(got.mono, ev.mono);
			assert_same_text(got.where.step, ev.where.step);
			assert_same_text(got.where.id, ev.where.id);
			assert_same_text(got.where.title, ev.where.title);
			assert_int_equal(got.where.depth, ev.where.depth);
			assert_int_equal(got.where.visit, ev.where.visit);
			assert_int_equal(got.where.attempt, ev.where.attempt);
			assert_int_equal(got.where.item, ev.where.item);
			assert_int_equal(got.nfields, ev.nfields);
			for (size_t i = 0; i < ev.nfields; i++) {
				assert_string_equal(got.fields[i].name, ev.fields[i].name);
				assert_int_equal(got.fields[i].num, ev.fields[i].num);
				assert_same_text(got.fields[i].text, ev.fields[i].text);
			}
			rb_buf_free(&line);
		}
	}
	rb_arena_free(&arena);
}

static void
a_torn_line_is_cut(void **state)
{
	struct rb_buf file, seen;
	struct rb_read read;
	size_t whole, all;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&file, NULL, 1 << 20);
	rb_buf_init(&seen, NULL, 1 << 20);
	add(&file, RB_EV_RUN_START, 1);
	add(&file, RB_EV_SAY, 2);
	whole = file.len;
	add(&file, RB_EV_RUN_END, 3);
	all = file.len;
	for (size_t n = whole; n <= all; n++) {
		assert_string_equal(read_text_of(&w, rb_str_cut(rb_buf_view(&file), 0, n), &seen, &read), "");
		assert_string_equal(
		    rb_buf_cstr(&seen), n == all ? "1:run_start 2:say 3:run_end " : "1:run_start 2:say ");
		assert_int_equal(read.torn, n == all ? 0 : n - whole);
		assert_int_equal(read.ended, n == all);
		assert_int_equal(read.last, n == all ? 3 : 2);
	}
	/* a crash may leave zeros where the last blocks should be */
	file.len = whole;
	rb_buf_pad(&file, '\0', 4096);
	assert_string_equal(read_text_of(&w, rb_buf_view(&file), &seen, &read), "");
	assert_int_equal(read.torn, 4096);
	assert_string_equal(read_text_of(&w, RB_STR(""), &seen, &read), "");
	assert_int_equal(read.records, 0);
	rb_buf_free(&file);
	rb_buf_free(&seen);
	world_close(&w);
}

static void
what_was_changed_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *said;
	} rows[] = {
	    {"\"seq\":3", "\"seq\":4", "t1:3: record 4 stands where record 3 is due"},
	    {"\"seq\":3", "\"seq\":2", "t1:3: record 2 stands where record 3 is due"},
	    {"\"seq\":3", "\"seq\":0",
		"t1:3: the record says that a segment begins here, but it stands in the middle of one"},
	    {"\"seq\":3", "\"seq\":-3", "t1:3: \"seq\" is no integer, or out of range"},
	    {"\"seq\":3", "\"seq\":3.0", "t1:3: \"seq\" is no integer, or out of range"},
	    {"\"seq\":3", "\"seq\":\"3\"", "t1:3: \"seq\" is no integer, or out of range"},
	    {"\"seq\":3,", "", "t1:3: \"seq\" is missing"},
	    {"\"seq\":3,", "\"seq\":3,\"seq\":3,", "t1:3: it is no valid JSON: duplicate object key"},
	    {"{\"seq\":3", "[\"seq\",3", "t1:3: it is no valid JSON: "},
	    {"{\"seq\":3", "\n{\"seq\":3", "t1:3: it is no valid JSON: "},
	    {"{\"seq\":3", "3\n{\"seq\":3", "t1:3: it is no valid JSON: "},
	    {"{\"seq\":3", "[]\n{\"seq\":3", "t1:3: it is no JSON object"},
	    {"\"type\":\"note\"", "\"type\":7", "t1:3: \"type\" is missing"},
	    {"\"mono_ns\":3", "\"mono\":3", "t1:3: \"mono_ns\" is missing"},
	    {"\"mono_ns\":3", "\"mono_ns\":3e0", "t1:3: \"mono_ns\" is no integer, or out of range"},
	    {"2026-11-22T03:04:05.678Z\",\"mono_ns\":3", "2026-02-30T03:04:05.678Z\",\"mono_ns\":3",
		"t1:3: \"time\" is no time"},
	    {"2026-11-22T03:04:05.678Z\",\"mono_ns\":3", "2026-11-22T03:04:05.6x8Z\",\"mono_ns\":3",
		"t1:3: \"time\" is no time"},
	    {"2026-11-22T03:04:05.678Z\",\"mono_ns\":3", "yesterday\",\"mono_ns\":3",
		"t1:3: \"time\" is no time"},
	    {"\"mono_ns\":3", "\"mono_ns\":3,\"text\":7", "t1:3: \"text\" is no text"},
	    {"\"mono_ns\":3", "\"mono_ns\":3,\"text\":{\"base64\":\"%\"}", "t1:3: \"text\" is no text"},
	    {"\"mono_ns\":3", "\"mono_ns\":3,\"text\":{\"base64\":\"YQ==\",\"x\":1}",
		"t1:3: \"text\" is no text"},
	    {"\"mono_ns\":3", "\"mono_ns\":3,\"visit\":-1", "t1:3: \"visit\" is no integer, or out of range"},
	    {"\"mono_ns\":3", "\"mono_ns\":3,\"item\":99999999999999999999", "t1:3: it is no valid JSON: "},
	    {"\"version\":1", "\"version\":2",
		"t1:1: the transcript has version 2, and only 1 can be read here"},
	    {"\"version\":1", "\"v\":1", "t1:1: the transcript has version 0, and only 1 can be read here"},
	    {"run_start", "say", "t1:1: the first record is not run_start"},
	    {"run_start", "new_kind", "t1:1: the first record is not run_start"},
	    {"\"type\":\"note\"", "\"type\":\"run_end\"", "t1:4: the run ended before this record"},
	};
	struct rb_buf file, seen, changed;
	struct rb_read read;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&file, NULL, 1 << 20);
	rb_buf_init(&seen, NULL, 1 << 20);
	rb_buf_init(&changed, NULL, 1 << 20);
	add(&file, RB_EV_RUN_START, 1);
	add(&file, RB_EV_SAY, 2);
	add(&file, RB_EV_NOTE, 3);
	add(&file, RB_EV_SAY, 4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t at = rb_str_find(rb_buf_view(&file), rb_str_c(rows[i].from), 0);
		const char *said;

		assert_int_not_equal(at, SIZE_MAX);
		rb_buf_clear(&changed);
		rb_buf_str(&changed, rb_str_cut(rb_buf_view(&file), 0, at));
		rb_buf_c(&changed, rows[i].to);
		rb_buf_str(&changed, rb_str_cut(rb_buf_view(&file), at + strlen(rows[i].from), file.len));
		said = read_text_of(&w, rb_buf_view(&changed), &seen, &read);
		if (!rb_str_starts(rb_str_c(said), rows[i].said))
			fail_msg("%s → %s: said %s", rows[i].from, rows[i].to, said);
		/* everything before was handed over */
		if (rows[i].said[3] == '3')
			assert_string_equal(rb_buf_cstr(&seen), "1:run_start 2:say ");
	}
	/* records that changed places, one that is missing */
	rb_buf_clear(&changed);
	add(&changed, RB_EV_RUN_START, 1);
	add(&changed, RB_EV_SAY, 3);
	add(&changed, RB_EV_SAY, 2);
	assert_string_equal(read_text_of(&w, rb_buf_view(&changed), &seen, &read),
	    "t1:2: record 3 stands where record 2 is due");
	rb_buf_free(&changed);
	rb_buf_free(&file);
	rb_buf_free(&seen);
	world_close(&w);
}

static void
any_flipped_byte_is_harmless(void **state)
{
	struct rb_buf file, seen;
	struct rb_read read;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&file, NULL, 1 << 20);
	rb_buf_init(&seen, NULL, 1 << 20);
	add(&file, RB_EV_RUN_START, 1);
	add(&file, RB_EV_ATTEMPT_END, 2);
	add(&file, RB_EV_RUN_END, 3);
	for (size_t i = 0; i < file.len; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			file.p[i] = (char)(file.p[i] ^ (1 << bit));
			read_text_of(&w, rb_buf_view(&file), &seen,
			    &read); /* must neither crash nor read out of bounds */
			assert_true(read.records <= 3);
			file.p[i] = (char)(file.p[i] ^ (1 << bit));
		}
	}
	rb_buf_free(&file);
	rb_buf_free(&seen);
	world_close(&w);
}

static void
what_is_newer_is_passed_over(void **state)
{
	struct rb_buf file, seen;
	struct rb_read read;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&file, NULL, 1 << 20);
	rb_buf_init(&seen, NULL, 1 << 20);
	add(&file, RB_EV_RUN_START, 1);
	rb_buf_c(&file, "{\"seq\":2,\"type\":\"telepathy\",\"time\":\"2026-11-22T03:04:05.678Z\",\"mono_ns\":"
			"2,\"text\":7}\n");
	rb_buf_c(&file, "{\"seq\":3,\"type\":\"say\",\"time\":\"2026-11-22T03:04:05.678Z\",\"mono_ns\":2,"
			"\"text\":\"x\",\"new\":[1]}\n");
	assert_string_equal(read_text_of(&w, rb_buf_view(&file), &seen, &read), "");
	assert_string_equal(rb_buf_cstr(&seen), "1:run_start 3:say ");
	assert_int_equal(read.unknown, 1);
	rb_buf_free(&file);
	rb_buf_free(&seen);
	world_close(&w);
}

static void
segments_are_joined(void **state)
{
	struct rb_buf one, two, three, seen;
	struct rb_str texts[3];
	struct rb_read read;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&one, NULL, 1 << 20);
	rb_buf_init(&two, NULL, 1 << 20);
	rb_buf_init(&three, NULL, 1 << 20);
	rb_buf_init(&seen, NULL, 1 << 20);
	add(&one, RB_EV_RUN_START, 1);
	add(&one, RB_EV_SAY, 2);
	add(&one, RB_EV_SAY, 3);
	rb_buf_c(&one, "{\"seq\":4,\"ty"); /* and so on: the next segment has it again */
	add(&two, RB_EV_WARNING, 0);
	add(&two, RB_EV_SAY, 3);
	add(&two, RB_EV_NOTE, 4);
	add(&three, RB_EV_WARNING, 0);
	add(&three, RB_EV_NOTE, 4);
	add(&three, RB_EV_RUN_END, 5);
	texts[0] = rb_buf_view(&one);
	texts[1] = rb_buf_view(&two);
	texts[2] = rb_buf_view(&three);
	assert_string_equal(read_texts(&w, texts, 3, &seen, &read), "");
	assert_string_equal(
	    rb_buf_cstr(&seen), "1:run_start 2:say 0:warning 3:say 0:warning 4:note 5:run_end ");
	assert_int_equal(read.torn, 0);
	assert_true(read.ended);
	/* two did not get beyond its heading, and has nothing to add */
	texts[1] = rb_str_cut(texts[1], 0, rb_str_find(texts[1], RB_STR("\n"), 0) + 1);
	texts[0] = rb_str_cut(texts[0], 0, texts[0].n - 11);
	assert_string_equal(read_texts(&w, texts, 3, &seen, &read), "");
	assert_string_equal(rb_buf_cstr(&seen), "1:run_start 2:say 3:say 0:warning 4:note 5:run_end ");
	/* a gap between segments */
	texts[0] = rb_str_cut(texts[0], 0, rb_str_find(texts[0], RB_STR("{\"seq\":3"), 0));
	assert_string_equal(
	    read_texts(&w, texts, 3, &seen, &read), "t3:2: record 4 stands where record 3 is due");
	rb_buf_free(&one);
	rb_buf_free(&two);
	rb_buf_free(&three);
	rb_buf_free(&seen);
	world_close(&w);
}

static int
stop(void *ctx, const struct rb_event *ev)
{
	(void)ev;
	++*(unsigned *)ctx;
	return 7;
}

static void
what_is_no_file_is_refused(void **state)
{
	char path[PATH_MAX], link[PATH_MAX];
	const char *name = path;
	unsigned calls = 0;
	struct rb_buf file;
	struct rb_read read;
	struct world w;

	(void)state;
	world_open(&w);
	rb_buf_init(&file, NULL, 1 << 20);
	add(&file, RB_EV_RUN_START, 1);
	add(&file, RB_EV_RUN_END, 2);
	snprintf(path, sizeof(path), "%s/fifo", w.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(rb_transcript_read(NULL, &name, 1, stop, &calls, &read, &w.why), -1);
	assert_non_null(strstr(rb_buf_cstr(&w.why), "is no regular file"));
	snprintf(link, sizeof(link), "%s/link", w.root);
	snprintf(path, sizeof(path), "%s/file", w.root);
	spit(path, rb_buf_view(&file));
	assert_int_equal(symlink(path, link), 0);
	name = link;
	assert_int_equal(rb_transcript_read(NULL, &name, 1, stop, &calls, &read, &w.why), -1);
	name = "/nowhere/t";
	assert_int_equal(rb_transcript_read(NULL, &name, 1, stop, &calls, &read, &w.why), -1);
	assert_int_equal(calls, 0);
	/* whoever reads may stop */
	name = path;
	assert_int_equal(rb_transcript_read(NULL, &name, 1, stop, &calls, &read, &w.why), 7);
	assert_int_equal(calls, 1);
	rb_buf_free(&file);
	world_close(&w);
}

static void
an_endless_line_is_refused(void **state)
{
	size_t n = RB_RECORD_LINE_MAX + 2 * 65536;
	char *text = malloc(n);
	struct rb_buf seen;
	struct rb_read read;
	struct world w;

	(void)state;
	memset(text, '[', n);
	world_open(&w);
	rb_buf_init(&seen, NULL, 1024);
	assert_string_equal(read_text_of(&w, (struct rb_str){text, n}, &seen, &read),
	    "t1:1: the line is longer than a record can be");
	/* deep nesting is no way to our stack either */
	text[1000000] = '\n';
	assert_true(rb_str_starts(rb_str_c(read_text_of(&w, (struct rb_str){text, 1000001}, &seen, &read)),
	    "t1:1: it is no valid JSON: "));
	rb_buf_free(&seen);
	world_close(&w);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_event_comes_back),
	    cmocka_unit_test(a_torn_line_is_cut),
	    cmocka_unit_test(what_was_changed_is_refused),
	    cmocka_unit_test(any_flipped_byte_is_harmless),
	    cmocka_unit_test(what_is_newer_is_passed_over),
	    cmocka_unit_test(segments_are_joined),
	    cmocka_unit_test(what_is_no_file_is_refused),
	    cmocka_unit_test(an_endless_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
