/* Masking inside JSON: strings are decoded, masked, and encoded again, so that a secret is found whatever its
 * encoder escaped, and so that what comes out is still JSON. */
#include "event/mask.h"

#include <jansson.h>
#include <string.h>

#include "base/json.h"

/* Room for the decoded and masked text of one JSON value: no more than a transcript record takes. */
enum { TEXT_MAX = 64 << 20 };

static bool
is_json(struct rb_str in)
{
	json_error_t error;
	json_t *value = json_loadb(in.p != NULL ? in.p : "", in.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	bool good = value != NULL;

	json_decref(value);
	return good;
}

/* Bytes of the token at `from`: a string with its quotes, a number or word, or one byte of punctuation or
 * blank. */
static size_t
token(struct rb_str in, size_t from)
{
	size_t i = from + 1;

	if (in.p[from] == '"') {
		while (in.p[i] != '"')
			i += in.p[i] == '\\' ? 2 : 1;
		return i + 1 - from;
	}
	if (strchr("{}[],: \t\r\n", in.p[from]) != NULL)
		return 1;
	while (i < in.n && strchr("{}[],: \t\r\n", in.p[i]) == NULL)
		i++;
	return i - from;
}

static void
add_string(struct rb_str text, struct rb_buf *out)
{
	struct rb_json j;

	rb_json_init(&j, out);
	rb_json_str(&j, text);
}

/* Appends valid JSON with its strings and numbers masked; `plain` and `masked` are scratch. */
static void
mask_tokens(const struct rb_masker *m, struct rb_str in, struct rb_buf *out, struct rb_buf *plain,
    struct rb_buf *masked)
{
	for (size_t from = 0, n; from < in.n; from += n) {
		struct rb_str raw;

		n = token(in, from);
		raw = rb_str_cut(in, from, from + n);
		rb_buf_clear(plain);
		rb_buf_clear(masked);
		if (raw.p[0] == '"')
			rb_json_unescape(rb_str_cut(raw, 1, n - 1), plain);
		else
			rb_buf_str(plain, raw);
		rb_masker_text(m, rb_buf_view(plain), masked);
		if (rb_str_eq(rb_buf_view(plain), rb_buf_view(masked)))
			rb_buf_str(out, raw);
		else
			add_string(rb_buf_view(masked), out);
	}
}

void
rb_masker_json(const struct rb_masker *m, struct rb_str in, struct rb_buf *out)
{
	struct rb_buf plain, masked, result;

	if (!rb_masker_active(m)) {
		rb_buf_str(out, in);
		return;
	}
	rb_buf_init(&plain, out->alloc, TEXT_MAX);
	rb_buf_init(&masked, out->alloc, TEXT_MAX);
	rb_buf_init(&result, out->alloc, TEXT_MAX);
	if (is_json(in))
		mask_tokens(m, in, &result, &plain, &masked);
	else
		rb_buf_str(&result, in);

	/* What the parts do not show, the whole may: a secret that is itself JSON, or is spread over values.
	 */
	rb_buf_clear(&masked);
	rb_masker_text(m, rb_buf_view(&result), &masked);
	if (rb_str_eq(rb_buf_view(&result), rb_buf_view(&masked)) && is_json(rb_buf_view(&result)))
		rb_buf_str(out, rb_buf_view(&result));
	else
		add_string(rb_buf_view(&masked), out);
	rb_buf_free(&plain);
	rb_buf_free(&masked);
	rb_buf_free(&result);
}
