/* SQL that writes: told by the first word of a statement, and by a few clauses and functions. No parser of
 * SQL: texts, names in quotes and comments are passed over, the rest is words. */
#include <string.h>
#include <strings.h>

#include "lint/change.h"

enum {
	NAME_MAX_BYTES = 48, /* longer words are none of ours */
	UNCLOSED_MAX = 16,   /* $tag$ without an end that are looked for; then they are taken for text */
};

enum statement { BEGINS, QUIET, PAIR, SELECTS, COPIES, EXPLAINS, WITHS };

struct sql {
	struct rb_str text;
	size_t i;
	unsigned parens, unclosed;
	enum statement in;
	struct rb_str first, last; /* words of the statement */
	bool analyzes;
};

static const char changing[] =
    "INSERT UPDATE DELETE DROP ALTER CREATE TRUNCATE GRANT REVOKE VACUUM REINDEX CLUSTER "
    "REFRESH MERGE REPLACE RENAME LOAD KILL FLUSH PURGE OPTIMIZE REPAIR";

/* Statements that change something by their second word. */
static const struct {
	const char *first, *seconds;
} pairs[] = {
    {"SET", "GLOBAL PERSIST"},
    {"START", "SLAVE REPLICA GROUP_REPLICATION"},
    {"STOP", "SLAVE REPLICA GROUP_REPLICATION"},
    {"CHANGE", "MASTER REPLICATION"},
    {"RESET", "MASTER SLAVE REPLICA"},
    {"COMMENT", "ON"},
};

static const char functions[] =
    "PG_TERMINATE_BACKEND PG_CANCEL_BACKEND PG_RELOAD_CONF PG_ROTATE_LOGFILE PG_PROMOTE PG_SWITCH_WAL "
    "PG_SWITCH_XLOG PG_WAL_REPLAY_PAUSE PG_WAL_REPLAY_RESUME PG_CREATE_RESTORE_POINT PG_BACKUP_START "
    "PG_BACKUP_STOP PG_START_BACKUP PG_STOP_BACKUP PG_DROP_REPLICATION_SLOT "
    "PG_CREATE_PHYSICAL_REPLICATION_SLOT PG_CREATE_LOGICAL_REPLICATION_SLOT PG_REPLICATION_SLOT_ADVANCE "
    "PG_STAT_RESET PG_STAT_STATEMENTS_RESET SETVAL NEXTVAL LO_UNLINK LO_IMPORT DBLINK_EXEC";

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_part(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static char
at(const struct sql *s, size_t i)
{
	return i < s->text.n ? s->text.p[i] : '\0';
}

static bool
is(struct rb_str word, const char *upper)
{
	return word.n == strlen(upper) && strncasecmp(word.p, upper, word.n) == 0;
}

static bool
listed(const char *list, struct rb_str word)
{
	char upper[NAME_MAX_BYTES];

	if (word.n > sizeof(upper))
		return false;
	for (size_t i = 0; i < word.n; i++)
		upper[i] = (char)(word.p[i] >= 'a' && word.p[i] <= 'z' ? word.p[i] - 'a' + 'A' : word.p[i]);
	return rb_shell_listed(list, (struct rb_str){upper, word.n});
}

/* ---- words ---- */

/* To behind the next `end`, or to the text's end. */
static void
skip_to(struct sql *s, struct rb_str end, size_t from)
{
	size_t found = rb_str_find(s->text, end, from);

	s->i = found != SIZE_MAX ? found + end.n : s->text.n;
}

/* "$" at i: $$ and $tag$ begin a text that ends with the same; $name is the shell's. */
static void
skip_dollar(struct sql *s)
{
	size_t from = s->i, end = s->i + 1, close;

	while (is_part(at(s, end)))
		end++;
	s->i = end;
	if (at(s, end) != '$' || s->unclosed >= UNCLOSED_MAX)
		return;
	close = rb_str_find(s->text, rb_str_cut(s->text, from, end + 1), end + 1);
	if (close != SIZE_MAX)
		s->i = close + (end + 1 - from);
	else
		s->unclosed++;
}

/* What is no word, at i. */
static void
skip_other(struct sql *s)
{
	char c = at(s, s->i);
	bool command = c == '\\' && s->in == BEGINS; /* of psql */

	if (c == '\'' || c == '"' || c == '`') {
		skip_to(s, rb_str_cut(s->text, s->i, s->i + 1), s->i + 1);
	} else if (command || (c == '-' && at(s, s->i + 1) == '-')) {
		skip_to(s, RB_STR("\n"), s->i);
	} else if (c == '/' && at(s, s->i + 1) == '*') {
		skip_to(s, RB_STR("*/"), s->i + 2);
	} else if (c == '$') {
		skip_dollar(s);
	} else {
		s->i++;
		s->parens += c == '(';
		s->parens -= c == ')' && s->parens > 0;
		if (c == ';') {
			s->in = BEGINS;
			s->parens = 0;
			s->last = RB_STR("");
		}
	}
}

static bool
next_word(struct sql *s, struct rb_str *word)
{
	while (s->i < s->text.n && !is_part(s->text.p[s->i]))
		skip_other(s);
	*word = rb_str_cut(s->text, s->i, s->i);
	while (is_part(at(s, s->i)) || (word->n > 0 && at(s, s->i) == '$')) {
		s->i++;
		word->n++;
	}
	return word->n > 0;
}

/* The character that comes next, blanks aside. */
static char
ahead(const struct sql *s)
{
	size_t i = s->i;

	while (at(s, i) == ' ' || at(s, i) == '\t' || at(s, i) == '\n')
		i++;
	return at(s, i);
}

/* ---- statements ---- */

static const char *
seconds_of(struct rb_str first)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (is(first, pairs[i].first))
			return pairs[i].seconds;
	}
	return NULL;
}

