/* What commands are: the shell's own, functions, programs; and what they are given to run: `sudo kill 1` runs
 * sudo and kill, `bash -c TEXT` all that the text says. Works on the commands that shell_words.c has read. */
#include <string.h>

#include "lang/shell_words_impl.h"

bool
rb_shell_listed(const char *list, struct rb_str word)
{
	struct rb_str all = rb_str_c(list);

	if (word.n == 0 || memchr(word.p, ' ', word.n) != NULL)
		return false;
	for (size_t at = rb_str_find(all, word, 0); at != SIZE_MAX; at = rb_str_find(all, word, at + 1)) {
		size_t end = at + word.n;

		if ((at == 0 || all.p[at - 1] == ' ') && (end == all.n || all.p[end] == ' '))
			return true;
	}
	return false;
}

size_t
rb_shell_option(const struct rb_shell_word *words, size_t n, size_t i, const char *values)
{
	struct rb_str w = words[i].text;
	size_t takes = 1;

	if (w.n < 2 || w.p[0] != '-' || rb_str_is(w, "--"))
		return 0;
	if (rb_shell_listed(values, w)) {
		takes = 2;
	} else if (w.p[1] != '-') {
		/* -xu user: the last of several letters may take the next word; one before takes the rest. */
		for (size_t k = 1; k < w.n; k++) {
			char letter[] = {'-', w.p[k]};

			if (rb_shell_listed(values, (struct rb_str){letter, sizeof(letter)})) {
				takes = k + 1 == w.n ? 2 : 1;
				break;
			}
		}
	}
	return takes <= n - i ? takes : n - i;
}

/* ---- what is the shell's own ---- */

static const char builtins[] = ". : [ [[ alias bg bind break builtin caller cd command compgen complete "
			       "compopt continue declare dirs disown "
			       "echo enable eval exec exit export false fc fg getopts hash help history jobs "
			       "kill let local logout mapfile popd "
			       "printf pushd pwd read readarray readonly return set shift shopt source "
			       "suspend test times trap true type "
			       "typeset ulimit umask unalias unset wait";

/* ---- what runs others ---- */

enum gives {
	WORDS,    /* behind its options and operands: a command */
	OPTION_C, /* a shell: the operand of -c, or what it reads */
	VALUE_C,  /* the value of -c */
	FIRST,    /* the first of several operands: a text */
	EITHER,   /* one word behind its options and operands is a text, several are a command */
};

