/* The commands of shell texts: what is found, where it stands, and that any bytes are read. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "lang/shell_words.h"

static const char *const signs[] = {
    [RB_REDIRECT_READ] = "<",
    [RB_REDIRECT_WRITE] = ">",
    [RB_REDIRECT_BOTH] = "<>",
    [RB_REDIRECT_COPY] = "&",
    [RB_REDIRECT_DOCUMENT] = "<<",
    [RB_REDIRECT_TEXT] = "<<<",
};

/* Each as "KIND:word|word", with a * after words that are not constant, ">file" and ^ after what it feeds on;
 * several with " ; ". */
static void
show(const struct rb_shell_command *c, struct rb_buf *out)
{
	rb_buf_clear(out);
	for (; c != NULL; c = c->next) {
		rb_buf_char(out, "-pbfu"[c->runs]);
		rb_buf_char(out, ':');
		for (size_t i = 0; i < c->nwords; i++) {
			rb_buf_c(out, i > 0 ? "|" : "");
			rb_buf_str(out, c->words[i].text);
			rb_buf_c(out, c->words[i].constant ? "" : "*");
		}
		for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next)
			rb_buf_fmt(out, " %s%.*s%s", signs[r->how], RB_STR_ARG(r->to.text),
			    r->to.constant ? "" : "*");
		if (c->feeds_on != NULL && c->feeds_on->nwords > 0)
			rb_buf_fmt(out, " ^%.*s", RB_STR_ARG(c->feeds_on->words[0].text));
		rb_buf_c(out, c->next != NULL ? " ; " : "");
	}
}

static void
check(const char *text, const char *expected)
{
	struct rb_arena arena;
	struct rb_buf out;

	rb_arena_init(&arena, NULL);
	rb_buf_init(&out, NULL, 1 << 20);
	show(rb_shell_commands(&arena, rb_str_c(text)), &out);
	if (strcmp(rb_buf_cstr(&out), expected) != 0)
		fail_msg("\n%s\n  gives    %s\n  expected %s", text, rb_buf_cstr(&out), expected);
	rb_buf_free(&out);
	rb_arena_free(&arena);
}

static void
words(void **state)
{
	static const char *const rows[][2] = {
	    {"", ""},
	    {" \n\t# nothing\n", ""},
	    {"ls -l  /tmp", "p:ls|-l|/tmp"},
	    {"ls -l\\\n /tmp", "p:ls|-l|/tmp"},
	    {"l\\\ns a#b # c", "p:ls|a#b"},
	    {"echo 'a b' \"c d\" e\\ f ''", "b:echo|a b|c d|e f|"},
	    {"echo a'b'\"c\"\\d", "b:echo|abcd"},
	    {"echo \"a\\\"b\\$c\\d\\\\\"", "b:echo|a\"b$c\\d\\"},
	    {"echo $'a\\'b' $\"c\"", "b:echo|a\\'b|c"},
	    {"echo $x ${x:-a b} \"$x y\" $1 $? $", "b:echo|$x*|${x:-a b}*|$x y*|$1*|$?*|$"},
	    {"echo ${x:-\"}\"} ${y:-'}'} z", "b:echo|${x:-\"}\"}*|${y:-'}'}*|z"},
	    {"echo $((1 + (2 * x))) a", "b:echo|$((1 + (2 * x)))*|a"},
	    {"a=1 b=$x c+=2 d[0]=3 ls e=4", "p:ls|e=4"},
	    {"a=(1 'b c' $(d e)) f", "p:d|e ; p:f"},
	    {"a=1", ""},
	    {"\"a\"=1", "p:a=1"},
	    {"$x a", "u:$x*|a"},
	    {"~/bin/x *.log {a,b}", "p:~/bin/x|*.log|{a,b}"},
	    {"ls !(a|b) @(c|d)", "p:ls|!(a|b)|@(c|d)"},
	    {"'ls", "p:ls"},
	    {"\"ls", "p:ls"},
	    {"ls \\", "p:ls|\\"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1]);
}

