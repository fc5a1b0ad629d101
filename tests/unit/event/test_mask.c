/* The masker: against a naive one over the whole text, for every split, and for the encodings and the parts
 * of URLs that it promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "event/forms.h"
#include "event/mask.h"
#include "event/parts.h"

enum { TEXT_MAX = 1 << 20, FORMS_MAX = 4096 };

/* All forms of some secrets, for the naive masker. */
struct forms {
	struct rb_str form[FORMS_MAX];
	size_t n;
};

static void
keep_form(void *ctx, struct rb_str form)
{
	struct forms *f = ctx;
	char *copy = malloc(form.n);

	assert_true(f->n < FORMS_MAX);
	memcpy(copy, form.p, form.n);
	f->form[f->n++] = (struct rb_str){copy, form.n};
}

static void
drop_forms(struct forms *f)
{
	for (size_t i = 0; i < f->n; i++)
		free((char *)(uintptr_t)f->form[i].p);
	f->n = 0;
}

static void
naive(const struct forms *f, struct rb_str in, struct rb_buf *out)
{
	char *marks = calloc(in.n + 1, 1);

	for (size_t i = 0; i < f->n; i++) {
		size_t at = rb_str_find(in, f->form[i], 0);

		while (at != SIZE_MAX) {
			memset(marks + at, 1, f->form[i].n);
			at = rb_str_find(in, f->form[i], at + 1);
		}
	}
	for (size_t i = 0; i < in.n; i++) {
		if (marks[i] == 0)
			rb_buf_char(out, in.p[i]);
		else if (i == 0 || marks[i - 1] == 0)
			rb_buf_c(out, "***");
	}
	free(marks);
}

static void
check_text(const struct rb_masker *m, struct rb_str in, const char *want)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, TEXT_MAX);
	rb_masker_text(m, in, &out);
	if (!rb_str_is(rb_buf_view(&out), want))
		fail_msg("%.*s: masked as %s, not %s", RB_STR_ARG(in), rb_buf_cstr(&out), want);
	rb_buf_free(&out);
}

static void
check_json(const struct rb_masker *m, const char *in, const char *want)
{
	struct rb_buf out;

	rb_buf_init(&out, NULL, TEXT_MAX);
	rb_masker_json(m, rb_str_c(in), &out);
	assert_string_equal(rb_buf_cstr(&out), want);
	rb_buf_free(&out);
}

static void
limits(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	char *big = malloc(RB_SECRET_MAX + 1);

	(void)state;
	for (size_t i = 0; i <= RB_SECRET_MAX; i++)
		big[i] = (char)('a' + i * i % 23);
	assert_false(rb_masker_active(m));
	assert_false(rb_masker_active(NULL));
	assert_int_equal(rb_masker_add(m, RB_STR("abc")), -1);
	assert_int_equal(rb_masker_add(m, RB_STR("abc\n\n")), -1);
	assert_int_equal(rb_masker_add(m, RB_STR("")), -1);
	assert_int_equal(rb_masker_add(m, (struct rb_str){big, RB_SECRET_MAX + 1}), -1);
	assert_false(rb_masker_active(m));
	check_text(m, RB_STR("abc"), "abc");
	assert_int_equal(rb_masker_add(m, (struct rb_str){big, RB_SECRET_MAX}), 0);
	assert_int_equal(rb_masker_add(m, RB_STR("1234")), 0);
	assert_true(rb_masker_active(m));
	check_text(m, (struct rb_str){big, RB_SECRET_MAX}, "***");
	check_text(m, RB_STR("123 1234"), "123 ***");
	check_text(m, RB_STR("1234"), "***");
	check_text(m, RB_STR(""), "");
	rb_masker_free(m);
	free(big);
}

