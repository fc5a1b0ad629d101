/* Whether what a row of the table speaks of is there in a command. Called by change.c for each command and
 * each row of its program. */
#include "lint/call.h"

#include <string.h>
#include <strings.h>

enum { WORD_SHOWN = 40 }; /* longer words are cut in messages */

/* ---- words ---- */

static const char *const sinks[] = {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "-"};
/* Process substitutions, descriptors that are open already, connections. */
static const char *const sink_starts[] = {">(", "<(", "/dev/fd/", "/proc/self/fd/", "/dev/tcp/", "/dev/udp/"};

bool
rb_call_is_file(struct rb_str name)
{
	for (size_t i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++) {
		if (rb_str_is(name, sinks[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof(sink_starts) / sizeof(sink_starts[0]); i++) {
		if (rb_str_starts(name, sink_starts[i]))
			return false;
	}
	return name.n > 0;
}

void
rb_call_say(struct rb_buf *out, struct rb_str word)
{
	if (out->len > 0)
		rb_buf_char(out, ' ');
	if (word.n <= WORD_SHOWN)
		rb_buf_str(out, word);
	else
		rb_buf_c(out, "…");
}

static bool
is_same(char a, char b, bool nocase)
{
	return a == b || (nocase && strncasecmp(&a, &b, 1) == 0);
}

/* Goes back to the last * only, so that it takes no longer than both lengths multiplied. */
bool
rb_call_glob(struct rb_str pattern, struct rb_str text, bool nocase)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.n && is_same(pattern.p[p], text.p[t], nocase)) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool
rb_call_next(struct rb_str *list, char between, struct rb_str *part)
{
	size_t n = 0;

	if (list->p == NULL)
		return false;
	while (n < list->n && list->p[n] != between)
		n++;
	*part = rb_str_cut(*list, 0, n);
	*list = n < list->n ? rb_str_cut(*list, n + 1, list->n) : (struct rb_str){NULL, 0};
	return true;
}

static bool
has_value(const struct rb_change_row *row, struct rb_str option)
{
	return rb_shell_listed(row->values, option);
}

/* Whether the option stands in the word at i, and its value there or in the next one. */
static bool
option_at(const struct rb_call *call, size_t i, struct rb_str option, struct rb_str *value)
{
	struct rb_str w = call->c->words[i].text;
	bool bare = i == 1 && (call->row->flags & RB_CHANGE_BARE) != 0 && w.n > 0 && w.p[0] != '-';
	size_t at;

	*value = i + 1 < call->end ? call->c->words[i + 1].text : RB_STR("");
	if (option.n != 2 || option.p[1] == '-' || (call->row->flags & RB_CHANGE_WHOLE) != 0) {
		size_t equals = rb_str_find(w, RB_STR("="), 0);

		if (equals != SIZE_MAX)
			*value = rb_str_cut(w, equals + 1, w.n);
		return w.n > 0 && w.p[0] == '-' && rb_call_glob(option, rb_str_cut(w, 0, equals), false);
	}
	if (!bare && (w.n < 2 || w.p[0] != '-' || w.p[1] == '-'))
		return false;
	for (at = bare ? 0 : 1; at < w.n && w.p[at] != option.p[1]; at++) {
		char letter[] = {'-', w.p[at]};

		if (!bare && has_value(call->row, (struct rb_str){letter, sizeof(letter)}))
			return false; /* the rest is its value */
	}
	if (at < w.n && at + 1 < w.n && !bare)
		*value = rb_str_cut(w, at + 1, w.n);
	return at < w.n;
}

/* Whether a value is what a row wants: FILE, or this. */
static bool
value_fits(struct rb_str want, struct rb_str value)
{
	return rb_str_is(want, "FILE") ? rb_call_is_file(value) : rb_call_glob(want, value, false);
}

/* "-i", "-X=POST", "-o=FILE": whether it is given. Its name goes to what. */
static bool
has_option(const struct rb_call *call, struct rb_str token, struct rb_buf *what)
{
	size_t equals = rb_str_find(token, RB_STR("="), 0);
	struct rb_str option = rb_str_cut(token, 0, equals), value;
	struct rb_str want = rb_str_cut(token, equals != SIZE_MAX ? equals + 1 : token.n, token.n);

	for (size_t i = 1; i < call->end && !rb_str_is(call->c->words[i].text, "--"); i++) {
		if (option_at(call, i, option, &value) && (want.n == 0 || value_fits(want, value))) {
			struct rb_str name = call->c->words[i].text;

			if (option.n == 2)
				name = option;
			rb_call_say(what, rb_str_cut(name, 0, rb_str_find(name, RB_STR("="), 0)));
			if (want.n > 0 && !rb_str_is(want, "FILE"))
				rb_call_say(what, value);
			return true;
		}
		if (rb_shell_option(call->c->words, call->end, i, call->row->values) == 2)
			i++;
	}
	return false;
}

/* "FILE", "of=FILE": whether an operand is one. */
static bool
has_file(const struct rb_call *call, struct rb_str token)
{
	struct rb_str head = rb_str_cut(token, 0, token.n - strlen("FILE"));

	for (size_t k = 0; k < call->noperands && k < RB_CALL_OPERANDS; k++) {
		struct rb_str w = call->c->words[call->operands[k]].text;

		if (w.n >= head.n && rb_str_eq(rb_str_cut(w, 0, head.n), head) &&
		    rb_call_is_file(rb_str_cut(w, head.n, w.n)))
			return true;
	}
	return false;
}

/* Whether what is left of an alternative says no more than that something is there. */
static bool
only_stars(struct rb_str alternative)
{
	size_t n = 0;

	while (n < alternative.n && (alternative.p[n] == '*' || alternative.p[n] == ' '))
		n++;
	return n == alternative.n;
}

bool
rb_call_holds_all(const struct rb_call *call, struct rb_str alternative, struct rb_buf *what)
{
	size_t operand = 0;
	struct rb_str token;

	while (alternative.n > 0 && rb_call_next(&alternative, ' ', &token)) {
		const struct rb_shell_word *w;

		if (token.n > 1 && token.p[0] == '-') {
			if (!has_option(call, token, what))
				return false;
			continue;
		}
		if (rb_str_ends(token, "FILE")) {
			if (!has_file(call, token))
				return false;
			continue;
		}
		if (operand >= call->noperands || operand >= RB_CALL_OPERANDS)
			return false;
		w = &call->c->words[call->operands[operand++]];
		if (!rb_str_is(token, "*") &&
		    (!w->constant ||
			!rb_call_glob(token, w->text, (call->row->flags & RB_CHANGE_NOCASE) != 0)))
			return false;
		if (!rb_str_is(token, "*") || !only_stars(alternative))
			rb_call_say(what, w->text);
	}
	return true;
}

bool
rb_call_holds(const struct rb_call *call, const char *alternatives, struct rb_buf *what)
{
	struct rb_str rest = rb_str_c(alternatives), one;
	size_t start = what->len;

	if (alternatives != NULL && rest.n == 0)
		return true;
	while (alternatives != NULL && rb_call_next(&rest, '|', &one)) {
		if (rb_call_holds_all(call, one, what))
			return true;
		what->len = start;
	}
	return false;
}

bool
rb_call_is_harmless(const struct rb_call *call)
{
	for (size_t i = 1; i < call->end; i++) {
		struct rb_str w = call->c->words[i].text;

		if (rb_str_is(w, "--help") || rb_str_is(w, "--version") ||
		    (rb_str_starts(w, "--dry-run") && !rb_str_is(w, "--dry-run=none")))
			return true;
	}
	return false;
}

size_t
rb_call_values(const struct rb_call *call, struct rb_str option,
    void (*fn)(void *ctx, const struct rb_shell_word *at, struct rb_str value), void *ctx)
{
	size_t n = 0;

	for (size_t i = 1; i < call->end && !rb_str_is(call->c->words[i].text, "--"); i++) {
		struct rb_str value;
		size_t takes = rb_shell_option(call->c->words, call->end, i, call->row->values);

		if (option_at(call, i, option, &value)) {
			fn(ctx, &call->c->words[takes == 2 ? i + 1 : i], value);
			n++;
		}
		i += takes == 2;
	}
	return n;
}

struct rb_call
rb_call_new(const struct rb_shell_command *c, const struct rb_change_row *row, size_t end)
{
	struct rb_call call = {.c = c, .row = row, .end = end};
	bool options = true, bare = (row->flags & RB_CHANGE_BARE) != 0;

	for (size_t i = 1; i < end; i++) {
		size_t takes = options ? rb_shell_option(c->words, end, i, row->values) : 0;

		if (options && rb_str_is(c->words[i].text, "--")) {
			options = false;
		} else if (takes > 0) {
			i += takes - 1;
		} else if (!bare || i > 1) {
			if (call.noperands < RB_CALL_OPERANDS)
				call.operands[call.noperands] = i;
			call.noperands++;
		}
	}
	return call;
}
