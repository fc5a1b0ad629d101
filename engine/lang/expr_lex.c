/* Tokens of the expression language. */
#include <string.h>

#include "base/clock.h"
#include "lang/expr_impl.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Operators and punctuation of one character. */
static bool
is_mark(char c)
{
	return c != '\0' && strchr("()[],.+-*/<>", c) != NULL;
}

/* What people write who come from other languages. */
static const struct {
	const char *text;
	const char *instead;
} slips[] = {
    {"=", "`==` compares"},
    {"===", "`==` compares"},
    {"!==", "write `!=`"},
    {"<>", "write `!=`"},
    {"=~", "write `matches /…/`"},
    {"!~", "write `not x matches /…/`"},
    {"=>", "write `>=`"},
    {"=<", "write `<=`"},
    {"&&", "write `and`"},
    {"&", "write `and`"},
    {"||", "write `or`"},
    {"|", "there are no pipes here; write a function around it, as `lines(x)`"},
    {"!", "write `not`"},
    {"%", "there is no remainder; a percentage is a plain number"},
    {"**", "there are no powers; multiply"},
    {"?", "write `A if C else B`"},
    {":", "write `A if C else B`"},
    {"$", "a name stands here without `$`"},
    {"{", "a mapping cannot be written here"},
    {"++", "write `x + 1`"},
    {"AND", "write `and`"},
    {"And", "write `and`"},
    {"OR", "write `or`"},
    {"Or", "write `or`"},
    {"NOT", "write `not`"},
    {"Not", "write `not`"},
    {"IN", "write `in`"},
    {"True", "write `true`"},
    {"TRUE", "write `true`"},
    {"False", "write `false`"},
    {"FALSE", "write `false`"},
    {"None", "write `null`"},
    {"nil", "write `null`"},
    {"NULL", "write `null`"},
    {"undefined", "write `not defined(x)`"},
    {"is", "write `==`"},
    {"eq", "write `==`"},
    {"ne", "write `!=`"},
    {"gt", "write `>`"},
    {"lt", "write `<`"},
    {"ge", "write `>=`"},
    {"le", "write `<=`"},
    {"like", "write `matches /…/` or `contains`"},
    {"then", "write `A if C else B`"},
    {"has", "write `contains`"},
};

const char *
rb_lex_slip(struct rb_str text)
{
	for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++)
		if (rb_str_is(text, slips[i].text))
			return slips[i].instead;
	return NULL;
}

static struct rb_token
bad(size_t from, size_t to)
{
	return (struct rb_token){.kind = RB_T_BAD, .from = from, .to = to};
}

static struct rb_token
token(struct rb_checker *c, enum rb_token_kind kind, size_t from, size_t to)
{
	return (struct rb_token){.kind = kind, .from = from, .to = to, .text = rb_str_cut(c->text, from, to)};
}

/* Where a number with its unit or exponent ends: "12", "1.5", "1h30m", "200MB", "2e-3". */
static size_t
number_end(struct rb_str s, size_t i)
{
	size_t from = i;
	bool plain = true; /* only digits so far */

	for (; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' && plain && i + 1 < s.n && is_digit(s.p[i + 1])) {
			plain = false;
			continue;
		}
		if ((c == '-' || c == '+') && (s.p[i - 1] == 'e' || s.p[i - 1] == 'E') && i + 1 < s.n &&
		    is_digit(s.p[i + 1]) && i - 1 > from && is_digit(s.p[i - 2]))
			continue;
		if (!is_word(c))
			break;
		plain = plain && is_digit(c);
	}
	return i;
}

static bool
all_digits(struct rb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return true;
}

