/* Reading a shell text for what its quotes, comments and here-documents keep from being expanded. Not a
 * parser of the shell either: where it errs, a warning is missing or one too many. */
#include "lang/shell_quote.h"

#include <string.h>

static char
byte_at(const struct rb_shell_quote *q, size_t i)
{
	return i < q->text.n ? q->text.p[i] : '\0';
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

void
rb_shell_quote_init(struct rb_shell_quote *q, struct rb_str text)
{
	memset(q, 0, sizeof(*q));
	q->text = text;
}

static size_t
line_end(const struct rb_shell_quote *q, size_t i)
{
	size_t end = rb_str_find(q->text, RB_STR("\n"), i);

	return end == SIZE_MAX ? q->text.n : end;
}

/* The offset after the quote that ends what begins at i; `escapes`: a backslash hides the one behind it. */
static size_t
skip_single(const struct rb_shell_quote *q, size_t i, bool escapes)
{
	for (i++; i < q->text.n && q->text.p[i] != '\''; i++)
		i += escapes && q->text.p[i] == '\\';
	return i < q->text.n ? i + 1 : q->text.n;
}

static void
push(struct rb_shell_quote *q, bool arithmetic)
{
	if (q->level + 1 < RB_QUOTE_LEVELS)
		q->levels[++q->level] = (struct rb_quote_level){.arithmetic = arithmetic};
	else
		q->levels[q->level].parens++;
}

static void
close_paren(struct rb_shell_quote *q)
{
	struct rb_quote_level *l = &q->levels[q->level];

	if (l->parens > 0)
		l->parens--;
	else if (q->level > 0)
		q->level--;
}

/* "<<" at i: notes the here-document whose body the next line begins. Returns where to go on. */
static size_t
read_document(struct rb_shell_quote *q, size_t i)
{
	size_t at = i + 2, from, end;

	if (byte_at(q, at) == '<')
		return at + 1; /* <<<: a text */
	q->indented = byte_at(q, at) == '-';
	at += q->indented;
	while (is_one_of(byte_at(q, at), " \t"))
		at++;
	q->literal = is_one_of(byte_at(q, at), "'\"\\");
	from = at + q->literal;
	for (end = from; end < q->text.n && !is_one_of(q->text.p[end], " \t\n;|&<>()'\""); end++)
		;
	if (end == from || end - from > RB_QUOTE_WORD)
		return i + 2;
	q->word = rb_str_cut(q->text, from, end);
	q->document = RB_DOCUMENT_NEXT;
	return is_one_of(byte_at(q, end), "'\"") ? end + 1 : end;
}

/* A line of a here-document, from i. */
static void
read_line(struct rb_shell_quote *q, size_t i)
{
	size_t end = line_end(q, i), from = i;

	while (q->indented && byte_at(q, from) == '\t')
		from++;
	q->inert = q->literal;
	if (rb_str_eq(rb_str_cut(q->text, from, end), q->word)) {
		q->document = RB_NO_DOCUMENT;
		q->inert = true;
	}
	q->to = end + 1;
}

/* Between double quotes, at i. Returns where to go on. */
static size_t
read_doubled(struct rb_shell_quote *q, size_t i)
{
	if (q->text.p[i] == '"')
		q->levels[q->level].doubled = false;
	if (q->text.p[i] == '$' && byte_at(q, i + 1) == '(') {
		bool arithmetic = byte_at(q, i + 2) == '(';

		push(q, arithmetic);
		return i + 2;
	}
	return i + 1;
}

/* Outside of quotes, at i. Returns where to go on. */
static size_t
read_plain(struct rb_shell_quote *q, size_t i)
{
	struct rb_quote_level *l = &q->levels[q->level];
	char c = q->text.p[i], before = i > 0 ? q->text.p[i - 1] : '\n';

	switch (c) {
	case '\'':
		q->inert = true;
		return skip_single(q, i, before == '$');
	case '"':
		l->doubled = true;
		return i + 1;
	case '#':
		q->inert = is_one_of(before, " \t\n;|&()") && !l->arithmetic;
		return q->inert ? line_end(q, i) : i + 1;
	case '$':
		if (byte_at(q, i + 1) != '(')
			return i + 1;
		push(q, byte_at(q, i + 2) == '(');
		return i + 2;
	case '(':
		l->parens++;
		return i + 1;
	case ')':
		close_paren(q);
		return i + 1;
	case '<':
		return byte_at(q, i + 1) == '<' && !l->arithmetic ? read_document(q, i) : i + 1;
	case '\n':
		if (q->document == RB_DOCUMENT_NEXT)
			q->document = RB_DOCUMENT;
		return i + 1;
	default:
		return i + 1;
	}
}

bool
rb_shell_quote_inert(struct rb_shell_quote *q, size_t at)
{
	if (at >= q->text.n)
		return false;
	while (q->to <= at) {
		size_t i = q->to;

		q->inert = false;
		if (q->document == RB_DOCUMENT) {
			read_line(q, i);
		} else if (q->text.p[i] == '\\') {
			q->inert = true;
			q->to = i + 2;
		} else if (q->levels[q->level].doubled) {
			q->to = read_doubled(q, i);
		} else {
			q->to = read_plain(q, i);
		}
	}
	return q->inert;
}
