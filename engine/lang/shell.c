/* Reading a shell text for the names in it. This is no parser of the shell: it has to find every name that
 * might be read, and may find one too many, which costs a variable in the environment. */
#include "lang/shell.h"

#include <string.h>

enum {
	NEAR = 256,        /* bytes ahead in which the end of {{…}} or […] is looked for */
	OPERANDS_MAX = 32, /* words of one command that may be names it sets */
	LEVELS_MAX = 32,   /* nested $(…) and $((…)); what is deeper is read as its surroundings */
};

struct level {
	bool arithmetic; /* names need no $ */
	unsigned parens; /* open in it */
};

struct shell {
	struct rb_str text;
	void (*fn)(void *ctx, const struct rb_shell_item *item);
	void *ctx;
	unsigned level;
	struct level levels[LEVELS_MAX];
};

static bool
is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static char
byte_at(const struct shell *s, size_t i)
{
	return i < s->text.n ? s->text.p[i] : '\0';
}

/* The name at i; empty if none begins there. */
static struct rb_str
name_at(const struct shell *s, size_t i)
{
	size_t end = i;

	while (is_name_start(byte_at(s, end)) || (end > i && is_digit(byte_at(s, end))))
		end++;
	return rb_str_cut(s->text, i, end);
}

/* The name at i with the dotted names that follow it; empty if none begins there. */
static struct rb_str
path_at(const struct shell *s, size_t i)
{
	size_t end = i + name_at(s, i).n;

	while (end > i && byte_at(s, end) == '.' && is_name_start(byte_at(s, end + 1)))
		end += 1 + name_at(s, end + 1).n;
	return rb_str_cut(s->text, i, end);
}

static void
tell(struct shell *s, enum rb_shell_kind kind, struct rb_str text, size_t from, size_t to, bool guarded)
{
	struct rb_shell_item item = {.kind = kind,
	    .text = text,
	    .at = (size_t)(text.p - s->text.p),
	    .from = from,
	    .to = to,
	    .guarded = guarded};

	if (text.n > 0)
		s->fn(s->ctx, &item);
}

static void
tell_name(struct shell *s, enum rb_shell_kind kind, struct rb_str name, bool guarded)
{
	size_t at = (size_t)(name.p - s->text.p);

	tell(s, kind, name, at, at + name.n, guarded);
}

/* ---- expansions ---- */

/* "${…" at i. Returns where to go on: right after the name, since more names may follow inside. */
static size_t
read_braces(struct shell *s, size_t i)
{
	size_t at = i + 2, end;
	struct rb_str name, path;
	char op;

	/* ${#name} is a length, ${!name} goes through the name; ${#} and ${!} are the shell's own. */
	if (is_one_of(byte_at(s, at), "#!") && is_name_start(byte_at(s, at + 1)))
		at++;
	name = name_at(s, at);
	path = path_at(s, at);
	end = at + name.n;
	if (path.n > name.n) {
		end = at + path.n;
		end += byte_at(s, end) == '}';
		tell(s, RB_SHELL_BRACED, path, i, end, false);
		return end;
	}
	op = byte_at(s, byte_at(s, end) == ':' ? end + 1 : end);
	if (op == '=')
		tell_name(s, RB_SHELL_SET, name, false);
	tell_name(s, RB_SHELL_READ, name, is_one_of(op, "-+="));
	return name.n > 0 ? end : i + 1;
}

static void
push(struct shell *s, bool arithmetic)
{
	if (s->level + 1 < LEVELS_MAX)
		s->levels[++s->level] = (struct level){.arithmetic = arithmetic};
	else
		s->levels[s->level].parens += arithmetic ? 2 : 1;
}

/* "$" at i. Returns where to go on. */
static size_t
read_dollar(struct shell *s, size_t i)
{
	struct rb_str name = name_at(s, i + 1), path = path_at(s, i + 1);

	if (path.n > name.n)
		tell(s, RB_SHELL_DOTTED, path, i, i + 1 + path.n, false);
	if (name.n > 0) {
		tell_name(s, RB_SHELL_READ, name, false);
		return i + 1 + name.n;
	}
	if (byte_at(s, i + 1) == '{')
		return read_braces(s, i);
	if (byte_at(s, i + 1) == '(') {
		bool arithmetic = byte_at(s, i + 2) == '(';

		push(s, arithmetic);
		return i + (arithmetic ? 3 : 2);
	}
	return byte_at(s, i + 1) == '$' ? i + 2 : i + 1; /* $$ is a process; a name after it is text */
}

/* A parenthesis at i. Returns where to go on. */
static size_t
read_paren(struct shell *s, size_t i)
{
	struct level *l = &s->levels[s->level];
	bool twice = byte_at(s, i + 1) == s->text.p[i];

	if (s->text.p[i] == '(' && twice && !l->arithmetic) {
		push(s, true); /* the command ((…)) */
		return i + 2;
	}
	if (s->text.p[i] == '(') {
		l->parens++;
	} else if (l->parens > 0) {
		l->parens--;
	} else if (s->level > 0) {
		s->level--;
		return l->arithmetic && twice ? i + 2 : i + 1;
	}
	return i + 1;
}

/* A letter or digit at i, inside of arithmetic. Returns where to go on. */
static size_t
read_operand(struct shell *s, size_t i)
{
	struct rb_str name = name_at(s, i);
	size_t end = i + name.n;

	if (name.n == 0) {
		while (is_digit(byte_at(s, end)) || is_name_start(byte_at(s, end)) || byte_at(s, end) == '#')
			end++; /* 0x1f, 16#ff */
		return end;
	}
	while (is_blank(byte_at(s, end)))
		end++;
	if (byte_at(s, end) == '=' && byte_at(s, end + 1) != '=')
		tell_name(s, RB_SHELL_SET, name, false);
	tell_name(s, RB_SHELL_READ, name, false);
	return i + name.n;
}