static enum statement
statement_of(struct rb_str first)
{
	if (seconds_of(first) != NULL)
		return PAIR;
	return is(first, "SELECT")    ? SELECTS
	       : is(first, "COPY")    ? COPIES
	       : is(first, "EXPLAIN") ? EXPLAINS
	       : is(first, "WITH")    ? WITHS
				      : QUIET;
}

/* A word within `with … as (…) …`. */
static struct rb_str
within_with(const struct sql *s, struct rb_str word)
{
	if ((is(word, "INTO") && listed("INSERT MERGE", s->last)) ||
	    (is(word, "FROM") && is(s->last, "DELETE")))
		return s->last;
	return is(word, "UPDATE") && !listed("FOR KEY", s->last) ? word : RB_STR("");
}

/* A word of a statement; what changes something, or empty. */
static struct rb_str
judge(struct sql *s, struct rb_str word)
{
	const struct rb_str none = RB_STR("");
	bool pair;

	if (ahead(s) == '(' && listed(functions, word))
		return word;
	switch (s->in) {
	case BEGINS:
		s->first = word;
		s->analyzes = false;
		s->in = statement_of(word);
		return listed(changing, word) ? word : none;
	case PAIR:
		pair = listed(seconds_of(s->first), word);
		s->in = QUIET;
		return pair ? rb_str_cut(s->text, (size_t)(s->first.p - s->text.p), s->i) : none;
	case SELECTS:
		return s->parens == 0 && is(word, "INTO") && ahead(s) != '@' ? word : none;
	case COPIES:
		if (s->parens > 0)
			return none;
		if (is(s->last, "TO") && !is(word, "STDOUT"))
			return s->first;
		return is(word, "FROM") ? s->first : none;
	case EXPLAINS:
		s->analyzes = s->analyzes || is(word, "ANALYZE") || is(word, "ANALYSE");
		if (listed(changing, word) && s->analyzes)
			return word;
		if (listed("SELECT WITH INSERT UPDATE DELETE MERGE", word))
			s->in = s->analyzes ? statement_of(word) : QUIET;
		return none;
	case WITHS:
		return within_with(s, word);
	case QUIET:
		break;
	}
	return none;
}

struct rb_str
rb_sql_change(struct rb_str sql)
{
	struct sql s = {.text = sql};
	struct rb_str word, found = RB_STR("");

	while (found.n == 0 && next_word(&s, &word)) {
		found = judge(&s, word);
		s.last = word;
	}
	return found;
}
