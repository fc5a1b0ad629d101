/* Static types: the basic ones, the words that declare them, and their names in messages. */
#include "lang/type.h"

const struct rb_type rb_types[RB_BASES] = {
    [RB_ANY] = {.base = RB_ANY},
    [RB_BOOL] = {.base = RB_BOOL},
    [RB_INT] = {.base = RB_INT},
    [RB_NUMBER] = {.base = RB_NUMBER},
    [RB_TEXT] = {.base = RB_TEXT},
    [RB_URL] = {.base = RB_URL},
    [RB_PATH] = {.base = RB_PATH},
    [RB_REGEX] = {.base = RB_REGEX},
    [RB_VERSION] = {.base = RB_VERSION},
    [RB_DURATION] = {.base = RB_DURATION},
    [RB_SIZE] = {.base = RB_SIZE},
    [RB_TIME] = {.base = RB_TIME},
    [RB_PROCESS] = {.base = RB_PROCESS},
    [RB_LIST] = {.base = RB_LIST},
    [RB_RECORD] = {.base = RB_RECORD},
    [RB_MATCH] = {.base = RB_MATCH},
    [RB_STEP] = {.base = RB_STEP},
};

const struct rb_type rb_type_list_any = {.base = RB_LIST, .item = &rb_types[RB_ANY]};
const struct rb_type rb_type_list_text = {.base = RB_LIST, .item = &rb_types[RB_TEXT]};

const struct rb_member rb_match_members[3] = {
    {{"count", 5}, &rb_types[RB_INT], false, "how many lines matched"},
    {{"line", 4}, &rb_types[RB_TEXT], false, "the last line that matched"},
    {{"lines", 5}, &rb_type_list_text, false, "the last 20 lines that matched"},
};

const struct rb_type rb_type_match = {.base = RB_MATCH,
    .len = sizeof(rb_match_members) / sizeof(*rb_match_members),
    .members = rb_match_members};

const struct rb_type_row rb_type_rows[] = {
    {"text", RB_TEXT, "any text"},
    {"int", RB_INT, "a whole number, as 42"},
    {"number", RB_NUMBER, "a decimal number, as 1.5"},
    {"percent", RB_NUMBER, "a percentage, as 90 or 90%"},
    {"size", RB_SIZE, "a size with a unit, as 200MB or 1GiB"},
    {"duration", RB_DURATION, "a time with a unit, as 90s or 1h30m"},
    {"time", RB_TIME, "a moment, as 2026-11-22T03:04:05Z"},
    {"bool", RB_BOOL, "true or false"},
    {"port", RB_INT, "a port number, 1 to 65535"},
    {"url", RB_URL, "an address with its scheme, as http://127.0.0.1:8000"},
    {"path", RB_PATH, "a path, whether it exists or not"},
    {"file", RB_PATH, "the path of a file that exists"},
    {"dir", RB_PATH, "the path of a folder that exists"},
    {"version", RB_VERSION, "a version, numbers with dots: 9.10 is later than 9.9"},
    {"regex", RB_REGEX, "a pattern: /regex/flags, or text that is taken literally"},
    {"list", RB_LIST, "a list; on the command line as JSON, as [\"a\", \"b\"]"},
    {"map", RB_RECORD, "a mapping; on the command line as JSON, as {\"a\": 1}"},
    {NULL, RB_ANY, NULL},
};

const struct rb_type_row *
rb_type_row(struct rb_str name)
{
	for (const struct rb_type_row *row = rb_type_rows; row->name != NULL; row++)
		if (rb_str_is(name, row->name))
			return row;
	return NULL;
}

const struct rb_type *
rb_type_list(struct rb_arena *arena, const struct rb_type *item)
{
	struct rb_type *t;

	if (item->base == RB_ANY)
		return &rb_type_list_any;
	if (item == &rb_types[RB_TEXT])
		return &rb_type_list_text;
	t = RB_NEW(arena, struct rb_type);
	t->base = RB_LIST;
	t->item = item;
	return t;
}

const struct rb_type *
rb_type_item(const struct rb_type *t)
{
	return t->item != NULL ? t->item : &rb_types[RB_ANY];
}

const struct rb_member *
rb_type_member(const struct rb_type *t, struct rb_str name)
{
	for (size_t i = 0; i < t->len; i++)
		if (rb_str_eq(t->members[i].name, name))
			return &t->members[i];
	return NULL;
}

bool
rb_type_texty(const struct rb_type *t)
{
	return t->base == RB_TEXT || t->base == RB_URL || t->base == RB_PATH || t->base == RB_REGEX;
}

void
rb_type_name(const struct rb_type *t, struct rb_buf *out)
{
	static const char *const names[RB_BASES] = {
	    [RB_ANY] = "JSON",
	    [RB_BOOL] = "bool",
	    [RB_INT] = "int",
	    [RB_NUMBER] = "number",
	    [RB_TEXT] = "text",
	    [RB_URL] = "url",
	    [RB_PATH] = "path",
	    [RB_REGEX] = "regex",
	    [RB_VERSION] = "version",
	    [RB_DURATION] = "duration",
	    [RB_SIZE] = "size",
	    [RB_TIME] = "time",
	    [RB_PROCESS] = "process",
	    [RB_LIST] = "list",
	    [RB_RECORD] = "record",
	    [RB_MATCH] = "match",
	    [RB_STEP] = "step",
	};

	/* Iterative: the nesting of a type comes from the runbook. */
	while (t->base == RB_LIST && t->item != NULL && t->item->base != RB_ANY) {
		rb_buf_c(out, "list of ");
		t = t->item;
	}
	rb_buf_c(out, names[t->base]);
}