/* "{{" at i. Templates of Go ({{.Names}}, {{json .State}}) are not names alone. */
static void
read_moustache(struct shell *s, size_t i)
{
	struct rb_str ahead = rb_str_cut(s->text, i, i + NEAR);
	size_t close = rb_str_find(ahead, RB_STR("}}"), 2);
	struct rb_str inside, path;

	if (close == SIZE_MAX)
		return;
	inside = rb_str_trim(rb_str_cut(ahead, 2, close));
	if (inside.n == 0)
		return;
	path = path_at(s, (size_t)(inside.p - s->text.p));
	if (path.n == inside.n)
		tell(s, RB_SHELL_MOUSTACHE, path, i, i + close + 2, false);
}

/* ---- what the text sets ---- */

enum operands { AFTER_OPTION, FIRST, SECOND, ALL };

/* Commands whose operands are names that they set. */
static const struct {
	const char *word;
	enum operands names;
} setters[] = {
    {"read", ALL},
    {"local", ALL},
    {"export", ALL},
    {"declare", ALL},
    {"typeset", ALL},
    {"readonly", ALL},
    {"unset", ALL},
    {"let", ALL},
    {"mapfile", ALL},
    {"readarray", ALL},
    {"for", FIRST},
    {"select", FIRST},
    {"getopts", SECOND},
    {"printf", AFTER_OPTION},
};

static const char WORD_ENDS[] = " \t\n;|&<>()";

/* Tells the names among the operands that begin at i. Options are passed over, but for what follows -v
 * (printf -v name) and -a (read -a name). */
static void
read_operands(struct shell *s, size_t i, enum operands names)
{
	bool option = false;

	for (unsigned word = 1; word <= OPERANDS_MAX && is_blank(byte_at(s, i));) {
		bool dash;

		while (is_blank(byte_at(s, i)))
			i++;
		dash = byte_at(s, i) == '-';
		if (!dash && (option || names == ALL || (names == FIRST && word == 1) ||
				 (names == SECOND && word == 2)))
			tell_name(s, RB_SHELL_SET, name_at(s, i), false);
		option = dash && is_one_of(byte_at(s, i + 1), "va");
		word += !dash;
		if (names == FIRST && word > 1)
			return;
		while (i < s->text.n && !is_one_of(s->text.p[i], WORD_ENDS))
			i++;
	}
}

/* A word can begin at i: "name=", "name+=", "name[…]=", or a command that sets names. */
static void
read_word(struct shell *s, size_t i)
{
	struct rb_str name = name_at(s, i);
	size_t end = i + name.n;

	if (name.n == 0)
		return;
	if (rb_str_is(name, "source") || rb_str_is(name, "eval"))
		tell_name(s, RB_SHELL_OPEN, name, false);
	for (size_t k = 0; k < sizeof(setters) / sizeof(setters[0]); k++) {
		if (rb_str_is(name, setters[k].word))
			read_operands(s, end, setters[k].names);
	}
	if (byte_at(s, end) == '[') {
		size_t close = rb_str_find(rb_str_cut(s->text, end, end + NEAR), RB_STR("]"), 0);

		end += close != SIZE_MAX ? close + 1 : 0;
	}
	end += byte_at(s, end) == '+';
	if (byte_at(s, end) == '=')
		tell_name(s, RB_SHELL_SET, name, false);
}

/* "{" at i, where a word can begin: {name}>file sets the name. */
static void
read_descriptor(struct shell *s, size_t i)
{
	struct rb_str name = name_at(s, i + 1);
	size_t end = i + 1 + name.n;

	if (name.n > 0 && byte_at(s, end) == '}' && is_one_of(byte_at(s, end + 1), "<>"))
		tell_name(s, RB_SHELL_SET, name, false);
}

/* Whether a command can begin at i: `find . -name x` does not read the file -name. */
static bool
begins_command(const struct shell *s, size_t i)
{
	static const char *const words[] = {"then", "do", "else"};
	size_t end = i, from;

	while (end > 0 && is_blank(s->text.p[end - 1]))
		end--;
	if (end == 0 || is_one_of(s->text.p[end - 1], "\n;|&({"))
		return true;
	for (from = end; from > 0 && is_name_start(s->text.p[from - 1]); from--)
		;
	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		if (rb_str_is(rb_str_cut(s->text, from, end), words[k]))
			return true;
	}
	return false;
}

/* ---- the text ---- */

void
rb_shell_read(struct rb_str text, void (*fn)(void *ctx, const struct rb_shell_item *item), void *ctx)
{
	struct shell s = {.text = text, .fn = fn, .ctx = ctx};
	bool fresh = true; /* a word can begin here */
	size_t i = 0;

	while (i < text.n) {
		char c = text.p[i];
		size_t next = i + 1;

		if (c == '$')
			next = read_dollar(&s, i);
		else if (c == '(' || c == ')')
			next = read_paren(&s, i);
		else if (s.levels[s.level].arithmetic && (is_name_start(c) || is_digit(c)))
			next = read_operand(&s, i);
		else if (fresh && is_name_start(c))
			read_word(&s, i);
		else if (c == '{' && byte_at(&s, i + 1) == '{')
			read_moustache(&s, i);
		else if (c == '{' && fresh)
			read_descriptor(&s, i);
		else if (c == '.' && is_blank(byte_at(&s, i + 1)) && begins_command(&s, i))
			tell(&s, RB_SHELL_OPEN, rb_str_cut(text, i, i + 1), i, i + 1, false);
		fresh = is_one_of(text.p[next - 1], " \t\n;|&({`!\"'");
		i = next;
	}
}