static void
encodings(void **state)
{
	/* each made by the program named, of the secret p/s"s 'q' ü&1 */
	static const char *const rows[][2] = {
	    {"plain p/s\"s 'q' ü&1.", "plain ***."},
	    {"printf | base64: cC9zInMgJ3EnIMO8JjE= .", "printf | base64: *** ."},
	    {"echo | base64: cC9zInMgJ3EnIMO8JjEK.", "echo | base64: ***."},
	    {"xxd -p: 702f73227320277127 20c3bc2631 no", "xxd -p: 702f73227320277127 20c3bc2631 no"},
	    {"xxd -p: 702f7322732027712720c3bc2631.", "xxd -p: ***."},
	    {"xxd -u: 702F7322732027712720C3BC2631.", "xxd -u: ***."},
	    {"quote: p/s%22s%20%27q%27%20%C3%BC%261.", "quote: ***."},
	    {"quote_plus: p%2Fs%22s+%27q%27+%C3%BC%261.", "quote_plus: ***."},
	    {"encodeURIComponent: p%2Fs%22s%20'q'%20%C3%BC%261.", "encodeURIComponent: ***."},
	    {"jq: \"p/s\\\"s 'q' ü&1\".", "jq: \"***\"."},
	    {"python: \"p/s\\\"s 'q' \\u00fc&1\".", "python: \"***\"."},
	    {"php: \"p\\/s\\\"s 'q' \\u00fc&1\".", "php: \"***\"."},
	    {"go: \"p/s\\\"s 'q' ü\\u00261\".", "go: \"***\"."},
	    {"set -x: 'p/s\"s '\\''q'\\'' ü&1'.", "set -x: '***'."},
	    {"shlex: 'p/s\"s '\"'\"'q'\"'\"' ü&1'.", "shlex: '***'."},
	    {"printf %q: p/s\\\"s\\ \\'q\\'\\ ü\\&1.", "printf %q: ***."},
	    {"quote of quote: p/s%2522s%2520%2527q%2527%2520%25C3%25BC%25261.", "quote of quote: ***."},
	    {"quote_plus of it: p%252Fs%2522s%2B%2527q%2527%2B%25C3%25BC%25261.", "quote_plus of it: ***."},
	    {"in lower case: p%252fs%2522s%2520%2527q%2527%2520%25c3%25bc%25261.", "in lower case: ***."},
	    {"jq of jq: \"{\\\"k\\\":\\\"p/s\\\\\\\"s 'q' ü&1\\\"}\".",
		"jq of jq: \"{\\\"k\\\":\\\"***\\\"}\"."},
	    {"python: \"p/s\\\\\\\"s 'q' \\\\u00fc&1\".", "python: \"***\"."},
	    {"php: \"p\\\\\\/s\\\\\\\"s 'q' \\\\u00fc&1\".", "php: \"***\"."},
	    {"go: \"p/s\\\\\\\"s 'q' ü\\\\u00261\".", "go: \"***\"."},
	    {"nginx: p/s&quot;s 'q' ü&amp;1.", "nginx: ***."},
	    {"html.escape: p/s&quot;s &#x27;q&#x27; ü&amp;1.", "html.escape: ***."},
	    {"html.escape, text: p/s\"s 'q' ü&amp;1.", "html.escape, text: ***."},
	    {"htmlspecialchars: p/s&quot;s &#039;q&#039; ü&amp;1.", "htmlspecialchars: ***."},
	    {"lodash: p/s&quot;s &#39;q&#39; ü&amp;1.", "lodash: ***."},
	    {"saxutils: p/s&quot;s &apos;q&apos; ü&amp;1.", "saxutils: ***."},
	    {"html/template: p/s&#34;s &#39;q&#39; ü&amp;1.", "html/template: ***."},
	};
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	assert_int_equal(rb_masker_add(m, RB_STR("p/s\"s 'q' ü&1")), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_text(m, rb_str_c(rows[i][0]), rows[i][1]);
	rb_masker_free(m);
}

/* Every control character, twice escaped, is as long as a form gets. */
static void
longest_forms(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	char secret[512], text[8 * sizeof(secret)];
	size_t n = 0;

	(void)state;
	memset(secret, 0x1f, sizeof(secret));
	assert_int_equal(rb_masker_add(m, (struct rb_str){secret, sizeof(secret)}), 0);
	for (size_t i = 0; i < sizeof(secret); i++) {
		memcpy(text + n, "\\\\u001f", 7);
		n += 7;
	}
	check_text(m, (struct rb_str){text, n}, "***");
	rb_masker_free(m);
	m = rb_masker_new(NULL);
	memset(secret, '<', sizeof(secret));
	assert_int_equal(rb_masker_add(m, (struct rb_str){secret, sizeof(secret)}), 0);
	n = 0;
	for (size_t i = 0; i < sizeof(secret); i++) {
		memcpy(text + n, "\\\\u003c", 7);
		n += 7;
	}
	check_text(m, (struct rb_str){text, n}, "***");
	rb_masker_free(m);
}

static void
count_form(void *ctx, struct rb_str form)
{
	assert_true(form.n >= RB_SECRET_MIN);
	++*(size_t *)ctx;
}

static void
forms_are_bounded(void **state)
{
	size_t n = 0;

	(void)state;
	rb_forms_each(NULL, RB_STR("p/s\"s 'q' <ü>&1\n"), RB_SECRET_MIN, count_form, &n);
	assert_in_range(n, 40, RB_FORMS_MAX);
}

/* What is left of text after a secret was added, for one secret each. */
static void
check_one(const char *secret, const char *text, const char *want)
{
	struct rb_masker *m = rb_masker_new(NULL);

	assert_int_equal(rb_masker_add(m, rb_str_c(secret)), 0);
	check_text(m, rb_str_c(text), want);
	rb_masker_free(m);
}

static void
parts_of_a_url(void **state)
{
	static const char hook[] = "http://127.0.0.1:8765/services/T0000/B0000/XXXXsecretXXXX",
			  db[] = "postgres://app:pa%24sW0rd@h/orders?sslmode=require&options=-cgeqo%3Doff\n",
			  query[] =
			      "https://h/x?wait=true&key=swordfish&sig=a%2Bb%2Fc%3Dd%26e#access=opensesame";
	static const char *const rows[][3] = {
	    {hook, "{\"path\":\"/services/T0000/B0000/XXXXsecretXXXX\"}", "{\"path\":\"***\"}"},
	    {hook, "\"\\/services\\/T0000\\/B0000\\/XXXXsecretXXXX\"", "\"***\""},
	    {hook, "no hook XXXXsecretXXXX at 127.0.0.1:8765", "no hook *** at 127.0.0.1:8765"},
	    {hook, "services T0000 B0000", "services T0000 B0000"},
	    {hook, "WFhYWHNlY3JldFhYWFg=", "***"},
	    {db, "app:pa%24sW0rd@h/orders", "***@h/orders"},
	    {db, "no role app with pa%24sW0rd, pa$sW0rd", "no role app with ***, ***"},
	    {db, "Basic YXBwOnBhJHNXMHJk", "Basic ***"}, /* app:pa$sW0rd */
	    {db, "require orders app", "require orders app"},
	    {db, "sslmode=require, -cgeqo=off", "***, ***"},
	    {query, "true, wait=true, bad key swordfish", "true, ***, bad key ***"},
	    {query, "sig a+b/c=d&e a%2Bb%2Fc%3Dd%26e", "sig *** ***"},
	    {query, "a&#43;b opensesame", "a&#43;b ***"},
	    {"redis://:pass@h", "a pass, apass", "a ***, a***"},
	    {"redis://:pas@h", "a pas, :pas@h", "a pas, ***@h"},
	    {"https://ghp_0123456789@h/a/b/", "ghp_0123456789 /a/b", "*** /a/b"},
	    {"https://h/healthy/", "/healthy healthy /health", "*** healthy /health"},
	    {"https://h/short/1", "/short/1 /short", "*** /short"},
	    {"mysql://h/accounts", "/accounts accounts", "/accounts accounts"},
	    {"https://ntfy/our-secret-topic", "our-secret-topic", "***"},
	    {"https://h/aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa aaaaaaaaaaaaaa1",
		"aaaaaaaaaaaaaaa aaaaaaaaaaaaaa1"},
	    {"https://h/aaaaaaaa1", "aaaaaaaa1 aaaaaaaa", "*** aaaaaaaa"},
	    {"https://h/%zz%4", "/%zz%4 %zz%4", "/%zz%4 %zz%4"},
	    {"https://h/%zz%4%41b", "/%zz%4Ab", "***"},
	    {"https://u:p@ss@h", "p@ss@h", "***@h"},
	    {"https://", "https", "https"},
	    /* no URLs */
	    {"see https://u:word@h", "word", "word"},
	    {"https://u:word@h and more", "word", "word"},
	    {"://u:word@h", "word", "word"},
	    {"1x://u:word@h", "word", "word"},
	    {"mailto:u:word@h", "word", "word"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_one(rows[i][0], rows[i][1], rows[i][2]);
}

static void
base64_at_every_shift(void **state)
{
	static const char secret[] = "s3cr\xff\xfe?>t!";
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	assert_int_equal(rb_masker_add(m, rb_str_c(secret)), 0);
	for (int for_url = 0; for_url < 2; for_url++) {
		for (size_t before = 0; before < 7; before++) {
			struct rb_buf plain, coded, out;
			size_t stars = 0;

			rb_buf_init(&plain, NULL, TEXT_MAX);
			rb_buf_init(&coded, NULL, TEXT_MAX);
			rb_buf_init(&out, NULL, TEXT_MAX);
			rb_buf_pad(&plain, 'x', before);
			rb_buf_c(&plain, secret);
			rb_buf_c(&plain, "yyyy");
			rb_base64(&coded, rb_buf_view(&plain));
			for (size_t i = 0; i < coded.len && for_url != 0; i++)
				coded.p[i] = (char)(coded.p[i] == '+'   ? '-'
						    : coded.p[i] == '/' ? '_'
									: coded.p[i]);
			rb_masker_text(m, rb_buf_view(&coded), &out);
			for (size_t i = 0; i < out.len; i++)
				stars += out.p[i] == '*' ? 1 : 0;
			assert_int_equal(stars, 3);
			/* at most the two digits that the neighbours decide too are left */
			assert_in_range(out.len, coded.len - 14 + 3, coded.len - 12 + 3);
			rb_buf_free(&plain);
			rb_buf_free(&coded);
			rb_buf_free(&out);
		}
	}
	rb_masker_free(m);
}

static void
lines_of_a_key(void **state)
{
	static const char key[] =
	    "-----BEGIN KEY-----\n  MIIEpAIBAAKCAQEA7\nx==\nQabcdefghijk==\n-----END KEY-----\n";
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	assert_int_equal(rb_masker_add(m, rb_str_c(key)), 0);
	check_text(m, rb_str_c(key), "***\n");
	check_text(m,
	    RB_STR("-----BEGIN KEY-----\r\n  MIIEpAIBAAKCAQEA7\r\nx==\r\nQabcdefghijk==\r\n-----END "
		   "KEY-----\r\n"),
	    "***\r\n");
	check_text(m, RB_STR("\t-----BEGIN KEY-----\n\tMIIEpAIBAAKCAQEA7\n\tx==\n\tQabcdefghijk==\n"),
	    "\t***\n\t***\n\tx==\n\t***\n"); /* a line under 4 bytes is no secret by itself */
	check_text(m,
	    RB_STR("\"-----BEGIN KEY-----\\n  MIIEpAIBAAKCAQEA7\\nx==\\nQabcdefghijk==\\n-----END "
		   "KEY-----\\n\""),
	    "\"***\\n\"");
	check_text(m,
	    RB_STR(
		"$'-----BEGIN KEY-----\\n  MIIEpAIBAAKCAQEA7\\nx==\\nQabcdefghijk==\\n-----END KEY-----\\n'"),
	    "$'***\\n'");
	check_text(m, RB_STR("| MIIEpAIBAAKCAQEA7 |"), "| *** |");
	rb_masker_free(m);
}

static void
base64_in_lines(void **state)
{
	/* base64(1) of 100 times "secret!" by its default of 76 columns */
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_buf plain, coded, wrapped;

	(void)state;
	rb_buf_init(&plain, NULL, TEXT_MAX);
	rb_buf_init(&coded, NULL, TEXT_MAX);
	rb_buf_init(&wrapped, NULL, TEXT_MAX);
	for (size_t i = 0; i < 100; i++)
		rb_buf_c(&plain, "secret!");
	assert_int_equal(rb_masker_add(m, rb_buf_view(&plain)), 0);
	rb_buf_char(&plain, '\n');
	rb_base64(&coded, rb_buf_view(&plain));
	for (size_t i = 0; i < coded.len; i++) {
		if (i > 0 && i % 76 == 0)
			rb_buf_char(&wrapped, '\n');
		rb_buf_char(&wrapped, coded.p[i]);
	}
	rb_buf_char(&wrapped, '\n');
	check_text(m, rb_buf_view(&wrapped), "***\n");
	rb_buf_free(&plain);
	rb_buf_free(&coded);
	rb_buf_free(&wrapped);
	rb_masker_free(m);
}

static void
overlaps(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	rb_masker_add(m, RB_STR("abcdef"));
	rb_masker_add(m, RB_STR("defghi"));
	rb_masker_add(m, RB_STR("bcde"));
	rb_masker_add(m, RB_STR("xxxx"));
	check_text(m, RB_STR("-abcdefghi-"), "-***-");
	check_text(m, RB_STR("-abcde-"), "-a***-");
	check_text(m, RB_STR("abcdefabcdef"), "***");
	check_text(m, RB_STR("xxxxxxx xxx xxxx"), "*** xxx ***");
	check_text(m, RB_STR("abcdeg defgh"), "a***g defgh");
	rb_masker_free(m);
}

/* Feeds `in` in two pieces that meet at `at`, or, for SIZE_MAX, in small random ones. */
static void
feed_split(const struct rb_masker *m, struct rb_str in, size_t at, unsigned seed, struct rb_buf *out)
{
	struct rb_mask_stream *s = rb_mask_stream_new(m, NULL);

	if (at != SIZE_MAX) {
		rb_mask_stream_feed(s, rb_str_cut(in, 0, at), out);
		rb_mask_stream_feed(s, rb_str_cut(in, at, in.n), out);
	} else {
		for (size_t from = 0, n; from < in.n; from += n) {
			seed = seed * 1103515245U + 12345U;
			n = 1 + (seed >> 16) % 9;
			rb_mask_stream_feed(s, rb_str_cut(in, from, from + n), out);
		}
	}
	rb_mask_stream_end(s, out);
	rb_mask_stream_free(s);
}

static void
any_split_is_the_same(void **state)
{
	static const char *const secrets[] = {"aabaab", "baba", "abbaabba\ncaaab\nbbbb", "aaaaaaaaaa"};
	struct rb_masker *m = rb_masker_new(NULL);
	static struct forms forms;
	unsigned seed = 7;

	(void)state;
	forms.n = 0;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(rb_masker_add(m, rb_str_c(secrets[i])), 0);
		rb_forms_each(NULL, rb_str_c(secrets[i]), RB_SECRET_MIN, keep_form, &forms);
	}
	for (size_t round = 0; round < 400; round++) {
		char text[160];
		struct rb_str in = {text, 20 + round % 140};
		struct rb_buf want, got;

		for (size_t i = 0; i < in.n; i++) {
			seed = seed * 1103515245U + 12345U;
			text[i] = "aaaabbbbaabb\ncz6"[(seed >> 16) % 16];
		}
		if (round % 3 == 0) /* plant an encoded form */
			memcpy(text + 3, "YWFiYWFi", 8);
		rb_buf_init(&want, NULL, TEXT_MAX);
		rb_buf_init(&got, NULL, TEXT_MAX);
		naive(&forms, in, &want);
		for (size_t at = 0; at <= in.n; at++) {
			rb_buf_clear(&got);
			feed_split(m, in, at, 0, &got);
			assert_string_equal(rb_buf_cstr(&got), rb_buf_cstr(&want));
		}
		rb_buf_clear(&got);
		feed_split(m, in, SIZE_MAX, seed, &got);
		assert_string_equal(rb_buf_cstr(&got), rb_buf_cstr(&want));
		rb_buf_free(&want);
		rb_buf_free(&got);
	}
	drop_forms(&forms);
	rb_masker_free(m);
}

struct text {
	struct rb_masker *m;
	size_t n;
};

/* One form alone in a text: nothing of it is shown, wherever the text is split. */
static void
split_form(void *ctx, struct rb_str form)
{
	struct text *t = ctx;
	struct rb_buf text, got;

	rb_buf_init(&text, NULL, TEXT_MAX);
	rb_buf_init(&got, NULL, TEXT_MAX);
	rb_buf_c(&text, "[ ");
	rb_buf_str(&text, form);
	rb_buf_c(&text, " ]");
	for (size_t at = 0; at <= text.len; at++) {
		rb_buf_clear(&got);
		feed_split(t->m, rb_buf_view(&text), at, 0, &got);
		if (!rb_str_is(rb_buf_view(&got), "[ *** ]"))
			fail_msg("%s split at %zu: %s", rb_buf_cstr(&text), at, rb_buf_cstr(&got));
	}
	t->n++;
	rb_buf_free(&text);
	rb_buf_free(&got);
}

static void
split_part(void *ctx, struct rb_str part)
{
	rb_forms_each(NULL, part, RB_SECRET_MIN, split_form, ctx);
}

static void
every_form_is_masked_at_any_split(void **state)
{
	static const char *const secrets[] = {
	    "p/s\"s'q<ü>&1\\", "https://ap:p%22w%3Cd@h/hooks/T0ken0Token?k=v%26w%3D12&x=1"};

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct text t = {rb_masker_new(NULL), 0};

		assert_int_equal(rb_masker_add(t.m, rb_str_c(secrets[i])), 0);
		split_part(&t, rb_str_c(secrets[i]));
		rb_parts_each(NULL, rb_str_c(secrets[i]), RB_SECRET_MIN, split_part, &t);
		assert_in_range(t.n, i == 0 ? 40 : 200, 10 * RB_FORMS_MAX);
		rb_masker_free(t.m);
	}
}

static void
nothing_is_shown_early(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_mask_stream *s = rb_mask_stream_new(m, NULL);
	struct rb_buf out;

	(void)state;
	rb_masker_add(m, RB_STR("hunter2!"));
	rb_buf_init(&out, NULL, TEXT_MAX);
	rb_mask_stream_feed(s, RB_STR("it is hunt"), &out);
	assert_string_equal(rb_buf_cstr(&out), "it is ");
	rb_mask_stream_feed(s, RB_STR("er2"), &out);
	assert_string_equal(rb_buf_cstr(&out), "it is ");
	rb_mask_stream_feed(s, RB_STR("! and hunt"), &out);
	assert_string_equal(rb_buf_cstr(&out), "it is *** and ");
	rb_mask_stream_end(s, &out);
	assert_string_equal(rb_buf_cstr(&out), "it is *** and hunt");
	rb_buf_free(&out);
	rb_mask_stream_free(s);
	rb_masker_free(m);
}

static void
a_secret_added_later(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_mask_stream *s = rb_mask_stream_new(m, NULL);
	struct rb_buf out;

	(void)state;
	rb_buf_init(&out, NULL, TEXT_MAX);
	rb_mask_stream_feed(s, RB_STR("swordfish "), &out);
	rb_masker_add(m, RB_STR("swordfish"));
	rb_mask_stream_feed(s, RB_STR("swordfish opal"), &out); /* "op" … nothing begins so: all is given */
	assert_string_equal(rb_buf_cstr(&out), "swordfish *** opal");
	rb_mask_stream_feed(s, RB_STR(" sword"), &out);
	rb_masker_add(m, RB_STR("words and more"));
	rb_mask_stream_feed(s, RB_STR("s and more swordfish."), &out);
	rb_mask_stream_end(s, &out);
	assert_string_equal(rb_buf_cstr(&out), "swordfish *** opal s*** ***.");
	rb_buf_free(&out);
	rb_mask_stream_free(s);
	rb_masker_free(m);
}

static void
a_run_shown_in_part_when_a_secret_is_added(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);
	struct rb_mask_stream *s = rb_mask_stream_new(m, NULL);
	struct rb_buf out;

	(void)state;
	rb_buf_init(&out, NULL, TEXT_MAX);
	rb_masker_add(m, RB_STR("abcdefgh"));
	rb_masker_add(m, RB_STR("ghijklmn"));
	rb_mask_stream_feed(s, RB_STR("abcdefgh"), &out); /* shown but for "gh", which may go on */
	rb_masker_add(m, RB_STR("zzzz"));
	rb_mask_stream_feed(s, RB_STR("zzzz-"), &out);
	rb_mask_stream_end(s, &out);
	assert_string_equal(rb_buf_cstr(&out), "***-");
	rb_buf_free(&out);
	rb_mask_stream_free(s);
	rb_masker_free(m);
}