static void
commands(void **state)
{
	static const char *const rows[][2] = {
	    {"a; b & c && d || e\nf", "p:a ; p:b ; p:c ; p:d ; p:e ; p:f"},
	    {"a | b |& c", "p:a ; p:b ^a ; p:c ^b"},
	    {"a |\n b; c", "p:a ; p:b ^a ; p:c"},
	    {"a || b", "p:a ; p:b"},
	    {"a && b | c", "p:a ; p:b ; p:c ^b"},
	    {"(a; b) | c", "p:a ; p:b ; p:c"},
	    {"{ a; b; } >f | c", "p:a ; p:b ; -: >f ; p:c"},
	    {"! a && time -p b", "p:a ; p:b"},
	    {"if a; then b; elif c; then d; else e; fi", "p:a ; p:b ; p:c ; p:d ; p:e"},
	    {"while read -r x; do a; done <f", "b:read|-r|x ; p:a ; -: <f"},
	    {"until a\ndo\nb\ndone", "p:a ; p:b"},
	    {"for x in a b $(c); do d $x; done", "p:c ; p:d|$x*"},
	    {"for x do a; done", "p:a"},
	    {"for x\nin a\ndo b\ndone", "p:b"},
	    {"for ((i = 0; i < 3; i++)); do a; done", "p:a"},
	    {"case $x in a|b) c;; (d) e ;& *) f; esac; g", "p:c ; p:e ; p:f ; p:g"},
	    {"case $x in esac; a", "p:a"},
	    {"case $(a) in b) case c in d) e;; esac;; f) g;; esac >h", "p:a ; p:e ; p:g ; -: >h"},
	    {"$(case x in a) b;; esac)", "p:b ; u:$(case x in a) b;; esac)*"},
	    {"f() { a; }; f 1; g", "p:a ; f:f|1 ; p:g"},
	    {"function f { a; }\nf", "p:a ; f:f"},
	    {"f; f () (a)", "f:f ; p:a"},
	    {"[[ -f x && $a < b ]] && c", "b:[[|-f|x|$a*|b|]] ; p:c"},
	    {"[[ $a =~ ^(x|y)$ ]]; c", "b:[[|$a*|=~|^|x|y|$|]] ; p:c"},
	    {"((i++)); a", "p:a"},
	    {"echo do done if", "b:echo|do|done|if"},
	    {"'if' a", "p:if|a"},
	    {"a $(b | c \"$(d)\") e", "p:b ; p:d ; p:c|$(d)* ^b ; p:a|$(b | c \"$(d)\")*|e"},
	    {"a `b \\`c\\`` \"`d`\"", "p:b|`c` ; p:d ; p:a|`b \\`c\\``*|`d`*"},
	    {"a <(b) > >(c)", "p:b ; p:c ; p:a|<(b)* >>(c)*"},
	    {"echo ${x:-$(a)} \"${y:-`b`}\"", "p:a ; p:b ; b:echo|${x:-$(a)}*|${y:-`b`}*"},
	    {"echo $((1 + $(a)))", "p:a ; b:echo|$((1 + $(a)))*"},
	    {"a) b", "p:a ; p:b"},
	    {"fi; done; esac; }; a", "p:a"},
	    {"coproc a", "p:a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1]);
}

static void
redirections(void **state)
{
	static const char *const rows[][2] = {
	    {"a >b 2>>c <d >|e &>f &>>g <>h", "p:a >b >c <d >e >f >g <>h"},
	    {"a 2>&1 >&2 3>&- <&4 >&$x >&5-", "p:a &1 &2 &- &4 &$x* &5-"},
	    {"a >&b", "p:a >b"},
	    {"> b a c", "p:a|c >b"},
	    {"> b", "-: >b"},
	    {"a {fd}>b c", "p:a|c >b"},
	    {"a {b} 2", "p:a|{b}|2"},
	    {"a <<<'b c'", "p:a <<<b c"},
	    {"a <<E | b\nx $y\nE\nc", "p:a <<x $y\n* ; p:b ^a ; p:c"},
	    {"a <<'E'; b\nx $(c)\nE\nd", "p:a <<x $(c)\n ; p:b ; p:d"},
	    {"a <<E\n$(b)\nE", "p:a <<$(b)\n* ; p:b"},
	    {"a <<-E\n\tx\n\tE\nb", "p:a <<\tx\n ; p:b"},
	    {"a <<A <<B\n1\nA\n2\nB\nc", "p:a <<1\n <<2\n ; p:c"},
	    {"a <<E\nx", "p:a <<x"},
	    {"a <<E", "p:a <<"},
	    {"a >", "p:a"},
	    {"a > ; b", "p:a ; p:b"},
	    {"sql() { psql <<E\nx\nE\n}; sql", "p:psql <<x\n ; f:sql"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1]);
}

static void
given(void **state)
{
	static const char *const rows[][2] = {
	    {"sudo -u app -E X=1 kill 1", "p:sudo|-u|app|-E|X=1|kill|1 ; p:kill|1"},
	    {"sudo -nu app kill", "p:sudo|-nu|app|kill ; p:kill"},
	    {"sudo -l", "p:sudo|-l"},
	    {"sudo -- a", "p:sudo|--|a ; p:a"},
	    {"sudo $o a", "p:sudo|$o*|a ; u:$o*|a"},
	    {"doas a", "p:doas|a ; p:a"},
	    {"env -i A=b -u C a", "p:env|-i|A=b|-u|C|a ; p:a"},
	    {"env", "p:env"},
	    {"nice -n 5 a", "p:nice|-n|5|a ; p:a"},
	    {"ionice -c3 a", "p:ionice|-c3|a ; p:a"},
	    {"ionice -p 1", "p:ionice|-p|1"},
	    {"chrt 5 a", "p:chrt|5|a ; p:a"},
	    {"taskset 1 a", "p:taskset|1|a ; p:a"},
	    {"taskset -p 1 2", "p:taskset|-p|1|2"},
	    {"timeout -s KILL 5 a", "p:timeout|-s|KILL|5|a ; p:a"},
	    {"timeout --signal=KILL \"$t\" a", "p:timeout|--signal=KILL|$t*|a ; p:a"},
	    {"nohup a", "p:nohup|a ; p:a"},
	    {"setsid -f a", "p:setsid|-f|a ; p:a"},
	    {"stdbuf -oL a", "p:stdbuf|-oL|a ; p:a"},
	    {"unbuffer a", "p:unbuffer|a ; p:a"},
	    {"exec -a x a", "b:exec|-a|x|a ; p:a"},
	    {"exec 3<>/dev/tcp/h/1", "b:exec <>/dev/tcp/h/1"},
	    {"command -v a", "b:command|-v|a"},
	    {"command kill 1; command a", "b:command|kill|1 ; b:kill|1 ; b:command|a ; p:a"},
	    {"builtin echo", "b:builtin|echo ; b:echo"},
	    {"/usr/bin/time -f %e a", "p:/usr/bin/time|-f|%e|a ; p:a"},
	    {"a | xargs -r -n 1 b", "p:a ; p:xargs|-r|-n|1|b ^a ; p:b ^a"},
	    {"busybox a", "p:busybox|a ; p:a"},
	    {"busybox --list", "p:busybox|--list"},
	    {"flock -w 5 /l a b", "p:flock|-w|5|/l|a|b ; p:a|b"},
	    {"flock /l -c 'a; b'", "p:flock|/l|-c|a; b ; p:a ; p:b"},
	    {"watch -n 1 'a | b'", "p:watch|-n|1|a | b ; p:a ; p:b ^a"},
	    {"runuser -u app -- a", "p:runuser|-u|app|--|a ; p:a"},
	    {"su - app -c 'a b'", "p:su|-|app|-c|a b ; p:a|b"},
	    {"sudo nice timeout 5 a", "p:sudo|nice|timeout|5|a ; p:nice|timeout|5|a ; p:timeout|5|a ; p:a"},
	    {"bash -c 'a; b' c", "p:bash|-c|a; b|c ; p:a ; p:b"},
	    {"sh -euc \"a $x\"; c", "p:sh|-euc|a $x* ; p:a|$x* ; p:c"},
	    {"bash -o pipefail -c a", "p:bash|-o|pipefail|-c|a ; p:a"},
	    {"bash +x -c a", "p:bash|+x|-c|a ; p:a"},
	    {"bash --norc -c a", "p:bash|--norc|-c|a ; p:a"},
	    {"bash x.sh -c a", "p:bash|x.sh|-c|a"},
	    {"bash -c \"bash -c 'a'\"", "p:bash|-c|bash -c 'a' ; p:bash|-c|a ; p:a"},
	    {"bash -c \"$(a) b\"", "p:a ; p:bash|-c|$(a) b* ; u:$(a)*|b"},
	    {"bash <<E\na\nE", "p:bash <<a\n ; p:a"},
	    {"sudo bash -s x <<'E'\na $1\nE", "p:sudo|bash|-s|x <<a $1\n ; p:bash|-s|x ; p:a|$1*"},
	    {"bash x <<E\na\nE", "p:bash|x <<a\n"},
	    {"bash - <<E\na\nE", "p:bash|- <<a\n ; p:a"},
	    {"bash -s -- x <<E\na\nE", "p:bash|-s|--|x <<a\n ; p:a"},
	    {"bash /dev/stdin <<E\na\nE", "p:bash|/dev/stdin <<a\n ; p:a"},
	    {"bash -c -- a", "p:bash|-c|--|a ; p:a"},
	    {"sudo -u x -s <<E\na\nE", "p:sudo|-u|x|-s <<a\n ; p:a"},
	    {"sudo -u x <<E\na\nE", "p:sudo|-u|x <<a\n"},
	    {"su - x <<E\na\nE", "p:su|-|x <<a\n ; p:a"},
	    {"echo 'a b' | sh", "b:echo|a b ; p:sh ^echo ; p:a|b"},
	    {"echo a $b | sudo sh", "b:echo|a|$b* ; p:sudo|sh ^echo ; p:sh ^echo ; p:a|$b*"},
	    {"echo -ne 'a\\nb' | sh", "b:echo|-ne|a\\nb ; p:sh ^echo ; p:a ; p:b"},
	    {"echo 'a\\nb' | sh", "b:echo|a\\nb ; p:sh ^echo ; p:anb"},
	    {"printf 'a\\nb %s\\n' c d | sh",
		"b:printf|a\\nb %s\\n|c|d ; p:sh ^printf ; p:a ; p:b|c ; p:a ; p:b|d"},
	    {"printf '%s\\n' 'a b' | sh", "b:printf|%s\\n|a b ; p:sh ^printf ; p:a|b"},
	    {"printf %%%5.2d | sh", "b:printf|%%%5.2d ; p:sh ^printf ; p:%"},
	    {"printf -v x a | sh", "b:printf|-v|x|a ; p:sh ^printf"},
	    {"cat <<E | cat | sh\na\nE", "p:cat <<a\n ; p:cat ^cat ; p:sh ^cat ; p:a"},
	    {"cat f | sh", "p:cat|f ; p:sh ^cat"},
	    {"a | sh", "p:a ; p:sh ^a"},
	    {"echo a | sh <f", "b:echo|a ; p:sh <f ^echo"},
	    {"echo a | bash -c 'sh; sh'", "b:echo|a ; p:bash|-c|sh; sh ^echo ; p:sh ; p:a ; p:sh"},
	    {"echo \"$(a) b\" | sh", "p:a ; b:echo|$(a) b* ; p:sh ^echo ; u:$(a)*|b"},
	    {"parallel -j 2 a {} ::: b", "p:parallel|-j|2|a|{}|:::|b ; p:a|{}|:::|b"},
	    {"parallel 'a | b' ::: c", "p:parallel|a | b|:::|c ; p:a ; p:b ^a"},
	    {"echo a | parallel", "b:echo|a ; p:parallel ^echo ; p:a"},
	    {"pkexec a; gosu x a; fakeroot a; unshare -n a",
		"p:pkexec|a ; p:a ; p:gosu|x|a ; p:a ; p:fakeroot|a ; p:a ; p:unshare|-n|a ; p:a"},
	    {"strace -f -o x a; strace -p 1", "p:strace|-f|-o|x|a ; p:a ; p:strace|-p|1"},
	    {"sshpass -p x ssh h", "p:sshpass|-p|x|ssh|h ; p:ssh|h"},
	    {"script -c 'a b' x", "p:script|-c|a b|x ; p:a|b"},
	    {"eval 'a b'; eval c d; eval \"$(e)\"",
		"b:eval|a b ; p:a|b ; b:eval|c|d ; p:c|d ; p:e ; b:eval|$(e)* ; u:$(e)*"},
	    {"trap 'a b' EXIT; trap - EXIT; trap INT",
		"b:trap|a b|EXIT ; p:a|b ; b:trap|-|EXIT ; b:trap|INT"},
	    {"timeout() { a; }; timeout 5 b", "p:a ; f:timeout|5|b"},
	    {"sudo f; f() { a; }", "p:sudo|f ; p:f ; p:a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i][0], rows[i][1]);
}

/* Each word stands where it says. */
static void
positions(void **state)
{
	static const struct {
		const char *text;
		size_t command, word;
		const char *there; /* NULL: of no exact place */
	} rows[] = {
	    {"a; b  'c d'", 1, 1, "'c d'"},
	    {"x=$(a b)", 0, 1, "b"},
	    {"`a b`", 0, 1, "b"},
	    {"bash -c 'a; rm x'", 2, 0, "rm"},
	    {"bash -c \"a; rm x\"", 2, 0, "rm"},
	    {"bash -c \"a; rm \\\"x\\\"\"", 2, 0, "\"a; rm \\\"x\\\"\""},
	    {"bash -c 'sh -c \"a b\"'", 2, 1, "b"},
	    {"bash <<E\na\nrm x\nE", 2, 1, "x"},
	    {"sudo rm x", 1, 0, "rm"},
	    {"echo 'a; rm x' | sh", 3, 0, "rm"},
	    {"echo a 'rm x' | sh", 2, 0, "a 'rm x'"},
	};
	struct rb_arena arena;

	(void)state;
	rb_arena_init(&arena, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rb_shell_command *c = rb_shell_commands(&arena, rb_str_c(rows[i].text));
		const struct rb_shell_word *w;

		for (size_t k = 0; k < rows[i].command; k++)
			c = c->next;
		w = &c->words[rows[i].word];
		if (!rb_str_is(rb_str_cut(rb_str_c(rows[i].text), w->from, w->to), rows[i].there))
			fail_msg("%s: [%zu, %zu)", rows[i].text, w->from, w->to);
	}
	rb_arena_free(&arena);
}

/* Words that no shell reads. */
static void
arguments(void **state)
{
	struct rb_shell_word list[] = {
	    {.text = RB_STR("sudo"), .constant = true, .exact = true, .item = 0, .to = 4},
	    {.text = RB_STR("bash"), .constant = true, .exact = true, .item = 1, .to = 4},
	    {.text = RB_STR("-c"), .constant = true, .exact = true, .item = 2, .to = 2},
	    {.text = RB_STR("a; kill x"), .constant = true, .exact = true, .item = 3, .to = 9},
	};
	struct rb_arena arena;
	const struct rb_shell_command *c;

	(void)state;
	rb_arena_init(&arena, NULL);
	c = rb_shell_argv(&arena, list, 4, NULL);
	assert_int_equal(c->runs, RB_RUNS_PROGRAM);
	c = c->next->next->next;
	assert_int_equal(c->runs, RB_RUNS_BUILTIN);
	assert_true(rb_str_is(c->words[0].text, "kill"));
	assert_int_equal(c->words[0].item, 3);
	assert_int_equal(c->words[0].from, 3);
	assert_int_equal(c->words[0].to, 7);
	list[0].text = RB_STR("kill");
	assert_int_equal(rb_shell_argv(&arena, list, 1, NULL)->runs, RB_RUNS_PROGRAM);
	assert_null(rb_shell_argv(&arena, list, 0, NULL));
	rb_arena_free(&arena);
}

/* ---- any bytes ---- */

static void
read_bytes(const char *p, size_t n)
{
	struct rb_arena arena;
	char *copy = malloc(n > 0 ? n : 1); /* so that a byte too far is noticed */

	assert_non_null(copy);
	memcpy(copy, p, n);
	rb_arena_init(&arena, NULL);
	for (const struct rb_shell_command *c = rb_shell_commands(&arena, (struct rb_str){copy, n});
	     c != NULL; c = c->next) {
		for (size_t i = 0; i < c->nwords; i++) {
			assert_true(c->words[i].from <= c->words[i].to);
			assert_true(c->words[i].to <= n);
		}
		for (const struct rb_shell_redirect *r = c->redirects; r != NULL; r = r->next)
			assert_true(r->from <= n && r->to.to <= n && r->to.from <= r->to.to);
	}
	rb_arena_free(&arena);
	free(copy);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
random_bytes(void **state)
{
	static const char *const pieces[] = {"$(", ")", "`", "\"", "'", "\\", "\n", "<<E", "\nE\n",
	    "case x in ", "esac", ";;", "for x in ", "if ", "fi ", "bash -c ", "sudo ", "eval ", "trap ",
	    "a=(", "((", "))", "${x:-", "}", "{ ", "|", "&", ">", "<", "<(", "[[ ", "]]", "f() ", "#", " ",
	    "a", "$", "xargs ", "timeout 5 ", "\t", "<<-'E'", "echo ", "printf ", "%s", "| sh", "cat ",
	    "sudo -s "};
	char text[400];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = 0, length = next_random(&seed) % 300;

		while (n < length) {
			const char *piece = pieces[next_random(&seed) % (sizeof(pieces) / sizeof(pieces[0]))];

			if (round % 4 == 0) {
				text[n++] = (char)next_random(&seed);
				continue;
			}
			memcpy(text + n, piece, strlen(piece));
			n += strlen(piece);
		}
		read_bytes(text, n);
	}
}

/* A text of one piece over and over costs what its length does: in processor time, whatever else runs. What
 * grows with the square of its length takes minutes. */
static void
linear(void **state)
{
	static const char *const pieces[] = {"$(", "`", "\"$(", "${x:-", "$((", "a=(", "(", "case x in $(",
	    "for x in $(", "case x in a) ", "bash -c $(", "bash -c \"", "sudo ", "<<E ", "cat <<E\n", "a;",
	    "'", "\\", "a|", "if ", "{ ", "f() ", "eval ", "x", "#\n", ">", "<(", "`a`", "$(a)", "\"", "[[ ",
	    "trap ", "1", "{a", "@(", "))", "echo x | sh\n", "cat | ", "printf %s%s ", "printf '%s",
	    "bash -c 'sh;", "parallel ", "sudo -s "};
	enum { BYTES = 200000, SECONDS_MAX = 5 };
	char *text = malloc(BYTES);

	(void)state;
	assert_non_null(text);
	for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
		size_t length = strlen(pieces[k]);
		clock_t start = clock();
		double took;

		for (size_t n = 0; n < BYTES; n++)
			text[n] = pieces[k][n % length];
		read_bytes(text, BYTES);
		took = (double)(clock() - start) / CLOCKS_PER_SEC;
		if (took > SECONDS_MAX)
			fail_msg("%s: %.1f s", pieces[k], took);
	}
	free(text);
}

/* What is nested deeper than the limits is passed over, and what follows it is still read. */
static void
limits(void **state)
{
	struct rb_arena arena;
	struct rb_buf b;

	(void)state;
	rb_arena_init(&arena, NULL);
	rb_buf_init(&b, NULL, 1 << 16);
	for (int deep = 0; deep < 2; deep++) {
		int levels = RB_SHELL_DEPTH + deep, found = 0;

		rb_buf_clear(&b);
		for (int i = 0; i < levels; i++)
			rb_buf_c(&b, "a $(");
		rb_buf_c(&b, "b");
		rb_buf_pad(&b, ')', (size_t)levels);
		for (const struct rb_shell_command *c = rb_shell_commands(&arena, rb_buf_view(&b)); c != NULL;
		     c = c->next)
			found += rb_str_is(c->words[0].text, "b");
		assert_int_equal(found, deep == 0);
	}
	for (int deep = 0; deep < 2; deep++) {
		int levels = RB_SHELL_TEXTS + deep, found = 0;

		rb_buf_clear(&b);
		for (int i = 0; i < levels; i++)
			rb_buf_fmt(&b, "bash <<E%d\n", i);
		rb_buf_c(&b, "b\n");
		for (int i = levels; i-- > 0;)
			rb_buf_fmt(&b, "E%d\n", i);
		for (const struct rb_shell_command *c = rb_shell_commands(&arena, rb_buf_view(&b)); c != NULL;
		     c = c->next)
			found += rb_str_is(c->words[0].text, "b");
		assert_int_equal(found, deep == 0);
	}
	for (size_t runners = RB_SHELL_GIVEN - 1; runners <= RB_SHELL_GIVEN; runners++) {
		const struct rb_shell_command *c;

		rb_buf_clear(&b);
		for (size_t i = 0; i < runners; i++)
			rb_buf_c(&b, "sudo ");
		rb_buf_c(&b, "b");
		for (c = rb_shell_commands(&arena, rb_buf_view(&b)); c->next != NULL; c = c->next)
			;
		assert_int_equal(rb_str_is(c->words[0].text, "b"), runners < RB_SHELL_GIVEN);
	}
	rb_buf_free(&b);
	rb_arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(words),
	    cmocka_unit_test(commands),
	    cmocka_unit_test(redirections),
	    cmocka_unit_test(given),
	    cmocka_unit_test(positions),
	    cmocka_unit_test(arguments),
	    cmocka_unit_test(random_bytes),
	    cmocka_unit_test(linear),
	    cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