static struct rb_token
lex_number(struct rb_checker *c, size_t *at)
{
	struct rb_diags *d = c->ctx->diags;
	size_t from = *at, to = number_end(c->text, from);
	struct rb_token t = token(c, RB_T_CONST, from, to);
	struct rb_diag *diag;
	int64_t i;
	double number;

	*at = to;
	if (to + 1 < c->text.n && c->text.p[to] == '.' && is_digit(c->text.p[to + 1])) {
		while (to < c->text.n && (is_word(c->text.p[to]) || c->text.p[to] == '.'))
			to++;
		t.text = rb_str_cut(c->text, from, to);
		diag = rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, from, to), "`%.*s` is not a number",
		    RB_STR_ARG(t.text));
		rb_diag_hint(d, diag, "a version is written version(\"%.*s\"), an address as text in quotes",
		    RB_STR_ARG(t.text));
		return bad(from, to);
	}
	if (all_digits(t.text)) {
		if (t.text.n > 1 && t.text.p[0] == '0') {
			diag = rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, from, to),
			    "`%.*s` begins with 0, which some read as octal", RB_STR_ARG(t.text));
			rb_diag_hint(d, diag, "write it without the 0, or in quotes if it is text");
			return bad(from, to);
		}
		if (rb_str_int(t.text, &i) != 0) {
			rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, from, to),
			    "`%.*s` is larger than a 64-bit integer can hold", RB_STR_ARG(t.text));
			return bad(from, to);
		}
		t.value = rb_v_int(i);
		return t;
	}
	if (rb_clock_parse(t.text, &i) == 0)
		t.value = rb_v_of(RB_V_DURATION, i);
	else if (rb_size_parse(t.text, &i) == 0)
		t.value = rb_v_of(RB_V_SIZE, i);
	else if (rb_str_number(t.text, &number) == 0)
		t.value = rb_v_number(number);
	else {
		diag = rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, from, to),
		    "`%.*s` is not a number, duration or size", RB_STR_ARG(t.text));
		rb_diag_hint(d, diag,
		    "durations are written 90s, 15m, 1h30m; sizes 200MB, 1GiB; text stands in quotes");
		return bad(from, to);
	}
	return t;
}

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* \uXXXX at s[i], i after the backslash: appends its UTF-8. Surrogates are refused. 0 or -1. */
static int
unescape_u(struct rb_str s, size_t i, struct rb_buf *out)
{
	uint32_t cp = 0;

	if (i + 5 > s.n)
		return -1;
	for (size_t k = i + 1; k < i + 5; k++) {
		int digit = hex_digit(s.p[k]);

		if (digit < 0)
			return -1;
		cp = cp << 4 | (uint32_t)digit;
	}
	if (cp >= 0xD800 && cp <= 0xDFFF)
		return -1;
	rb_buf_utf8(out, cp);
	return 0;
}

/* The text between double quotes. Returns SIZE_MAX, or the offset in s of an escape that is none. */
static size_t
unescape(struct rb_str s, struct rb_buf *out)
{
	static const char from[] = "nrt\"\\/", to[] = "\n\r\t\"\\/";

	for (size_t i = 0; i < s.n; i++) {
		const char *known;

		if (s.p[i] != '\\') {
			rb_buf_char(out, s.p[i]);
			continue;
		}
		i++;
		if (s.p[i] == 'u') {
			if (unescape_u(s, i, out) != 0)
				return i - 1;
			i += 4;
			continue;
		}
		known = memchr(from, s.p[i], sizeof(from) - 1);
		if (known == NULL)
			return i - 1;
		rb_buf_char(out, to[known - from]);
	}
	return SIZE_MAX;
}