static const struct giver {
	const char *names;
	enum gives gives;
	unsigned operands;   /* of its own, before the command */
	bool sets;           /* NAME=value may stand before the command */
	bool own;            /* the command may be the shell's own */
	const char *values;  /* options that take the next word */
	const char *instead; /* options with which it runs nothing */
	const char *shell;   /* where it is given nothing to run, it is a shell that reads its input: with one
				of these letters among its options, or ("") always */
} givers[] = {
    {"sudo doas", WORDS, .sets = true,
	.values =
	    "-u -g -h -p -C -T -r -t -D -R -U --user --group --host --prompt --chdir --chroot --role --type "
	    "--command-timeout --other-user --close-from",
	.instead = "-l --list -v --validate -e --edit", .shell = "si"},
    {"env", WORDS, .sets = true, .values = "-u -C --unset --chdir"},
    {"nice", WORDS, .values = "-n --adjustment"},
    {"ionice", WORDS, .values = "-c -n -p -P -u --class --classdata --pid", .instead = "-p --pid -P -u"},
    {"chrt", WORDS, .operands = 1, .values = "-T -P -D", .instead = "-p --pid"},
    {"taskset", WORDS, .operands = 1, .instead = "-p --pid"},
    {"timeout", WORDS, .operands = 1, .values = "-s -k --signal --kill-after"},
    {"nohup setsid unbuffer pkexec fakeroot ifne chronic", .gives = WORDS},
    {"gosu su-exec", WORDS, .operands = 1},
    {"setpriv", WORDS,
	.values = "--reuid --regid --ruid --euid --rgid --egid --groups --inh-caps --ambient-caps "
		  "--bounding-set --securebits --pdeathsig --selinux-label --apparmor-profile",
	.instead = "-d --dump"},
    {"unshare", WORDS, .values = "-R -w -S -G --root --wd --setuid --setgid --propagation"},
    {"numactl", WORDS, .values = "-i -N -m -C -p -S -L", .instead = "-s --show -H --hardware"},
    {"cgexec", WORDS, .values = "-g"},
    {"proxychains proxychains4", WORDS, .values = "-f"},
    {"sshpass", WORDS, .values = "-p -f -d -P"},
    {"systemd-inhibit", WORDS, .values = "--what --who --why --mode", .instead = "--list"},
    {"strace ltrace", WORDS,
	.values =
	    "-o -p -e -s -u -a -E -O -S -b -I -P -U -X -l -n -x -D --attach --output --trace --string-limit",
	.instead = "-p --attach"},
    {"stdbuf", WORDS, .values = "-i -o -e --input --output --error"},
    {"exec", WORDS, .values = "-a"},
    {"command", WORDS, .own = true, .instead = "-v -V"},
    {"builtin", WORDS, .own = true},
    {"time", WORDS, .values = "-f -o --format --output"},
    {"xargs", WORDS,
	.values =
	    "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-lines --max-procs --max-chars "
	    "--replace"},
    {"parallel", EITHER,
	.values = "-a -j -n -N -L -I -S -C -d -P --jobs --max-args --max-procs --colsep --delay --timeout "
		  "--retries --joblog --results --sshlogin --tmpdir --load --arg-file",
	.shell = ""},
    {"busybox", WORDS, .instead = "--list --install"},
    {"runuser", WORDS, .values = "-u -g -G --user --group -c --command", .instead = "-c --command"},
    {"flock", EITHER, .operands = 1, .values = "-w --timeout --wait -E --conflict-exit-code -c --command",
	.instead = "-c --command"},
    {"watch", EITHER, .values = "-n --interval"},
    {"bash sh dash ash zsh ksh mksh", OPTION_C, .values = "-o -O --rcfile --init-file"},
    {"su", VALUE_C, .values = "-c --command -s --shell -g -G --group", .shell = ""},
    {"runuser flock", VALUE_C, .values = "-c --command -s --shell -g -G -u --user --group"},
    {"script", VALUE_C, .values = "-c --command"},
    {"eval", EITHER, .own = true},
    {"trap", FIRST, .own = true, .instead = "-p -l"},
};

struct rb_shell_command *
rb_shell_insert(struct rb_shell_found *f, struct rb_shell_command *after, struct rb_shell_command *c)
{
	c->next = after->next;
	after->next = c;
	if (f->end == &after->next)
		f->end = &c->next;
	return c;
}

/* Behind the command's options, the settings before its own command, and its own operands; 0 where nothing is
 * left, or an option says that it runs nothing. */
static size_t
behind(const struct giver *g, const struct rb_shell_command *c)
{
	unsigned operands = g->operands;
	size_t i = 1;

	while (i < c->nwords) {
		struct rb_str w = c->words[i].text;
		size_t takes = rb_shell_option(c->words, c->nwords, i, g->values);

		if (rb_shell_listed(g->instead, rb_str_cut(w, 0, rb_str_find(w, RB_STR("="), 0))))
			return 0;
		if (takes > 0 || rb_str_is(w, "--"))
			i += takes > 0 ? takes : 1;
		else if (g->sets && rb_str_find(w, RB_STR("="), 0) != SIZE_MAX)
			i++;
		else if (operands > 0) {
			operands--;
			i++;
		} else
			return i;
	}
	return 0;
}