static void
pathological_text_is_linear(void **state)
{
	/* a^n against a^m b: quadratic for whoever starts again at each byte */
	struct rb_masker *m = rb_masker_new(NULL);
	size_t n = 4 << 20;
	char *text = malloc(n), secret[4096];
	struct rb_buf out;

	(void)state;
	memset(text, 'a', n);
	memset(secret, 'a', sizeof(secret));
	secret[sizeof(secret) - 1] = 'b';
	rb_masker_add(m, (struct rb_str){secret, sizeof(secret)});
	rb_buf_init(&out, NULL, n);
	rb_masker_text(m, (struct rb_str){text, n}, &out);
	assert_int_equal(out.len, n);
	rb_buf_free(&out);
	rb_masker_free(m);
	free(text);
}

/* A message that was cut before it was masked ends within a secret. */
static void
the_beginning_of_a_secret_before_a_cut(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	rb_masker_add(m, RB_STR("hunter2!"));
	check_text(m, RB_STR("it is hunter…"), "it is ***…");
	check_text(m, RB_STR("it is hunt… (9 bytes more)"), "it is ***… (9 bytes more)");
	check_text(m, RB_STR("hunter2!…hunte…"), "***…***…");
	check_text(m, RB_STR("a hun… b"), "a hun… b"); /* less than a secret can have */
	check_text(m, RB_STR("a hunter"), "a hunter"); /* not cut */
	check_text(m, RB_STR("unter2!… …"), "unter2!… …");
	rb_masker_free(m);
}

