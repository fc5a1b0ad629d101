/* Whether a transcript is whole: every line is a JSON object, the sequence has no gap, the first record is
 * run_start and the last one run_end, and each attempt that began has its end.
 *
 *   jsonl FILE [--open]
 *
 * With --open the end may be missing, as in the transcript of a run that was killed. Says what is wrong, and
 * exits 1. */
#include <jansson.h>
#include <string.h>

#include "args.h"

enum { LINE_MAX_BYTES = 4 << 20 };

struct check {
	const char *path;
	json_int_t line, attempts;
	bool begun, ended;
};

static int
wrong(const struct check *c, const char *what)
{
	fprintf(stderr, "%s:%lld: %s\n", c->path, (long long)c->line, what);
	return 1;
}

static int
check_record(struct check *c, const json_t *record)
{
	const char *type = json_string_value(json_object_get(record, "type"));

	if (type == NULL || json_string_value(json_object_get(record, "time")) == NULL)
		return wrong(c, "a record without type or time");
	if (json_integer_value(json_object_get(record, "seq")) != c->line)
		return wrong(c, "the sequence has a gap");
	if (c->ended)
		return wrong(c, "a record after run_end");
	if (!c->begun && strcmp(type, "run_start") != 0)
		return wrong(c, "the first record is not run_start");
	c->begun = true;
	c->attempts += strcmp(type, "attempt_start") == 0;
	c->attempts -= strcmp(type, "attempt_end") == 0;
	c->ended = strcmp(type, "run_end") == 0;
	return 0;
}

static int
check_file(struct check *c, FILE *f, char *line)
{
	while (fgets(line, LINE_MAX_BYTES, f) != NULL) {
		size_t n = strlen(line);
		json_error_t error;
		json_t *record = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
		int r;

		c->line++;
		if (record == NULL)
			return wrong(c, error.text);
		r = line[n - 1] != '\n' ? wrong(c, "the line has no end") : check_record(c, record);
		json_decref(record);
		if (r != 0)
			return r;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct check c = {.path = argc > 1 ? argv[1] : ""};
	bool open = argc == 3 && strcmp(argv[2], "--open") == 0;
	char *line = malloc(LINE_MAX_BYTES);
	FILE *f = argc == 2 || open ? fopen(argv[1], "re") : NULL;
	int r = 2;

	if (f == NULL || line == NULL) {
		fprintf(stderr, "jsonl: cannot read %s\n", c.path);
	} else {
		r = check_file(&c, f, line);
		if (r == 0 && !open && !c.ended)
			r = wrong(&c, "there is no run_end");
		else if (r == 0 && !open && c.attempts != 0)
			r = wrong(&c, "an attempt has no end");
	}
	if (f != NULL)
		fclose(f);
	free(line);
	return r;
}