/* The value of the option -c or --command; NULL if there is none. */
static const struct rb_shell_word *
value_c(const struct giver *g, const struct rb_shell_command *c)
{
	for (size_t i = 1; i < c->nwords; i++) {
		size_t takes = rb_shell_option(c->words, c->nwords, i, g->values);

		if (takes == 2 &&
		    (rb_str_ends(c->words[i].text, "c") || rb_str_is(c->words[i].text, "--command")))
			return &c->words[i + 1];
		i += takes > 0 ? takes - 1 : 0;
	}
	return NULL;
}

/* What a shell reads as its commands. */
static const struct rb_shell_word *
commands_of(struct rb_shell_found *f, struct rb_shell_command *c)
{
	bool piped;

	c->unseen = rb_shell_source(c, &piped) != NULL;
	return rb_shell_input(f->arena, c);
}

/* What a shell is to run: the first operand if there is a -c, else its input if there is no script. */
static const struct rb_shell_word *
script_of(struct rb_shell_found *f, const struct giver *g, struct rb_shell_command *c)
{
	bool text = false, input = false, options = true;

	for (size_t i = 1; i < c->nwords; i++) {
		struct rb_str w = c->words[i].text;
		size_t takes = options ? rb_shell_option(c->words, c->nwords, i, g->values) : 0;

		if (options && (rb_str_is(w, "-") || rb_str_is(w, "--"))) {
			options = false;
			continue;
		}
		if (takes == 0 && (!options || w.n < 2 || w.p[0] != '+')) {
			input = input || rb_str_is(w, "/dev/stdin");
			c->unseen = !text && rb_str_starts(w, "<(");
			return text ? &c->words[i] : input ? commands_of(f, c) : NULL;
		}
		text = text || (w.p[1] != '-' && w.p[0] == '-' && memchr(w.p, 'c', w.n) != NULL);
		input = input || rb_str_is(w, "-s");
		i += takes > 0 ? takes - 1 : 0;
	}
	return text ? NULL : commands_of(f, c);
}

/* Whether what is given nothing to run reads its input as a shell does. */
static bool
reads_input(const struct giver *g, const struct rb_shell_command *c)
{
	if (g->shell == NULL || g->shell[0] == '\0')
		return g->shell != NULL;
	for (size_t i = 1; i < c->nwords; i++) {
		struct rb_str w = c->words[i].text;
		size_t takes = rb_shell_option(c->words, c->nwords, i, g->values);

		for (size_t k = 1; takes > 0 && w.p[1] != '-' && k < w.n; k++) {
			if (rb_shell_one_of(w.p[k], g->shell))
				return true;
		}
		i += takes > 0 ? takes - 1 : 0;
	}
	return false;
}

/* Reads a text that is run, and puts its commands behind c. Returns the last of them. */
static struct rb_shell_command *
give_text(struct rb_shell_found *f, struct rb_shell_command *c, const struct rb_shell_word *text)
{
	struct rb_shell_found inner;

	if (text == NULL || f->texts >= RB_SHELL_TEXTS || rb_str_is(text->text, "-"))
		return c;
	rb_shell_found_init(&inner, f->arena);
	inner.texts = f->texts + 1;
	inner.values = f->values;
	rb_shell_read_text(&inner, text);
	/* Beside a word of its own it has its input left, which one command reads: the first. */
	if (inner.first != NULL && text >= c->words && text < c->words + c->nwords)
		inner.first->runner = c;
	rb_shell_follow(&inner);
	rb_shell_give(&inner, true);
	while (inner.first != NULL) {
		struct rb_shell_command *next = inner.first->next;

		c = rb_shell_insert(f, c, inner.first);
		inner.first = next;
	}
	return c;
}

static enum rb_shell_runs
runs_of(const struct rb_shell_word *w, bool own)
{
	if (!w->constant)
		return RB_RUNS_UNKNOWN;
	return own && rb_shell_listed(builtins, w->text) ? RB_RUNS_BUILTIN : RB_RUNS_PROGRAM;
}

