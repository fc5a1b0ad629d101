/* Diagnostics for programs: the data that a person is shown, one JSON object a line. */
#include "base/json.h"
#include "text/diag.h"

static void
place(struct rb_json *j, struct rb_span span)
{
	struct rb_pos pos = {0};

	if (span.src != NULL)
		pos = rb_source_pos(span.src, span.from);
	rb_json_key(j, "file");
	if (span.src != NULL)
		rb_json_str(j, span.src->name);
	else
		rb_json_null(j);
	rb_json_key(j, "line");
	if (span.src != NULL)
		rb_json_int(j, (int64_t)pos.line);
	else
		rb_json_null(j);
	rb_json_key(j, "column");
	if (span.src != NULL)
		rb_json_int(j, (int64_t)pos.column);
	else
		rb_json_null(j);
}

void
rb_diags_json(struct rb_diags *d, struct rb_buf *out)
{
	static const char *const severities[] = {
	    [RB_NOTE] = "note", [RB_WARNING] = "warning", [RB_ERROR] = "error"};

	rb_diags_sort(d);
	for (size_t i = 0; i < d->len; i++) {
		const struct rb_diag *diag = &d->items[i];
		struct rb_json j;

		rb_json_init(&j, out);
		rb_json_open(&j, '{');
		place(&j, diag->span);
		rb_json_key(&j, "severity");
		rb_json_c(&j, severities[diag->severity]);
		rb_json_key(&j, "code");
		rb_json_c(&j, rb_code_rows[diag->code].code);
		rb_json_key(&j, "message");
		rb_json_str(&j, diag->text);
		rb_json_key(&j, "hint");
		rb_json_str(&j, diag->hint);
		rb_json_close(&j, '}');
		rb_buf_char(out, '\n');
	}
}
