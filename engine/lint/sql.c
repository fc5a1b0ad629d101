/* SQL that writes: told by the first word of a statement, and by a few clauses and functions. No parser of
 * SQL: texts, names in quotes and comments are passed over, the rest is words. */
#include <string.h>
#include <strings.h>

#include "lint/change.h"
#include "lint/peek.h"

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
	struct rb_str command; /* one of psql or sqlite3 that changes something */
};

static const char changing[] =
    "INSERT UPDATE DELETE DROP ALTER CREATE TRUNCATE GRANT REVOKE VACUUM REINDEX CLUSTER "
    "REFRESH MERGE REPLACE RENAME LOAD KILL FLUSH PURGE OPTIMIZE REPAIR NOTIFY CHECKPOINT";

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
    {"ANALYZE", "TABLE"},
};

static const char functions[] =
    "PG_TERMINATE_BACKEND PG_CANCEL_BACKEND PG_RELOAD_CONF PG_ROTATE_LOGFILE PG_PROMOTE PG_SWITCH_WAL "
    "PG_SWITCH_XLOG PG_WAL_REPLAY_PAUSE PG_WAL_REPLAY_RESUME PG_CREATE_RESTORE_POINT PG_BACKUP_START "
    "PG_BACKUP_STOP PG_START_BACKUP PG_STOP_BACKUP PG_DROP_REPLICATION_SLOT "
    "PG_CREATE_PHYSICAL_REPLICATION_SLOT PG_CREATE_LOGICAL_REPLICATION_SLOT PG_REPLICATION_SLOT_ADVANCE "
    "PG_STAT_RESET PG_STAT_STATEMENTS_RESET PG_LOGICAL_SLOT_GET_CHANGES PG_NOTIFY PG_FILE_WRITE SETVAL "
    "NEXTVAL LO_UNLINK LO_IMPORT LO_EXPORT DBLINK_EXEC";

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

	while (rb_peek_name(rb_peek(s->text, end)))
		end++;
	s->i = end;
	if (rb_peek(s->text, end) != '$' || s->unclosed >= UNCLOSED_MAX)
		return;
	close = rb_str_find(s->text, rb_str_cut(s->text, from, end + 1), end + 1);
	if (close != SIZE_MAX)
		s->i = close + (end + 1 - from);
	else
		s->unclosed++;
}

/* ---- commands of the clients: \o FILE of psql, .output FILE of sqlite3 ---- */

/* The word at i, on the same line. */
static struct rb_str
argument(const struct sql *s)
{
	size_t from = s->i, end;

	while (rb_peek(s->text, from) == ' ' || rb_peek(s->text, from) == '\t')
		from++;
	for (end = from; end < s->text.n && !strchr(" \t\n;", s->text.p[end]);)
		end++;
	return rb_str_cut(s->text, from, end);
}

static bool
is_path(struct rb_str word)
{
	return rb_str_find(word, RB_STR("/"), 0) != SIZE_MAX || rb_str_find(word, RB_STR("."), 0) != SIZE_MAX;
}

/* "\" or "." at i. mysql has letters of its own, and goes on behind them: a file is told by its looks. */
static void
read_command(struct sql *s)
{
	bool dot = rb_peek(s->text, s->i) == '.', writes;
	size_t from = s->i++;
	struct rb_str name, to;

	while (rb_peek_name(rb_peek(s->text, s->i)))
		s->i++;
	name = rb_str_cut(s->text, from + 1, s->i);
	to = argument(s);
	if (!dot && rb_str_is(name, "copy")) {
		s->first = rb_str_cut(s->text, from, s->i);
		s->in = COPIES;
		return;
	}
	if (rb_str_starts(to, "|") || rb_shell_listed("/dev/null /dev/stdout stdout off", to))
		writes = false;
	else if (dot)
		writes = to.n > 0 &&
			 rb_shell_listed("backup output once save restore import clone log excel", name);
	else
		writes = (rb_shell_listed("o out", name) && to.n > 0) ||
			 (rb_shell_listed("g gx w write", name) && is_path(to)) ||
			 rb_shell_listed("lo_import lo_export lo_unlink password", name);
	if (writes)
		s->command = rb_str_cut(s->text, from, s->i);
	if (s->in == BEGINS)
		skip_to(s, RB_STR("\n"), s->i);
}

/* ---- between words ---- */

/* What is no word, at i. */
static void
skip_other(struct sql *s)
{
	char c = rb_peek(s->text, s->i);

	if (c == '\'' || c == '"' || c == '`') {
		skip_to(s, rb_str_cut(s->text, s->i, s->i + 1), s->i + 1);
	} else if (rb_peek_letter(rb_peek(s->text, s->i + 1)) &&
		   (c == '\\' || (c == '.' && s->in == BEGINS))) {
		read_command(s);
	} else if (c == '-' && rb_peek(s->text, s->i + 1) == '-') {
		skip_to(s, RB_STR("\n"), s->i);
	} else if (c == '/' && rb_peek(s->text, s->i + 1) == '*') {
		skip_to(s, RB_STR("*/"), s->i + 2);
	} else if (c == '$') {
		skip_dollar(s);
	} else {
		s->i++;
		s->parens += c == '(';
		s->parens -= c == ')' && s->parens > 0;
		/* \copy ends with its line. */
		if (c == ';' || (c == '\n' && s->in == COPIES && s->first.p[0] == '\\')) {
			s->in = BEGINS;
			s->parens = 0;
			s->last = RB_STR("");
		}
	}
}

static bool
next_word(struct sql *s, struct rb_str *word)
{
	while (s->i < s->text.n && s->command.n == 0 && !rb_peek_name(s->text.p[s->i]))
		skip_other(s);
	*word = rb_str_cut(s->text, s->i, s->i);
	if (s->command.n > 0)
		return false;
	while (rb_peek_name(rb_peek(s->text, s->i)) || (word->n > 0 && rb_peek(s->text, s->i) == '$')) {
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

	while (rb_peek(s->text, i) == ' ' || rb_peek(s->text, i) == '\t' || rb_peek(s->text, i) == '\n')
		i++;
	return rb_peek(s->text, i);
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
		if (is(word, "TO"))
			return rb_peek_letter(ahead(s)) || ahead(s) == '\0' ? none : s->first;
		if (is(s->last, "TO") && !listed("STDOUT PSTDOUT", word))
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
	return s.command.n > 0 ? s.command : found;
}