/* The command that its words are from `at` on, put behind it, which comes next. */
static void
give_words(struct rb_shell_found *f, const struct giver *g, struct rb_shell_command *c, size_t at)
{
	struct rb_shell_command *given = RB_NEW(f->arena, struct rb_shell_command);
	unsigned runners = 1;

	for (const struct rb_shell_command *by = c->given_to; by != NULL; by = by->given_to)
		runners++;
	if (runners >= RB_SHELL_GIVEN)
		return;
	given->nwords = c->nwords - at;
	given->words = c->words + at;
	given->runs = runs_of(given->words, g->own);
	given->given_to = c;
	given->runner = c;
	given->feeds_on = c->feeds_on;
	rb_shell_insert(f, c, given);
}

/* Whether the words from `at` on are a text that a shell reads: one word, or one that has blanks in it. */
static bool
is_text(const struct rb_shell_command *c, size_t at)
{
	const struct rb_shell_word *w = &c->words[at];

	return at + 1 == c->nwords || (w->text.n > 0 && memchr(w->text.p, ' ', w->text.n) != NULL);
}

/* Adds what the command is given to run. Returns the last command that needs no further look. */
static struct rb_shell_command *
give(struct rb_shell_found *f, const struct giver *g, struct rb_shell_command *c)
{
	size_t at = behind(g, c);
	const struct rb_shell_word *text = NULL;

	switch (g->gives) {
	case WORDS:
		break;
	case OPTION_C:
		return give_text(f, c, script_of(f, g, c));
	case VALUE_C:
		text = value_c(g, c);
		if (text == NULL && reads_input(g, c))
			text = commands_of(f, c);
		return give_text(f, c, text);
	case FIRST:
		return at > 0 && at + 1 < c->nwords ? give_text(f, c, &c->words[at]) : c;
	case EITHER:
		if (at > 0 && is_text(c, at))
			return give_text(f, c, &c->words[at]);
		break;
	}
	if (at > 0)
		give_words(f, g, c, at);
	else if (reads_input(g, c))
		return give_text(f, c, commands_of(f, c));
	return c;
}

void
rb_shell_found_init(struct rb_shell_found *f, struct rb_arena *arena)
{
	*f = (struct rb_shell_found){.arena = arena, .end = &f->first};
	rb_map_init(&f->functions, arena);
}

void
rb_shell_give(struct rb_shell_found *f, bool shell)
{
	for (struct rb_shell_command *c = f->first, *last; c != NULL; c = last->next) {
		last = c;
		if (c->nwords == 0)
			continue;
		if (c->given_to == NULL)
			c->runs = runs_of(c->words, shell);
		if (c->given_to == NULL && rb_map_get(&f->functions, c->words[0].text) != NULL)
			c->runs = RB_RUNS_FUNCTION;
		if (c->runs != RB_RUNS_PROGRAM && c->runs != RB_RUNS_BUILTIN)
			continue;
		for (size_t k = 0; k < sizeof(givers) / sizeof(givers[0]) && last == c; k++) {
			if (rb_shell_listed(givers[k].names, rb_str_file(c->words[0].text)))
				last = give(f, &givers[k], c);
		}
	}
}

struct rb_shell_command *
rb_shell_argv(
    struct rb_arena *arena, struct rb_shell_word *words, size_t n, const struct rb_shell_command *runner)
{
	struct rb_shell_command *c = RB_NEW(arena, struct rb_shell_command);
	struct rb_shell_found found;
	struct rb_map values;

	if (n == 0)
		return NULL;
	rb_shell_found_init(&found, arena);
	rb_map_init(&values, arena);
	found.values = &values;
	c->nwords = n;
	c->words = words;
	c->runner = runner;
	found.first = c;
	found.end = &c->next;
	rb_shell_give(&found, false);
	return found.first;
}