static struct rb_token
lex_string(struct rb_checker *c, size_t *at)
{
	struct rb_diags *d = c->ctx->diags;
	size_t from = *at, i = from + 1, wrong;
	char quote = c->text.p[from];
	bool escapes = false;
	struct rb_token t;
	struct rb_str inside;
	struct rb_buf b;
	struct rb_diag *diag;

	while (i < c->text.n && c->text.p[i] != quote) {
		if (quote == '"' && c->text.p[i] == '\\') {
			escapes = true;
			i++;
		}
		i++;
	}
	if (i >= c->text.n) {
		*at = c->text.n;
		rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, from, from + 1), "this %c has no end", quote);
		return bad(from, c->text.n);
	}
	*at = i + 1;
	t = token(c, RB_T_CONST, from, i + 1);
	inside = rb_str_cut(c->text, from + 1, i);
	if (!escapes) {
		t.value = rb_v_text(inside);
		return t;
	}
	rb_buf_init(&b, c->ctx->arena->alloc, RB_EXPR_MAX);
	wrong = unescape(inside, &b);
	t.value = rb_v_text(rb_arena_str(c->ctx->arena, rb_buf_view(&b)));
	rb_buf_free(&b);
	if (wrong == SIZE_MAX)
		return t;
	wrong += from + 1;
	diag = rb_diag_add(d, RB_E_EXPR, rb_check_fail_at(c, wrong, wrong + 2), "`%.*s` is no escape",
	    RB_STR_ARG(rb_str_cut(c->text, wrong, wrong + 2)));
	rb_diag_hint(d, diag,
	    "known are \\n \\r \\t \\\" \\\\ \\/ \\uXXXX; between single quotes a backslash is itself");
	return bad(from, *at);
}

static struct rb_token
lex_regex(struct rb_checker *c, size_t *at)
{
	size_t from = *at, i = from + 1;
	bool class = false; /* inside of […] a slash ends nothing */

	while (i < c->text.n && (c->text.p[i] != '/' || class)) {
		if (c->text.p[i] == '\\')
			i++;
		else if (c->text.p[i] == '[')
			class = true;
		else if (c->text.p[i] == ']')
			class = false;
		i++;
	}
	if (i >= c->text.n) {
		*at = c->text.n;
		rb_diag_add(c->ctx->diags, RB_E_EXPR, rb_check_fail_at(c, from, from + 1),
		    "this regex has no closing /");
		return bad(from, c->text.n);
	}
	i++;
	while (i < c->text.n && is_word(c->text.p[i]))
		i++;
	*at = i;
	return token(c, RB_T_REGEX, from, i);
}

/* Operators and punctuation of more than one character. */
static const char *const marks[] = {
    "===", "!==", "==", "!=", "<=", ">=", "<>", "=~", "!~", "=>", "=<", "&&", "||", "??", "**", "++", NULL};

static struct rb_token
lex_mark(struct rb_checker *c, size_t *at)
{
	struct rb_str rest = rb_str_cut(c->text, *at, c->text.n);
	size_t from = *at, n = 1;
	struct rb_diag *diag;
	struct rb_token t;
	const char *instead;
	uint32_t cp;

	for (size_t i = 0; marks[i] != NULL; i++)
		if (rb_str_starts(rest, marks[i])) {
			n = strlen(marks[i]);
			break;
		}
	if (n == 1 && rb_utf8_next(rest.p, rest.n, &cp) > 1)
		n = rb_utf8_next(rest.p, rest.n, &cp);
	*at += n;
	t = token(c, RB_T_MARK, from, from + n);
	instead = rb_lex_slip(t.text);
	if (instead == NULL && (unsigned char)rest.p[0] < 0x80 && (n == 2 || is_mark(rest.p[0])))
		return t;
	diag = rb_diag_add(c->ctx->diags, RB_E_EXPR, rb_check_fail_at(c, from, from + n),
	    "`%.*s` means nothing here", RB_STR_ARG(t.text));
	if (instead != NULL)
		rb_diag_hint(c->ctx->diags, diag, "%s", instead);
	return bad(from, from + n);
}

struct rb_token
rb_lex(struct rb_checker *c, size_t *at, bool operand)
{
	size_t i = *at, from;
	char ch;

	while (i < c->text.n && is_blank(c->text.p[i]))
		i++;
	*at = i;
	if (i >= c->text.n)
		return token(c, RB_T_END, c->text.n, c->text.n);
	ch = c->text.p[i];
	if (is_digit(ch))
		return lex_number(c, at);
	if (ch == '"' || ch == '\'')
		return lex_string(c, at);
	if (ch == '/' && operand)
		return lex_regex(c, at);
	if (!is_word(ch))
		return lex_mark(c, at);
	from = i;
	while (i < c->text.n && is_word(c->text.p[i]))
		i++;
	*at = i;
	return token(c, RB_T_WORD, from, i);
}
