/* What libyaml says when it stops, in plain words. */
#include "text/load.h"

#include <string.h>

enum place {
	AT_PROBLEM,
	AT_LINE,      /* on the line of the problem, up to it */
	AT_CONTEXT,   /* where the thing began that is wrong */
	FROM_CONTEXT, /* the text ends with the line where it began */
	OPEN_BRACKET, /* at the bracket, if the problem was met on a later line */
};

struct row {
	const char *problem; /* libyaml's, exact; NULL: any */
	const char *context; /* part of libyaml's; NULL: any */
	enum place place;
	const char *text;
	const char *hint; /* may be NULL */
};

/* The first row that fits is taken. */
static const struct row rows[] = {
    {"could not find expected ':'", NULL, AT_CONTEXT, "this is neither `key: value` nor a list item",
	"is a colon missing, or the indentation of a text that goes on?"},
    {"mapping values are not allowed in this context", NULL, AT_LINE, "this key has no place here",
	"is the line indented as its neighbours are, and does the line above end where it should?"},
    {"block sequence entries are not allowed in this context", NULL, AT_PROBLEM,
	"a list item has no place here", "put `- ` on a line of its own below its key"},
    {"mapping keys are not allowed in this context", NULL, AT_PROBLEM, "`?` has no place here",
	"a text that begins with ? needs quotes"},
    {"did not find expected key", NULL, FROM_CONTEXT,
	"this does not fit into the mapping that begins on line",
	"is the line indented as its neighbours are?"},
    {"did not find expected '-' indicator", NULL, FROM_CONTEXT,
	"this does not fit into the list that begins on line", "is the line indented as its neighbours are?"},
    {"did not find expected ',' or ']'", NULL, OPEN_BRACKET, "a `,` or `]` is missing before this", NULL},
    {"did not find expected ',' or '}'", NULL, OPEN_BRACKET, "a `,` or `}` is missing before this", NULL},
    {"did not find expected node content", NULL, AT_PROBLEM, "a value is missing here", NULL},
    {"found unexpected end of stream", "quoted scalar", AT_CONTEXT, "this quote is never closed", NULL},
    {"found unexpected document indicator", "quoted scalar", AT_CONTEXT,
	"this quote is not closed before the document ends", NULL},
    {"found an indentation indicator equal to 0", NULL, AT_PROBLEM,
	"the indentation given behind | or > is a number from 1 to 9", NULL},
    {"did not find expected <document start>", NULL, AT_PROBLEM, "the document has ended before this",
	"is the line indented as the lines above are?"},
    {NULL, "directive", AT_CONTEXT,
	"a line that begins with % is a directive to YAML, which a runbook has no use for", NULL},
    {NULL, "block scalar", AT_PROBLEM, "the head of a block is | or >, and nothing behind it", NULL},
};

static const struct row *
row_of(const struct rb_stop *stop)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		if (r->problem != NULL && strcmp(r->problem, stop->problem) != 0)
			continue;
		if (r->context == NULL ||
		    (stop->context != NULL && strstr(stop->context, r->context) != NULL))
			return r;
	}
	return NULL;
}

/* From `at` to the end of its line where `whole`, else one character. */
static struct rb_span
span_at(const struct rb_source *src, size_t at, bool whole)
{
	struct rb_pos pos = rb_source_pos(src, at);
	size_t end = src->starts[pos.line - 1] + rb_source_line(src, pos.line).n;

	return (struct rb_span){src, at, whole || at + 1 > end ? end : at + 1};
}

/* The text of the line up to the colon at `at`. */
static struct rb_span
key_before(const struct rb_source *src, size_t at)
{
	size_t from = src->starts[rb_source_pos(src, at).line - 1];

	while (from < at && (src->bytes.p[from] == ' ' || src->bytes.p[from] == '-'))
		from++;
	return (struct rb_span){src, from, from < at ? at : at + 1};
}

void
rb_stop_explain(const struct rb_source *src, const struct rb_stop *stop, struct rb_diags *diags)
{
	const struct row *r = row_of(stop);
	size_t context_line = rb_source_pos(src, stop->context_at).line;
	size_t line = rb_source_pos(src, stop->at).line;
	struct rb_diag *diag;

	if (r == NULL) {
		rb_diag_add(diags, RB_E_YAML, span_at(src, stop->at, false), "this is not valid YAML: %s",
		    stop->problem);
		return;
	}
	if (r->place == FROM_CONTEXT) {
		diag = rb_diag_add(
		    diags, RB_E_YAML, span_at(src, stop->at, true), "%s %zu", r->text, context_line);
	} else if (r->place == OPEN_BRACKET && context_line != line) {
		diag = rb_diag_add(
		    diags, RB_E_YAML, span_at(src, stop->context_at, false), "this bracket is not closed");
		rb_diag_hint(diags, diag, "reading went on to line %zu", line);
	} else if (r->place == AT_LINE) {
		diag = rb_diag_add(diags, RB_E_YAML, key_before(src, stop->at), "%s", r->text);
	} else {
		diag = rb_diag_add(diags, RB_E_YAML,
		    r->place == AT_CONTEXT ? span_at(src, stop->context_at, true)
					   : span_at(src, stop->at, false),
		    "%s", r->text);
	}
	if (r->hint != NULL)
		rb_diag_hint(diags, diag, "%s", r->hint);
}