static void
inside_json(void **state)
{
	struct rb_masker *m = rb_masker_new(NULL);

	(void)state;
	check_json(m, "not json hunter2!", "not json hunter2!");
	rb_masker_add(m, RB_STR("hunter2!"));
	rb_masker_add(m, RB_STR("tab\there"));
	rb_masker_add(m, RB_STR("48151623"));
	rb_masker_add(m, RB_STR("pässwörd"));
	rb_masker_add(m, RB_STR("{\"kty\":\"oct\"}"));
	check_json(m, "{\"a\": [1, \"x hunter2! y\"], \"hunter2!\": null}",
	    "{\"a\": [1, \"x *** y\"], \"***\": null}");
	check_json(m, "[\"h\\u0075nter2!\", \"\\ttab\\there\", \"\\u0074ab\\u0009here\\n\"]",
	    "[\"***\", \"\\t***\", \"***\\n\"]");
	check_json(m, "[\"p\\u00e4ssw\\u00F6rd\", \"\\ud83d\\ude00 \\\"\\/\"]",
	    "[\"***\", \"\\ud83d\\ude00 \\\"\\/\"]");
	check_json(m, "{\"pin\":48151623,\"n\":481516}", "{\"pin\":\"***\",\"n\":481516}");
	check_json(m, "true", "true");
	check_json(m, "{\"jwk\":{\"kty\":\"oct\"}}", "\"{\\\"jwk\\\":***}\"");
	check_json(m, "{bad hunter2!", "\"{bad ***\"");
	check_json(m, "", "\"\"");
	rb_masker_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits),
	    cmocka_unit_test(encodings),
	    cmocka_unit_test(longest_forms),
	    cmocka_unit_test(forms_are_bounded),
	    cmocka_unit_test(parts_of_a_url),
	    cmocka_unit_test(base64_at_every_shift),
	    cmocka_unit_test(lines_of_a_key),
	    cmocka_unit_test(base64_in_lines),
	    cmocka_unit_test(overlaps),
	    cmocka_unit_test(any_split_is_the_same),
	    cmocka_unit_test(every_form_is_masked_at_any_split),
	    cmocka_unit_test(nothing_is_shown_early),
	    cmocka_unit_test(a_secret_added_later),
	    cmocka_unit_test(a_run_shown_in_part_when_a_secret_is_added),
	    cmocka_unit_test(pathological_text_is_linear),
	    cmocka_unit_test(the_beginning_of_a_secret_before_a_cut),
	    cmocka_unit_test(inside_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
